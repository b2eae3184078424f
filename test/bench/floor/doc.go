// Package floor measures what no server can be cheaper than: sealing and sending packets, with nothing else around.
// Linux only.
package floor
