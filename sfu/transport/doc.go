// Package transport speaks WebRTC: ICE, DTLS and SDP through Pion, RTP and the RTCP that comes by itself.
//
// It owns the [Engine] (the sockets, the certificate and what is common to all) and one [Peer] per participant: the
// client offers, the server answers, and the answer's sendonly sections are slots. A received packet is demultiplexed
// by what the negotiation said of its section and handed to an encoding of sfu/forward; a slot's packet goes out with
// this receiver's SSRC, payload type and transport-wide number, which the bandwidth estimate rests on. Rights, rooms and layers do not belong here.
//
//	endpoint   one address: a socket for each core
//	socket     reads many packets at once   -> Pion: STUN, DTLS
//	           opens RTP in place           -> inbound -> sfu/forward -> outbound
//	           opens RTCP in place          -> reports, estimation
//	outbound   seals into the socket's batch
//	batch      all that came of one read    -> socket, many packets at once
//
// The keys come from the DTLS handshake (docs/decisions/0003). Clients without AES-GCM, and publishers over ICE-TCP,
// come through Pion's SRTP: its buffer factory hands us every packet in the goroutine that decrypted it.
//
// Pion's interceptors are not used: history, NACK, transport feedback and reports are Salon's own (sfu/forward,
// sfu/history, sfu/congestion), because Pion's cost a copy and a goroutine per stream or more.
package transport
