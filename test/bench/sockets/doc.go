// Package sockets is UDP over IPv4 without Go's network poller: a socket that nobody waits on costs its sender no
// wake-up, so that a measurement of the sender measures the sender. Linux only.
package sockets
