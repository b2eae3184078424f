// Package congestion measures the network between one Peer and Salon.
//
// It owns both directions of transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01): [Recorder]
// notes when which packet of a Peer arrived, to be told to its sender; [Estimator] reads what a receiver tells about our
// packets and derives the bandwidth toward it, with the reason. Everything is pure and driven by the time passed in;
// docs/congestion.md describes the algorithm, and package simulation runs it over a virtual network. Dividing bandwidth
// belongs to allocation; reading header extensions, sending RTCP and sending padding belong to transport.
package congestion
