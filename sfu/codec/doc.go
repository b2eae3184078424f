// Package codec reads, from the payload of one RTP packet, the few bits that a forwarder needs, and rewrites the
// three picture numbers of VP8.
//
// It owns the payload descriptors of VP8 (RFC 7741), VP9 (RFC 9628), H.264 (RFC 6184), AV1 (AOMedia's "RTP Payload
// Format For AV1") and Opus (RFC 7587). Every packet is read by itself, without memory of the one before. Decoding,
// packetizing, RTP headers and header extensions do not belong here, nor does the choice of what to forward.
package codec
