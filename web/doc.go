// Package web serves the client: the page, its files, and the headers that keep both safe.
//
// It owns the build that is embedded in the server, the Content-Security-Policy and the caching of files. The client
// itself is TypeScript beside it; the socket on /ws and everything about calls does not belong here.
package web
