// Command linksim relays UDP between clients and a server and behaves like an imperfect network in between.
//
// It owns the sockets, the client table, the wall clock, the control door and the self-check; what a link does to
// packets is package link's. It is meant for tests on one machine and refuses addresses that are not this machine's own.
//
// One goroutine reads the listening socket. Each client has an upstream socket of its own, so that the server sees
// distinct 5-tuples, and three goroutines: one reads that socket, and one per direction waits for departures. Packets are
// copied on arrival; this is a tool for some ten thousand packets per second, not a forwarder.
package main
