package forward

import (
	"time"

	"salon/sfu/sequence"
	"salon/signaling/protocol"
)

// Retransmit answers a receiver's NACK of one sequence number from the encoding's history, exactly as it was sent the
// first time, in as many copies as the path asks for. It returns how many were sent: 0 when the packet was never sent, is
// no longer kept, may not be forwarded any more, is of no use any more, or was sent again just now. The scratch buffer is used for the packet's
// payload and returned for reuse. Burst is the transport's own.
func (s *Slot) Retransmit(number uint16, now time.Time, path Path, scratch []byte, burst any) (sent int, buffer []byte) {
	s.mu.Lock()
	sub, origin, ok := s.origin(number)
	copies := 0
	if ok && (origin.Epoch == s.projection.Epoch() || path.repairsPast()) {
		copies = s.resends.ask(number, now, s.remote.rtt, path)
	}
	s.mu.Unlock()
	for range copies {
		if ok, scratch = s.again(sub, origin, scratch, Outgoing{Retransmission: true, Burst: burst}); !ok {
			break
		}
		sent++
	}
	if sent > 0 {
		s.mu.Lock()
		s.counts.resent += uint64(sent)
		s.mu.Unlock()
	}
	return sent, scratch
}

const (
	probeDepth  = 64                     // packets that probes take turns with: the newest
	probeRecent = 500 * time.Millisecond // a slot that sent nothing for so long has nothing recent
)

// Probing says whether the slot sends video now, or keeps the end of what it sent, so that Probe has something to send.
func (s *Slot) Probing(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kind == protocol.Video && s.filled != nil && s.filled.started && (now.Sub(s.sentAt) < probeRecent || len(s.filled.kept) > 0)
}

// Probe sends recent packets again until so many bytes have gone, to show what the path carries; the receiver drops them
// as duplicates. It returns the bytes on the wire, fewer when not enough is kept or the receiver has no RTX. It does not
// count as a retransmission: what a receiver misses is sent all the same.
func (s *Slot) Probe(bytes int, scratch []byte, burst any) (sent int, buffer []byte) {
	s.mu.Lock()
	newest, turn := s.out.SequenceNumber, s.probeTurn
	var kept []Outgoing
	if s.filled != nil && s.filled.publication.Forwarding() {
		kept = s.filled.kept
	}
	s.mu.Unlock()
	if len(kept) > 0 {
		return s.probeKept(kept, bytes, burst), scratch
	}
	for tries := 0; sent < bytes && tries < 2*probeDepth; tries++ {
		s.mu.Lock()
		sub, origin, ok := s.origin(newest - turn)
		s.mu.Unlock()
		turn = (turn + 1) % probeDepth
		if !ok {
			continue
		}
		if ok, scratch = s.again(sub, origin, scratch, Outgoing{Retransmission: true, Probe: true, Burst: burst}); ok {
			sent += len(scratch) + PacketOverhead
		}
	}
	s.mu.Lock()
	s.probeTurn = turn
	s.mu.Unlock()
	return sent, scratch
}

// origin tells where the packet with an output number came from; false when what fills the slot now did not send it. The
// lock is held.
func (s *Slot) origin(number uint16) (*subscription, sequence.Origin, bool) {
	origin, ok := s.projection.Lookup(number)
	return s.filled, origin, ok && s.filled != nil && origin.Epoch > s.filled.epoch
}

// again sends a packet that was sent before. The payload is in the buffer that is returned.
func (s *Slot) again(sub *subscription, origin sequence.Origin, scratch []byte, o Outgoing) (sent bool, buffer []byte) {
	var w rewriter
	payload, ok := sub.compose(origin, scratch, &w, &o)
	return ok && s.sink.Send(&o) == nil, payload
}

// compose makes a packet that was sent before: the payload in the buffer that is returned, headers in the rewriter's.
func (sub *subscription) compose(origin sequence.Origin, scratch []byte, w *rewriter, o *Outgoing) (buffer []byte, ok bool) {
	if !sub.publication.Forwarding() || int(origin.Encoding) >= len(sub.publication.encodings) {
		return scratch, false
	}
	kept, ok := sub.publication.encodings[origin.Encoding].stored(origin.Sequence, scratch[:0])
	if !ok {
		return scratch, false
	}
	out := origin.Out
	o.SequenceNumber, o.Timestamp, o.Marker, o.Codec, o.Payload = out.Sequence, out.Timestamp, out.Marker, kept.codec, kept.payload
	w.rewrite(o, &kept.frame, kept.dependency, &out, origin.Note)
	return kept.payload, true
}
