// Package transport speaks WebRTC through Pion: sockets, ICE, DTLS-SRTP, SDP, RTP and RTCP on the wire.
//
// It owns the [Engine] (the sockets, the certificate and what is common to all) and one [Peer] per participant: the
// client offers, the server answers, and the answer's sendonly sections are slots. A received packet is demultiplexed
// by what the negotiation said of its section and handed to an encoding of sfu/forward; a slot's packet goes out with
// this receiver's SSRC and payload type. Rights, rooms and layers do not belong here.
//
// Pion's interceptors are not used: history, NACK, transport feedback and reports are Salon's own (sfu/forward,
// sfu/history, sfu/congestion), because Pion's cost a copy and a goroutine per stream or more. Pion's track readers
// are not used either: its buffer factory hands us every packet in the goroutine that decrypted it.
package transport
