package forward

import (
	"slices"

	"salon/sfu/layers"
)

// keptPackets is how many packets a slot keeps when it is paused, about 10 KiB. While nothing else is sent, probes need
// them: they are the newest that the receiver knows of this stream, however long the pause lasts.
const keptPackets = 8

// keep copies the newest packets that were sent, because the encoding's history goes on without the slot.
func (s *Slot) keep() {
	s.mu.Lock()
	newest, sub := s.out.SequenceNumber, s.filled
	s.mu.Unlock()
	if sub == nil {
		return
	}
	var kept []Outgoing
	for i := range uint16(2 * keptPackets) {
		s.mu.Lock()
		of, origin, ok := s.origin(newest - i)
		s.mu.Unlock()
		if !ok || of != sub || len(kept) == keptPackets {
			continue
		}
		var w rewriter
		var o Outgoing
		if _, ok = sub.compose(origin, nil, &w, &o); ok {
			o.Descriptor, o.DependencyDescriptor = slices.Clone(o.Descriptor), slices.Clone(o.DependencyDescriptor)
			kept = append(kept, o)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if sub.selector.Target() == layers.None {
		sub.kept = kept
	}
}

// probeKept sends kept packets again until so many bytes have gone, and returns the bytes on the wire.
func (s *Slot) probeKept(kept []Outgoing, bytes int, burst any) (sent int) {
	for tries := 0; sent < bytes && tries < probeDepth; tries++ {
		o := kept[tries%len(kept)]
		o.Retransmission, o.Probe, o.Burst = true, true, burst
		if s.sink.Send(&o) == nil {
			sent += len(o.Payload) + PacketOverhead
		}
	}
	return sent
}
