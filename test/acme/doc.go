// Package acme tests tls.mode auto from outside: the built server gets its certificate from a local ACME authority
// (Let's Encrypt's Pebble) by TLS-ALPN-01, keeps it, and refuses other names.
package acme
