package forward

import (
	"time"

	"salon/sfu/codec"
)

// Bounds of retransmission: a packet is sent again at most maxResends times, not sooner than a round trip after the
// last time, so that a receiver that asks too often costs nothing.
const (
	maxResends     = 3
	minResendDelay = 20 * time.Millisecond
	resendWindow   = 512 // numbers remembered; older ones are forgotten
)

// resends remembers what was sent again lately.
type resends struct {
	entries []resend // resendWindow of them once one is needed; indexed by sequence number
}

type resend struct {
	sequence uint16
	tries    uint8
	at       time.Time
}

// allow says whether a number may be sent again now, and notes it.
func (r *resends) allow(sequence uint16, now time.Time, rtt time.Duration) bool {
	if r.entries == nil {
		r.entries = make([]resend, resendWindow)
	}
	e := &r.entries[sequence%resendWindow]
	if e.sequence != sequence || e.tries == 0 || now.Sub(e.at) > time.Second {
		*e = resend{sequence: sequence}
	}
	if e.tries >= maxResends || e.tries > 0 && now.Sub(e.at) < max(minResendDelay, rtt) {
		return false
	}
	e.tries++
	e.at = now
	return true
}

// Retransmit answers a receiver's NACK of one sequence number from the encoding's history, exactly as it was sent the
// first time. It returns false when the packet was never sent, is no longer kept, may not be forwarded any more, or
// was sent again just now. The scratch buffer is used for the packet and returned for reuse.
func (s *Slot) Retransmit(number uint16, now time.Time, scratch []byte) (sent bool, buffer []byte) {
	s.mu.Lock()
	sub := s.filled
	origin, ok := s.projection.Lookup(number)
	ok = ok && sub != nil && origin.Epoch > sub.epoch && s.resends.allow(number, now, s.remote.rtt)
	s.mu.Unlock()
	if !ok || !sub.publication.Forwarding() || int(origin.Encoding) >= len(sub.publication.encodings) {
		return false, scratch
	}
	payload, c := sub.publication.encodings[origin.Encoding].stored(origin.Sequence, scratch[:0])
	if payload == nil {
		return false, scratch
	}
	o := Outgoing{
		SequenceNumber: origin.Out.Sequence, Timestamp: origin.Out.Timestamp, Marker: origin.Out.Marker,
		Codec: c, Payload: payload, Retransmission: true,
	}
	var descriptor [8]byte
	if c == codec.VP8 {
		d, ok := vp8Descriptor(payload)
		if !ok {
			return false, payload
		}
		o.Descriptor = d.AppendRewritten(descriptor[:0], payload, origin.Out.PictureID, origin.Out.TL0PICIDX, origin.Out.KEYIDX)
	}
	if s.sink.Send(&o) != nil {
		return false, payload
	}
	s.mu.Lock()
	s.counts.resent++
	s.mu.Unlock()
	return true, payload
}
