package layers

// Layer is what a receiver gets of a publication. Spatial is the index of the encoding, 0 the smallest, or, where one
// encoding carries several spatial layers (SVC), the highest of them. Temporal is the highest frame-rate step that is
// wanted, 0 to MaxTemporal; temporal 0 always flows.
type Layer struct {
	Spatial  int8 `json:"spatial"`
	Temporal int8 `json:"temporal"`
}

// None is the layer of a receiver that gets nothing.
var None = Layer{-1, -1}

// MaxTemporal wants every frame. Temporal layer ids have at most 3 bits (RFC 9628 4.2; VP8 has 2, RFC 7741 4.2).
const MaxTemporal int8 = 7

// MaxEncodings bounds the index of an encoding; browsers send at most three. Packets of others are ignored.
const MaxEncodings = 8

// Packet is what selection needs to know of one received packet of any encoding of the publication.
type Packet struct {
	Encoding  int8   // index of the encoding, 0 to MaxEncodings-1
	Sequence  uint64 // extended sequence number, counted per encoding; no duplicates
	Timestamp uint32 // RTP timestamp: packets of one encoding that share it belong to one picture
	Temporal  int8   // temporal layer of the picture, the same on all of its packets
	Start     bool   // the first packet of its frame
	End       bool   // the last packet of its frame
	Keyframe  bool   // the packet begins a keyframe
	SwitchUp  bool   // a receiver of lower temporal layers may begin this layer at this frame
	// Climb is the highest temporal layer that a receiver of this frame may have from the next one on. Anything up to
	// Temporal says nothing.
	Climb int8

	SVC
}

// SVC is what else there is to know of a packet of an encoding that carries several spatial layers. A picture then
// consists of a frame of each, in ascending order; Start, End and SwitchUp are those of the frame, Keyframe that of the
// picture. Its zero value stands for an encoding with one.
type SVC struct {
	Layers  int8  // spatial layers that the encoding is made of; up to 1: there is one, and the rest means nothing
	Active  int8  // how many of them are sent now
	Spatial int8  // of the frame
	Needed  uint8 // bit s: a receiver of spatial layer s needs the frame
	Fresh   bool  // the frame needs nothing from before its own picture

	Numbered bool             // Number and Chains are known
	Number   uint16           // of the frame
	Chains   [MaxSpatial]byte // how many frames ago the frame was without which a spatial layer cannot go on; 0: none
}

// MaxSpatial bounds the spatial layers of an encoding.
const MaxSpatial = 8

// active returns how many spatial layers are sent, at least the lowest.
func (p *Packet) active() int8 { return min(max(p.Active, 1), MaxSpatial) }

// Wanted says whether a receiver of the layer gets the frame: of the spatial layers below its own what its own refers to,
// which is every picture, or key pictures only (K-SVC). More would do harm: an encoder drops frames of single spatial layers
// when its rate is low, and a picture of which only the lower ones are left shows a small picture among large ones, and has
// no marker.
func (p *Packet) Wanted(l Layer) bool {
	switch {
	case p.Temporal > l.Temporal:
		return false
	case p.Layers <= 1:
		return true
	}
	return p.Spatial <= l.Spatial && p.Needed>>l.Spatial&1 == 1
}

// Verdict says what to do with a packet.
type Verdict uint8

const (
	// Ignore means that the packet belongs to another encoding than the current one, or that nothing is current.
	Ignore Verdict = iota
	// Drop means that the packet is of the current encoding but not wanted: the gap in the numbers is to be closed.
	Drop
	// Forward means that the packet goes to the receiver.
	Forward
	// Switch means Forward, after the numbers were based anew: the first packet of a start, resume or layer switch.
	Switch
	// Climb means Forward, as a picture of its own: a higher spatial layer begins in a picture whose lower layers have
	// left already, with the marker on their last packet.
	Climb
)

// String returns the verdict's name in lower case.
func (v Verdict) String() string {
	switch v {
	case Ignore:
		return "ignore"
	case Drop:
		return "drop"
	case Forward:
		return "forward"
	case Switch:
		return "switch"
	case Climb:
		return "climb"
	}
	return "unknown verdict"
}

// Reason says why the current layer is what it is.
type Reason uint8

const (
	// Paused means that the target is None.
	Paused Reason = iota
	// WaitingForKeyframe means that the target's encoding has not begun a keyframe yet.
	WaitingForKeyframe
	// WaitingForSwitchUp means that a higher temporal layer waits for a frame at which it may begin.
	WaitingForSwitchUp
	// WaitingForFrame means that a lower layer takes effect with the next picture that allows it.
	WaitingForFrame
	// NotSent means that the publisher does not send the target's spatial layer now; the highest that it sends flows.
	NotSent
	// OnTarget means that the current layer is the target.
	OnTarget
)

// String returns the reason in words.
func (r Reason) String() string {
	switch r {
	case Paused:
		return "paused"
	case WaitingForKeyframe:
		return "waiting for keyframe"
	case WaitingForSwitchUp:
		return "waiting for switch-up point"
	case WaitingForFrame:
		return "waiting for next frame"
	case NotSent:
		return "the publisher does not send this layer"
	case OnTarget:
		return "on target"
	}
	return "unknown reason"
}
