// Package client is the crowd of the benchmark: publishers, receivers and meeting participants of any server that
// answers offers over HTTP, and of Salon's own protocol.
//
// It must not be what limits a measurement on the one core that it has. Pion does ICE, DTLS and RTCP; but all sockets
// are read by one thread that spins, which counts RTP by what stands in clear in its header, and decrypts it for a few
// receivers only, to measure delay. The same thread sends what is published. Linux only.
package client
