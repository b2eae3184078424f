package layers

// reorderWindow is how many packets late a packet may come and still be told from one of a restarted encoding.
const reorderWindow = 1024

// Selector picks the packets of one receiver from all encodings of a publication. Its zero value is paused. It is not
// safe for concurrent use.
//
// Invariants: what flows begins at the first packet of a keyframe and stays with one encoding until another one is
// begun in the same way. All packets of a frame share one verdict, late ones included. Temporal layer 0 of the current
// spatial layer always flows, with what it refers to.
type Selector struct {
	active  bool // target is not None
	flowing bool // current is not None
	target  Layer
	current Layer

	encoding int8   // that flows
	layers   int8   // its spatial layers, at least 1
	sent     int8   // how many of them its publisher sends
	apart    bool   // they refer to each other at keyframes only (K-SVC): without one the current one cannot be left
	start    uint64 // sequence number at which the current encoding began
	open     uint64 // that of its last keyframe or change of layer: none above the limit was withheld from there on
	picture  uint32 // timestamp of the newest picture of the current encoding
	top      int8   // highest temporal layer seen since the current encoding's last keyframe
	steps    steps
	frames   frames
	reach    [MaxEncodings]reach
}

// reach is how far an encoding's packets have come, whether they were forwarded or not.
type reach struct {
	any    bool
	newest uint64
}

// pass notes a packet and says whether a later one came before it.
func (r *reach) pass(sequence uint64) (late bool) {
	if r.any && sequence <= r.newest && r.newest-sequence < reorderWindow {
		return true
	}
	r.any, r.newest = true, sequence
	return false
}

// SetTarget sets the layer that is wanted. None pauses at once; anything else takes effect in [Selector.Next].
func (s *Selector) SetTarget(l Layer) {
	if l.Spatial < 0 {
		s.active, s.flowing = false, false
		return
	}
	s.active = true
	s.target = Layer{l.Spatial, min(max(l.Temporal, 0), MaxTemporal)}
}

// Target returns the layer that is wanted.
func (s *Selector) Target() Layer {
	if !s.active {
		return None
	}
	return s.target
}

// Current returns the layer that flows, None before the first keyframe.
func (s *Selector) Current() Layer {
	if !s.flowing {
		return None
	}
	return s.current
}

// Reason says why the current layer is the target, or is not yet.
func (s *Selector) Reason() Reason {
	switch {
	case !s.active:
		return Paused
	case !s.flowing || s.current.Spatial < s.goal() || (s.layers == 1 || s.apart) && s.current.Spatial != s.goal():
		return WaitingForKeyframe
	case s.current.Spatial > s.goal():
		return WaitingForFrame
	case s.current.Temporal < s.target.Temporal:
		return WaitingForSwitchUp
	case s.current.Temporal > s.target.Temporal:
		return WaitingForFrame
	case s.current.Spatial < s.target.Spatial:
		return NotSent
	}
	return OnTarget
}

// goal is the target's spatial layer, or the highest below it that is sent.
func (s *Selector) goal() int8 {
	if s.layers > 1 {
		return min(s.target.Spatial, s.sent-1)
	}
	return s.target.Spatial
}

// Encoding returns the index of the encoding that flows; it is Current's Spatial unless the encoding carries several
// spatial layers. It is -1 when nothing flows.
func (s *Selector) Encoding() int8 {
	if !s.flowing {
		return None.Spatial
	}
	return s.encoding
}

// EndsPicture says whether a packet that is forwarded is the last of its picture for the receiver, because its spatial
// layer is the highest that flows.
func (s *Selector) EndsPicture(p *Packet) bool {
	return p.End && p.Layers > 1 && p.Spatial == s.steps.at(p.Sequence, p.Timestamp).Spatial
}

// Begins says whether a forwarded packet is the first since the current layer changed.
func (s *Selector) Begins(p *Packet) bool {
	newest := s.steps.newest()
	return p.Start && (p.Sequence == newest.sequence || p.Timestamp == newest.timestamp)
}

// Reset forgets what flowed and every sequence number, and keeps the target: after an unmute, after a right was granted
// again, for another publication or one whose numbers began anew. A keyframe is needed again.
func (s *Selector) Reset() {
	s.flowing = false
	s.reach = [MaxEncodings]reach{}
}

// NeedsKeyframe says which encoding must send a keyframe before the target's encoding can flow; ok is false when none
// is needed. Ask until it no longer says so: a keyframe whose packets came in disorder is passed over.
func (s *Selector) NeedsKeyframe() (encoding int8, ok bool) {
	switch {
	case s.Reason() != WaitingForKeyframe:
		return 0, false
	case s.flowing && s.layers > 1:
		return s.encoding, true
	}
	return s.target.Spatial, true
}

// Next decides about one packet.
func (s *Selector) Next(p Packet) Verdict {
	if p.Encoding < 0 || p.Encoding >= MaxEncodings {
		return Ignore
	}
	late := s.reach[p.Encoding].pass(p.Sequence)
	switch {
	case !s.active:
		return Ignore
	case s.flowing && p.Encoding == s.encoding:
		return s.proceed(p, late)
	case s.begins(p) && !late:
		s.begin(p)
		return Switch
	}
	return Ignore
}

// begins says whether p may be the first packet of another encoding than the current one. When nothing is current, a
// smaller encoding than the target will do: the first picture comes early and the target follows at its own keyframe.
// One with several spatial layers always will. Next refuses a keyframe that begins late: later packets of it were
// ignored and would be missing for good.
func (s *Selector) begins(p Packet) bool {
	if !p.Keyframe || !p.Start {
		return false
	}
	return p.Layers > 1 || p.Encoding == s.target.Spatial || !s.flowing && p.Encoding < s.target.Spatial
}

func (s *Selector) begin(p Packet) {
	s.flowing = true
	s.encoding = p.Encoding
	s.stack(p)
	s.current.Temporal = s.target.Temporal
	s.start, s.open, s.top = p.Sequence, p.Sequence, p.Temporal
	s.picture = p.Timestamp
	s.frames = frames{}
	s.steps.begin(step{sequence: p.Sequence, timestamp: p.Timestamp, layer: s.current})
}

// stack notes, at a keyframe, what the encoding is made of, and takes the spatial layer that is wanted.
func (s *Selector) stack(p Packet) {
	s.layers, s.sent, s.apart, s.current.Spatial = max(p.Layers, 1), p.active(), false, p.Encoding
	if s.layers > 1 {
		s.current.Spatial = s.goal()
	}
}

// proceed decides about a packet of the current encoding.
func (s *Selector) proceed(p Packet, late bool) Verdict {
	if p.Sequence < s.start {
		return Ignore
	}
	verdict := Forward
	switch {
	case late:
	case p.Timestamp != s.picture:
		s.enter(p)
	case s.ascends(p):
		s.change(p, Layer{p.Spatial, s.current.Temporal})
		verdict = Climb
	}
	s.top = max(s.top, p.Temporal)
	layer := s.steps.at(p.Sequence, p.Timestamp)
	if !p.Wanted(layer) {
		verdict = Drop
	}
	if s.layers == 1 || !p.Start || !p.Numbered {
		return verdict
	}
	if verdict != Drop && s.broken(p, layer) {
		s.flowing = false
		return Ignore
	}
	s.frames.note(p.Number, verdict == Drop)
	return verdict
}

// enter begins a picture of the current encoding.
func (s *Selector) enter(p Packet) {
	s.picture = p.Timestamp
	next, from := s.current, p.Sequence
	if s.layers > 1 {
		s.sent = p.active()
		if p.Spatial < s.current.Spatial {
			s.apart = p.Needed>>s.current.Spatial&1 == 0
		}
	}
	if p.Keyframe && p.Start {
		s.open, s.top = p.Sequence, 0
		s.stack(p)
		next.Spatial, s.current.Spatial = s.current.Spatial, next.Spatial
	} else if goal := s.goal(); s.layers > 1 && goal < next.Spatial && s.descends(p) {
		next.Spatial = goal
	}
	switch limit := next.Temporal; {
	case limit > s.target.Temporal:
		next.Temporal = s.target.Temporal
	case s.layers > 1 && p.Temporal > 0:
		// Up only with the base layer's picture, in which all spatial layers begin anew.
	case s.top <= limit:
		// No frame above the limit was seen since the last keyframe, so none that follows can refer to one that was
		// withheld. The new limit holds for the past too, for the sake of a frame that comes late.
		next.Temporal, from = s.target.Temporal, s.open
	case limit == s.target.Temporal:
	case p.Temporal <= limit && p.Climb > limit, p.Temporal == limit+1 && p.SwitchUp:
		// One layer at a time where the frame speaks for itself only: that layer 2 may begin says nothing about layer 1.
		next.Temporal = min(max(p.Temporal, p.Climb), s.target.Temporal)
		s.open = p.Sequence
	}
	if next.Spatial != s.current.Spatial {
		s.change(p, next)
	} else if next != s.current {
		s.current = next
		s.steps.add(step{sequence: from, timestamp: p.Timestamp, layer: next})
	}
}

// change makes another layer current from the packet on.
func (s *Selector) change(p Packet, next Layer) {
	s.current, s.open = next, p.Sequence
	s.steps.add(step{sequence: p.Sequence, timestamp: p.Timestamp, layer: next})
}

// descends says whether a lower spatial layer may take over at the picture that p begins: where the lower layers are a part
// of the current one. Where they stand apart, nothing of them was sent since the last keyframe.
func (s *Selector) descends(p Packet) bool {
	return p.Spatial < s.current.Spatial && !s.apart
}

// ascends says whether the next higher spatial layer begins at p, in the middle of a picture: with a frame that needs
// nothing but the layers below it in the picture.
func (s *Selector) ascends(p Packet) bool {
	return s.layers > 1 && p.Start && p.Fresh && p.Temporal == 0 && p.Spatial == s.current.Spatial+1 && p.Spatial <= s.goal()
}

// broken says whether a frame without which the layer cannot go on was withheld.
func (s *Selector) broken(p Packet, l Layer) bool {
	distance := p.Chains[l.Spatial]
	return distance > 0 && s.frames.lacks(p.Number-uint16(distance))
}
