package codec

import (
	"errors"
	"strings"
)

// Codec is the coding of an RTP payload.
type Codec uint8

// The codecs that Salon forwards. Unknown is every other one: its packets cannot be parsed.
const (
	Unknown Codec = iota
	Opus
	VP8
	VP9
	H264
	AV1
)

// Why a payload cannot be used. The errors are fixed values, so that a flood of bad packets allocates nothing.
var (
	ErrUnknown   = errors.New("this codec is not forwarded: offer Opus, VP8, VP9, H.264 or AV1")
	ErrEmpty     = errors.New("the payload is empty: drop the packet or treat it as padding")
	ErrTruncated = errors.New("the payload ends inside its own headers: drop the packet")
	ErrReserved  = errors.New("the payload uses a value that its format forbids or that was not negotiated: drop the packet")
)

// Frame is what the forwarder needs to know of one packet.
type Frame struct {
	Start, End bool // the first / last packet of a frame (of its spatial layer); audio: both true
	Keyframe   bool // this packet begins a keyframe, a decoder may start here; implies Start; audio: true

	Spatial, Temporal int8 // the layer, 0..7; 0 where the payload does not tell
	// SwitchUp: a receiver of lower temporal layers may begin this layer here. It is VP8's Y bit (RFC 7741 4.2), a switch
	// indication of a dependency descriptor, and always true for temporal layer 0.
	SwitchUp bool

	// What follows is told by [Structure.Read] only.

	Climb  int8  // a receiver of this frame may have temporal layers up to this one from the next frame on; >= Temporal
	Layers int8  // spatial layers that the stream is made of; 1: no others
	Active int8  // how many of them are sent now
	Needed uint8 // bit s: a receiver of spatial layer s needs this frame
	// Fresh: the frame needs nothing before its own picture.
	Fresh bool

	Width, Height uint16 // pixels, where a keyframe's payload tells, else 0; with spatial layers the largest of them

	VP8 VP8Descriptor // meaningful for VP8 only
	VP9 VP9Descriptor // meaningful for VP9 only

	Dependency Dependency // meaningful where it is present
}

// String returns the usual spelling of the codec, for people and metrics.
func (c Codec) String() string {
	switch c {
	case Opus:
		return "opus"
	case VP8:
		return "VP8"
	case VP9:
		return "VP9"
	case H264:
		return "H264"
	case AV1:
		return "AV1"
	default:
		return "unknown"
	}
}

// FromMIME returns the codec of a media type such as "video/VP8" (RFC 4855; letter case does not matter), or Unknown.
func FromMIME(mime string) Codec {
	for _, known := range [...]struct {
		mime  string
		codec Codec
	}{
		{"audio/opus", Opus}, {"video/VP8", VP8}, {"video/VP9", VP9}, {"video/H264", H264}, {"video/AV1", AV1},
	} {
		if strings.EqualFold(mime, known.mime) {
			return known.codec
		}
	}
	return Unknown
}

// ClockRate returns the RTP clock rate in Hz: 48000 for Opus (RFC 7587 4.1), 90000 for everything else.
func (c Codec) ClockRate() uint32 {
	if c == Opus {
		return 48000
	}
	return 90000
}

// Parse reads the payload of one RTP packet into f; marker is the packet's RTP marker bit. It allocates nothing and
// keeps no reference to payload. After an error f is zero: the payload is malformed, or the codec is Unknown.
func (c Codec) Parse(payload []byte, marker bool, f *Frame) error {
	*f = Frame{}
	if len(payload) == 0 {
		return ErrEmpty
	}
	var err error
	switch c {
	case Opus:
		// Every Opus packet is decodable by itself (RFC 6716 2.1.7).
		*f = Frame{Start: true, End: true, Keyframe: true, SwitchUp: true}
	case VP8:
		err = parseVP8(payload, marker, f)
	case VP9:
		err = parseVP9(payload, f)
	case H264:
		err = parseH264(payload, marker, f)
	case AV1:
		err = parseAV1(payload, marker, f)
	default:
		err = ErrUnknown
	}
	if err != nil {
		*f = Frame{}
	}
	if f.Width == 0 || f.Height == 0 { // a publisher may write anything; half a size is none
		f.Width, f.Height = 0, 0
	}
	return err
}
