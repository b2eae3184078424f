package congestion

import (
	"encoding/binary"
	"errors"

	"github.com/pion/rtcp"
)

// Layout of a transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 3.1).
const (
	feedbackHeader = 20   // bytes before the first chunk
	vectorSymbols  = 14   // of one bit in a chunk, or half as many of two
	maxRun         = 8191 // packets of one run
)

var errFeedback = errors.New("the transport feedback is not complete")

// Parser reads transport-wide feedback and keeps the memory for the next one: a receiver sends ten or twenty of them a
// second. The zero value is ready. One goroutine uses it at a time.
type Parser struct {
	feedback rtcp.TransportLayerCC
	runs     []rtcp.RunLengthChunk
	deltas   []rtcp.RecvDelta
}

// Parse reads one packet of RTCP whose header says that it is transport-wide feedback. What it returns is valid until the
// next call. Packets that are told of beyond the count that the feedback announces are passed over. Vectors of statuses become
// runs.
func (p *Parser) Parse(packet []byte) (*rtcp.TransportLayerCC, error) {
	if len(packet) < feedbackHeader {
		return nil, errFeedback
	}
	cc := &p.feedback
	cc.SenderSSRC, cc.MediaSSRC = binary.BigEndian.Uint32(packet[4:]), binary.BigEndian.Uint32(packet[8:])
	cc.BaseSequenceNumber, cc.PacketStatusCount = binary.BigEndian.Uint16(packet[12:]), binary.BigEndian.Uint16(packet[14:])
	cc.ReferenceTime, cc.FbPktCount = binary.BigEndian.Uint32(packet[16:])>>8, packet[19]
	p.runs, p.deltas = p.runs[:0], p.deltas[:0]
	rest, err := p.statuses(packet[feedbackHeader:], int(cc.PacketStatusCount))
	if err != nil {
		return nil, err
	}
	if err := p.times(rest); err != nil {
		return nil, err
	}
	cc.PacketChunks, cc.RecvDeltas = cc.PacketChunks[:0], cc.RecvDeltas[:0]
	for i := range p.runs {
		cc.PacketChunks = append(cc.PacketChunks, &p.runs[i])
	}
	for i := range p.deltas {
		cc.RecvDeltas = append(cc.RecvDeltas, &p.deltas[i])
	}
	return cc, nil
}

// statuses reads the chunks of so many packets and returns what is behind them.
func (p *Parser) statuses(data []byte, packets int) ([]byte, error) {
	for packets > 0 {
		if len(data) < 2 {
			return nil, errFeedback
		}
		chunk := binary.BigEndian.Uint16(data)
		data = data[2:]
		switch {
		case chunk>>15 == 0:
			run := min(int(chunk&maxRun), packets)
			p.run(chunk>>13&3, run)
			packets -= run
		case chunk>>14&1 == 0:
			for i := 0; i < vectorSymbols && packets > 0; i++ {
				p.run(chunk>>(vectorSymbols-1-i)&1, 1)
				packets--
			}
		default:
			for i := 0; i < vectorSymbols/2 && packets > 0; i++ {
				p.run(chunk>>(vectorSymbols-2-2*i)&3, 1)
				packets--
			}
		}
	}
	return data, nil
}

// run notes that so many packets have one status.
func (p *Parser) run(symbol uint16, packets int) {
	if symbol == smallDelta || symbol == largeDelta {
		for range packets {
			p.deltas = append(p.deltas, rtcp.RecvDelta{Type: symbol})
		}
	}
	if n := len(p.runs); n > 0 && p.runs[n-1].PacketStatusSymbol == symbol && int(p.runs[n-1].RunLength)+packets <= maxRun {
		p.runs[n-1].RunLength += uint16(packets)
		return
	}
	p.runs = append(p.runs, rtcp.RunLengthChunk{PacketStatusSymbol: symbol, RunLength: uint16(packets)})
}

// times reads the time of each packet that was received, as the difference to the one before.
func (p *Parser) times(data []byte) error {
	for i := range p.deltas {
		d := &p.deltas[i]
		size := int(d.Type) // a small one takes one byte, a large one two
		if len(data) < size {
			return errFeedback
		}
		ticks := int64(data[0])
		if d.Type == largeDelta {
			ticks = int64(int16(binary.BigEndian.Uint16(data)))
		}
		d.Delta = ticks * tick.Microseconds()
		data = data[size:]
	}
	return nil
}
