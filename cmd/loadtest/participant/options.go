package participant

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"

	"salon/signaling/protocol"
)

// Options say who joins where, what is published and what is received. URL, Room and Name are required.
type Options struct {
	URL  string // http://host:port, or a WebSocket's ws://host:port/ws
	Room string
	Name string

	Token, Invite, Device string // as in protocol.Join; may be empty

	Publish Publish // negotiated and published at once
	Offer   Publish // negotiated as well, to be published later

	VideoSlots, AudioSlots int // recvonly sections in the offer

	Layers         []VideoLayer // encodings of the camera, smallest first; nil: DefaultLayers
	ScreenLayer    VideoLayer   // the only encoding of the screen; zero: 1280x720, 800 kbit/s
	FPS            int          // frames per second, 1 to 60; 0: 30
	TemporalLayers int          // 1 or 3; 0: 3 (L1T3, as browsers do)

	// AllEncodings sends all encodings whatever the room wants; otherwise those rest that nobody watches, as in browsers.
	AllEncodings bool

	PLIs     int       // keyframe requests per second for everything that is shown, needed or not; 0: only needed ones
	NACK     bool      // ask for missing packets again; otherwise a gap is a loss
	AutoView *AutoView // views everybody's video by itself; nil: only View counts

	// Via is where media goes instead of the addresses that the server names, such as a linksim; the zero value: nowhere.
	Via netip.AddrPort

	// OnMessage gets every message in order, seq 0 where there is none. It runs on the reading goroutine: it must not
	// block and must not call the participant.
	OnMessage func(m protocol.ServerMessage, seq uint64)
	// LoseOut and LoseIn drop an outgoing or incoming media packet when they return true. Nil loses nothing.
	LoseOut, LoseIn func(ssrc uint32, sequence uint16) bool
}

// Publish chooses sources.
type Publish struct{ Microphone, ScreenAudio, Camera, Screen bool }

// Sources returns what is chosen, audio first.
func (p Publish) Sources() []protocol.Source {
	var sources []protocol.Source
	for i, chosen := range []bool{p.Microphone, p.ScreenAudio, p.Camera, p.Screen} { // order of protocol.Sources
		if chosen {
			sources = append(sources, protocol.Sources[i])
		}
	}
	return sources
}

func (p Publish) or(q Publish) Publish {
	return Publish{
		Microphone: p.Microphone || q.Microphone, ScreenAudio: p.ScreenAudio || q.ScreenAudio,
		Camera: p.Camera || q.Camera, Screen: p.Screen || q.Screen,
	}
}

// AutoView asks for a tile of this size for every publication of others that has video, as far as there are slots. The
// first of them gets a tile of the size Big, unless that is zero.
type AutoView struct{ Width, Height, BigWidth, BigHeight int }

// VideoLayer is one encoding.
type VideoLayer struct {
	RID           string // "" when it is the only one
	Width, Height int    // pixels, 1 to 16383 (RFC 6386 9.1)
	Kbps          int    // RTP payload
}

// DefaultLayers are a camera's three encodings at about total kbit/s together.
func DefaultLayers(total int) []VideoLayer {
	return []VideoLayer{
		{RID: "q", Width: 320, Height: 180, Kbps: max(20, total*8/100)},
		{RID: "h", Width: 640, Height: 360, Kbps: max(40, total*24/100)},
		{RID: "f", Width: 1280, Height: 720, Kbps: max(80, total*68/100)},
	}
}

const (
	defaultVideoKbps = 1500
	maxSlots         = protocol.MaxSections
	maxDimension     = 1<<14 - 1 // 14 bits in a VP8 keyframe header
)

// withDefaults fills what is zero and refuses what cannot work.
func (o Options) withDefaults() (Options, error) {
	if o.URL == "" || o.Room == "" || o.Name == "" {
		return o, errors.New("a participant needs URL, Room and Name")
	}
	if o.Layers == nil {
		o.Layers = DefaultLayers(defaultVideoKbps)
	}
	if o.ScreenLayer == (VideoLayer{}) {
		o.ScreenLayer = VideoLayer{Width: 1280, Height: 720, Kbps: 800}
	}
	if o.FPS == 0 {
		o.FPS = 30
	}
	if o.TemporalLayers == 0 {
		o.TemporalLayers = 3
	}
	sections := o.VideoSlots + o.AudioSlots + len(o.Publish.or(o.Offer).Sources())
	switch {
	case o.VideoSlots < 0 || o.AudioSlots < 0 || sections > maxSlots:
		return o, fmt.Errorf("an offer has at most %d sections: ask for fewer slots", maxSlots)
	case sections == 0:
		return o, errors.New("a participant that neither publishes nor has slots cannot make an offer: set VideoSlots or Publish")
	case o.FPS < 1 || o.FPS > 60:
		return o, errors.New("FPS must be 1 to 60")
	case o.PLIs < 0 || o.PLIs > 1000:
		return o, errors.New("PLIs must be 0 to 1000")
	case o.TemporalLayers != 1 && o.TemporalLayers != 3:
		return o, errors.New("TemporalLayers must be 1 or 3")
	case len(o.Layers) < 1 || len(o.Layers) > 3:
		return o, errors.New("a camera has one to three Layers")
	}
	for _, l := range append([]VideoLayer{o.ScreenLayer}, o.Layers...) {
		if l.Width < 1 || l.Height < 1 || l.Width > maxDimension || l.Height > maxDimension || l.Kbps < 1 {
			return o, fmt.Errorf("layer %q needs a size of 1 to %d pixels and a bitrate", l.RID, maxDimension)
		}
		if len(o.Layers) > 1 && l.RID == "" && l != o.ScreenLayer {
			return o, errors.New("several Layers need a RID each")
		}
	}
	return o, nil
}

// socketURL returns the WebSocket's address and the matching Origin header.
func socketURL(base string) (socket, origin string, err error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return "", "", fmt.Errorf("%q is not a server's address: write it like http://127.0.0.1:8080", base)
	}
	switch u.Scheme {
	case "http", "ws":
		u.Scheme, origin = "ws", "http://"+u.Host
	case "https", "wss":
		u.Scheme, origin = "wss", "https://"+u.Host
	default:
		return "", "", fmt.Errorf("%q has the scheme %q: use http or https", base, u.Scheme)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/ws"
	}
	return u.String(), origin, nil
}
