package transport

import "sync/atomic"

// counters count what happens on the wire, for all Peers.
type counters struct {
	packetsReceived, bytesReceived    atomic.Uint64
	packetsForwarded, bytesForwarded  atomic.Uint64
	retransmitted, probesSent         atomic.Uint64
	nacksReceived, nacksSent          atomic.Uint64
	keyframesRequested, keyframesSent atomic.Uint64 // by receivers; to publishers
	droppedMalformed                  atomic.Uint64 // not RTP
	droppedUnbound                    atomic.Uint64 // of no negotiated section, RID or payload type
	droppedBudget                     atomic.Uint64 // of more SSRCs than a Peer may have
	droppedUnnegotiated               atomic.Uint64 // the receiver did not negotiate the codec
	droppedUnready                    atomic.Uint64 // the receiver's transport is not up
	droppedRepeated                   atomic.Uint64 // to be sent again to a receiver without RTX
	droppedResend                     atomic.Uint64 // asked for again beyond the share of the bandwidth that repair gets
	droppedFeedback                   atomic.Uint64 // RTCP beyond the rate that a Peer may send
	droppedForged                     atomic.Uint64 // failed authentication
	droppedReceive                    atomic.Uint64 // arrived faster than it was forwarded: the kernel's buffer was full
	droppedControl                    atomic.Uint64 // STUN, DTLS, RTCP that came faster than Pion takes it
	panics                            atomic.Uint64 // packets that made the code panic
	droppedSend                       atomic.Uint64 // the kernel did not take it: no room, no way, too large
	feedbackSent                      atomic.Uint64
	peersOpened, peersClosed          atomic.Uint64
}

// Counters returns all counters by name; they only grow.
func (e *Engine) Counters() map[string]uint64 {
	c := &e.counters
	all := map[string]*atomic.Uint64{
		"packets_received": &c.packetsReceived, "bytes_received": &c.bytesReceived,
		"packets_forwarded": &c.packetsForwarded, "bytes_forwarded": &c.bytesForwarded,
		"retransmitted": &c.retransmitted, "probes_sent": &c.probesSent,
		"dropped_resend": &c.droppedResend, "dropped_feedback": &c.droppedFeedback, "nacks_received": &c.nacksReceived, "nacks_sent": &c.nacksSent,
		"keyframes_requested": &c.keyframesRequested, "keyframe_requests_sent": &c.keyframesSent,
		"dropped_malformed": &c.droppedMalformed, "dropped_unbound": &c.droppedUnbound,
		"dropped_ssrc_budget": &c.droppedBudget, "dropped_codec": &c.droppedUnnegotiated,
		"dropped_not_ready": &c.droppedUnready, "feedback_sent": &c.feedbackSent,
		"dropped_forged": &c.droppedForged, "dropped_repeated": &c.droppedRepeated, "dropped_receive_buffer": &c.droppedReceive, "dropped_control": &c.droppedControl, "dropped_panic": &c.panics,
		"dropped_send": &c.droppedSend,
		"peers_opened": &c.peersOpened, "peers_closed": &c.peersClosed,
	}
	values := make(map[string]uint64, len(all))
	for name, v := range all {
		values[name] = v.Load()
	}
	return values
}
