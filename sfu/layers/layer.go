package layers

// Layer is what a receiver gets of a publication. Spatial is the index of the encoding, 0 the smallest. Temporal is
// the highest frame-rate step that is wanted, 0 to MaxTemporal; temporal 0 always flows.
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
	Timestamp uint32 // RTP timestamp: packets of one encoding that share it belong to one frame
	Temporal  int8   // temporal layer of the frame, the same on all of its packets
	Start     bool   // the first packet of its frame
	End       bool   // the last packet of its frame
	Keyframe  bool   // the packet begins a keyframe
	SwitchUp  bool   // a receiver of lower temporal layers may begin this layer at this frame
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
	// WaitingForFrame means that a lower temporal layer takes effect with the next frame.
	WaitingForFrame
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
	case OnTarget:
		return "on target"
	}
	return "unknown reason"
}
