package layers

// reorderWindow is how many packets late a packet may come and still be told from one of a restarted encoding.
const reorderWindow = 1024

// Selector picks the packets of one receiver from all encodings of a publication. Its zero value is paused. It is not
// safe for concurrent use.
//
// Invariants: what flows begins at the first packet of a keyframe and stays with one encoding until another one is
// begun in the same way. All packets of a frame share one verdict, late ones included. Temporal layer 0 of the current
// encoding always flows.
type Selector struct {
	active  bool // target is not None
	flowing bool // current is not None
	target  Layer
	current Layer

	start uint64 // sequence number at which the current encoding began
	open  uint64 // sequence number of its last keyframe or climb: none above the limit was withheld from there on
	frame uint32 // timestamp of the newest frame of the current encoding
	top   int8   // highest temporal layer seen since the current encoding's last keyframe
	steps steps
	reach [MaxEncodings]reach
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
	case !s.flowing || s.current.Spatial != s.target.Spatial:
		return WaitingForKeyframe
	case s.current.Temporal < s.target.Temporal:
		return WaitingForSwitchUp
	case s.current.Temporal > s.target.Temporal:
		return WaitingForFrame
	}
	return OnTarget
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
	if s.Reason() != WaitingForKeyframe {
		return 0, false
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
	case s.flowing && p.Encoding == s.current.Spatial:
		return s.proceed(p, late)
	case s.begins(p) && !late:
		s.begin(p)
		return Switch
	}
	return Ignore
}

// begins says whether p may be the first packet of another encoding than the current one. When nothing is current, a
// smaller encoding than the target will do: the first picture comes early and the target follows at its own keyframe.
// Next refuses a keyframe that begins late: later packets of it were ignored and would be missing for good.
func (s *Selector) begins(p Packet) bool {
	if !p.Keyframe || !p.Start {
		return false
	}
	return p.Encoding == s.target.Spatial || !s.flowing && p.Encoding < s.target.Spatial
}

func (s *Selector) begin(p Packet) {
	s.flowing = true
	s.current = Layer{p.Encoding, s.target.Temporal}
	s.start, s.open, s.frame, s.top = p.Sequence, p.Sequence, p.Timestamp, p.Temporal
	s.steps.begin(step{sequence: p.Sequence, timestamp: p.Timestamp, limit: s.current.Temporal})
}

// proceed decides about a packet of the current encoding.
func (s *Selector) proceed(p Packet, late bool) Verdict {
	if p.Sequence < s.start {
		return Ignore
	}
	if !late && p.Timestamp != s.frame {
		s.enter(p)
	}
	s.top = max(s.top, p.Temporal)
	if p.Temporal > s.steps.limit(p.Sequence, p.Timestamp) {
		return Drop
	}
	return Forward
}

// enter begins a frame of the current encoding: the only place where its temporal layer changes.
func (s *Selector) enter(p Packet) {
	s.frame = p.Timestamp
	if p.Keyframe && p.Start {
		s.open, s.top = p.Sequence, 0
	}
	limit, from := s.current.Temporal, p.Sequence
	switch {
	case limit > s.target.Temporal:
		limit = s.target.Temporal
	case s.top <= limit:
		// No frame above the limit was seen since the last keyframe, so none that follows can refer to one that was
		// withheld. The new limit holds for the past too, for the sake of a frame that comes late.
		limit, from = s.target.Temporal, s.open
	case limit < s.target.Temporal && p.SwitchUp && p.Temporal == limit+1:
		// One layer at a time: that layer 2 may begin says nothing about frames of layer 1.
		limit++
		s.open = p.Sequence
	}
	if limit != s.current.Temporal {
		s.current.Temporal = limit
		s.steps.add(step{sequence: from, timestamp: p.Timestamp, limit: limit})
	}
}
