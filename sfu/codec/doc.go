// Package codec reads, from one RTP packet, the few bits that a forwarder needs, and rewrites those of them that must look
// continuous to a receiver: the picture numbers of VP8 and VP9, frame numbers and active decode targets of dependency
// descriptors.
//
// It owns the payload descriptors of VP8 (RFC 7741), VP9 (RFC 9628), H.264 (RFC 6184), AV1 (AOMedia's "RTP Payload
// Format For AV1") and Opus (RFC 7587), and the dependency descriptor, a header extension that AV1's appendix A describes
// and browsers put on VP9 as well. A payload is read by itself; [Structure] is all that is remembered of those before it.
// Decoding, packetizing, RTP headers and other extensions do not belong here, nor does the choice of what to forward.
package codec
