package participant

import (
	"context"
	"encoding/json"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"salon/signaling/protocol"
)

// Raw is the way for tests to do what no honest client does.
type Raw struct{ participant *Participant }

// Raw returns the participant's hooks for hostile tests.
func (p *Participant) Raw() Raw { return Raw{p} }

// Request sends any message and returns its reply; a refusal is a protocol.Error.
func (r Raw) Request(ctx context.Context, m protocol.ClientMessage) (protocol.ServerMessage, error) {
	return r.participant.signal.request(ctx, m)
}

// Frame sends a frame with any type and data, and does not wait for a reply.
func (r Raw) Frame(kind string, id uint64, data json.RawMessage) error {
	return r.participant.signal.raw(kind, id, data)
}

// RTP sends a packet of the caller's own making on the stream of an encoding: any SSRC, number, type, extension.
func (r Raw) RTP(source protocol.Source, rid string, h *rtp.Header, payload []byte) error {
	return r.participant.media.writeRTP(source, rid, h, payload)
}

// RTCP sends feedback of the caller's own making.
func (r Raw) RTCP(packets ...rtcp.Packet) error {
	return r.participant.media.connection.WriteRTCP(packets)
}

// Stream is how an encoding appears on the wire.
type Stream struct {
	Source           protocol.Source
	Mid, RID         string
	SSRC, RepairSSRC uint32
	PayloadType      uint8
	RepairType       uint8            // RTX; 0: none
	Extensions       map[string]uint8 // ids by URI
}

// Streams returns the encodings that are connected.
func (r Raw) Streams() []Stream {
	var streams []Stream
	for _, s := range r.participant.media.sections {
		for _, e := range s.encodings {
			if stream, ok := e.described(); ok {
				streams = append(streams, stream)
			}
		}
	}
	return streams
}

func (e *encoding) described() (Stream, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	b := e.bound
	if b == nil {
		return Stream{}, false
	}
	return Stream{
		Source: e.source, Mid: e.mid, RID: e.rid, SSRC: b.ssrc, RepairSSRC: b.repairSSRC,
		PayloadType: b.formats.media, RepairType: b.formats.repair, Extensions: b.extensions,
	}, true
}
