package forward

import (
	"salon/sfu/codec"
	"salon/sfu/layers"
	"salon/sfu/sequence"
)

// What a slot notes of each packet that it sends (sequence.Input.Note), to send it again exactly so.
const (
	noteDependency = 0x80 // it had a dependency descriptor
	noteAnnounce   = 0x40 // which said what the receiver gets: the layer in the other six bits
)

// note says how a packet's dependency descriptor is to be rewritten for a receiver of a layer.
func note(p *packet, announce bool, l layers.Layer) (n uint8) {
	switch {
	case !p.frame.Dependency.Present:
		return 0
	case announce:
		n = noteAnnounce | uint8(l.Spatial)&7<<3 | uint8(l.Temporal)&7
	}
	return n | noteDependency
}

// rewriter holds the bytes in which a packet differs from the one that came.
type rewriter struct {
	descriptor [8]byte
	dependency []byte
}

// rewrite fills in what a receiver gets in place of the publisher's descriptors.
func (w *rewriter) rewrite(o *Outgoing, f *codec.Frame, dependency []byte, out *sequence.Output, note uint8) {
	switch o.Codec {
	case codec.VP8:
		o.Descriptor = f.VP8.AppendRewritten(w.descriptor[:0], o.Payload, out.PictureID, out.TL0PICIDX, out.KEYIDX)
	case codec.VP9:
		o.Descriptor = f.VP9.AppendRewritten(w.descriptor[:0], o.Payload, out.PictureID, out.TL0PICIDX)
	}
	if note&noteDependency == 0 || len(dependency) == 0 {
		return
	}
	announce, spatial, temporal := note&noteAnnounce != 0, int8(note>>3&7), int8(note&7)
	w.dependency = f.Dependency.AppendRewritten(w.dependency[:0], dependency, out.Frame, announce, spatial, temporal)
	o.DependencyDescriptor = w.dependency
}
