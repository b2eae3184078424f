package participant

// Fault is something that a receiver must never see, whatever the network does.
type Fault uint8

// The faults. Losses are not among them, and after a loss nothing is a fault that the loss explains.
const (
	FaultPayloadType Fault = iota // not as negotiated
	FaultContent                  // bytes that nobody sent, or a descriptor that cannot be read
	FaultEcho                     // the participant's own media
	FaultNoKeyframe               // a start or a switch that does not begin a keyframe
	FaultNoStart                  // a frame whose first packet does not say so
	FaultNoMarker                 // a new timestamp before the last packet of a frame
	FaultMarker                   // a marker that is not on the last packet of a frame, or a packet behind it
	FaultOrder                    // packets of a frame mixed up
	FaultTimestamp                // not later than the frame before
	FaultReference                // predicted from a frame that was not forwarded
	FaultPictureID                // not the previous + 1
	FaultTL0PICIDX                // not the previous + 1 in temporal layer 0, or changed above it
	FaultKEYIDX                   // not the previous + 1 at a keyframe, or changed elsewhere
	faults
)

var faultNames = [faults]string{
	"payload_type", "content", "echo", "no_keyframe", "no_start", "no_marker", "marker", "order", "timestamp", "reference",
	"picture_id", "tl0picidx", "keyidx",
}

// String returns the fault's name in statistics.
func (f Fault) String() string { return faultNames[f] }

// finding is what one packet in order turned out to be.
type finding struct {
	frame       bool // it completed a frame that a decoder can show
	keyframe    bool // ... and that is a keyframe
	undecodable bool // it completed a frame that a decoder cannot show, because of a loss
	switched    bool // it is of another publication or encoding than the packet before
}

// judge is the model decoder of one slot. It takes packets in order. Not safe for concurrent use.
type judge struct {
	own    map[uint32]bool // origins that must not be received
	faults [faults]uint64

	begun    bool
	source   Stamp // of the previous packet
	previous arrival

	inFrame bool
	broken  bool // packets of this frame are missing
	gap     bool // something was lost since the last packet
	lossy   bool // ... since the last keyframe
	decoded decodedFrames

	numbered   bool // the previous picture's numbers are known
	width      int
	height     int
	needsStart bool // nothing can be shown until a keyframe comes
}

// decodedFrames remembers the latest frames of one encoding that could be shown.
type decodedFrames struct {
	counters [64]uint32
	known    [64]bool
}

func (d *decodedFrames) add(n uint32)      { d.counters[n%64], d.known[n%64] = n, true }
func (d *decodedFrames) has(n uint32) bool { return d.known[n%64] && d.counters[n%64] == n }

func (j *judge) fault(f Fault) { j.faults[f]++ }

// lost says that packets before the next one will never come.
func (j *judge) lost() {
	j.gap, j.lossy, j.broken, j.numbered = true, true, true, false
}

// audio takes the next packet of a slot for sound.
func (j *judge) audio(a *arrival) (f finding) {
	s := &a.picture.stamp
	j.echo(s)
	f.switched = j.begun && s.Origin != j.source.Origin
	if j.begun && int32(a.timestamp-j.previous.timestamp) <= 0 {
		j.fault(FaultTimestamp)
	}
	if j.begun && !f.switched && !j.gap && int32(s.Frame-j.source.Frame) <= 0 {
		j.fault(FaultOrder)
	}
	j.begun, j.gap, j.source, j.previous = true, false, *s, *a
	f.frame = true
	return f
}

func (j *judge) echo(s *Stamp) {
	if j.own[s.Origin] {
		j.fault(FaultEcho)
	}
}

// video takes the next packet of a slot for pictures.
func (j *judge) video(a *arrival) (f finding) {
	p := &a.picture
	j.echo(&p.stamp)
	f.switched = j.begun && (p.stamp.Origin != j.source.Origin || p.stamp.Encoding != j.source.Encoding)
	if !j.begun || f.switched {
		j.begin(p)
	}
	if !j.inFrame || a.timestamp != j.previous.timestamp {
		j.beginFrame(a)
	} else if !j.gap && p.stamp.Index != j.source.Index+1 {
		j.fault(FaultOrder)
	}
	last := p.stamp.Index+1 == p.stamp.Count
	if a.marker != last {
		j.fault(FaultMarker)
	}
	j.begun, j.gap, j.source, j.previous = true, false, p.stamp, *a
	if a.marker {
		j.endFrame(p, &f)
	}
	return f
}

// begin starts a publication or an encoding: only a keyframe may do that.
func (j *judge) begin(p *vp8Packet) {
	if !j.gap && !(p.start && p.key) {
		j.fault(FaultNoKeyframe)
	}
	j.decoded, j.needsStart = decodedFrames{}, true
}

func (j *judge) beginFrame(a *arrival) {
	p := &a.picture
	if j.inFrame && !j.gap {
		j.fault(FaultNoMarker)
	}
	if j.begun && int32(a.timestamp-j.previous.timestamp) <= 0 {
		if a.timestamp == j.previous.timestamp && !j.gap {
			j.fault(FaultMarker) // a packet behind the marker
		} else if a.timestamp != j.previous.timestamp {
			j.fault(FaultTimestamp)
		}
	}
	j.broken = j.gap && !p.start
	if !p.start && !j.gap {
		j.fault(FaultNoStart)
		j.broken = true
	}
	if p.key {
		j.width, j.height = p.width, p.height
	}
	j.inFrame = true
	if j.numbered && !j.gap && p.start {
		j.checkNumbers(p)
	}
	j.numbered = true
}

// checkNumbers compares a frame's three counters with the frame's before.
func (j *judge) checkNumbers(p *vp8Packet) {
	before := &j.previous.picture
	if p.hasPicture && before.hasPicture && p.picture != (before.picture+1)&0x7fff {
		j.fault(FaultPictureID)
	}
	step := uint8(0)
	if p.temporal == 0 {
		step = 1
	}
	if p.hasTL0 && before.hasTL0 && p.tl0 != before.tl0+step {
		j.fault(FaultTL0PICIDX)
	}
	step = 0
	if p.key {
		step = 1
	}
	if p.hasIdx && before.hasIdx && p.idx != (before.idx+step)&0x1f {
		j.fault(FaultKEYIDX)
	}
}

// endFrame shows the frame, if a decoder could.
func (j *judge) endFrame(p *vp8Packet, f *finding) {
	j.inFrame = false
	s := &p.stamp
	key := s.Reference == s.Frame
	switch {
	case j.broken:
		f.undecodable = true
	case key:
		j.decoded.add(s.Frame)
		j.lossy, j.needsStart = false, false
		f.frame, f.keyframe = true, true
	case j.decoded.has(s.Reference):
		j.decoded.add(s.Frame)
		f.frame = true
	default:
		if !j.lossy && !j.needsStart {
			j.fault(FaultReference)
		}
		f.undecodable = true
		j.needsStart = true
	}
	if j.broken {
		j.needsStart = j.needsStart || !p.discard
	}
	j.broken = false
}
