// Package congestion measures the network between one Peer and Salon.
//
// It owns the receiving side of transport-wide feedback
// (draft-holmer-rmcat-transport-wide-cc-extensions-01): when which packet of a Peer arrived, told to its sender.
// Dividing bandwidth belongs to allocation, reading header extensions and sending RTCP to transport.
package congestion
