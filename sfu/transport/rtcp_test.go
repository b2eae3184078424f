package transport

import (
	"testing"

	"github.com/pion/rtcp"

	"salon/sfu/congestion"
)

// marshaled returns packets as one compound.
func marshaled(t testing.TB, packets ...rtcp.Packet) []byte {
	t.Helper()
	b, err := rtcp.Marshal(packets)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// forgedFeedback is transport feedback of 40 bytes that announces so many packets.
func forgedFeedback(t testing.TB, count uint16) []byte {
	t.Helper()
	cc := &rtcp.TransportLayerCC{
		Header:     rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: 9},
		SenderSSRC: 1, MediaSSRC: 2, PacketStatusCount: count,
	}
	for left := int(count); left > 0; left -= 8191 {
		cc.PacketChunks = append(cc.PacketChunks, &rtcp.RunLengthChunk{
			Type: rtcp.TypeTCCRunLengthChunk, PacketStatusSymbol: rtcp.TypeTCCPacketNotReceived, RunLength: uint16(min(left, 8191)),
		})
	}
	b := marshaled(t, cc)
	b[3] = byte(len(b)/4 - 1)
	return b
}

func TestReadRTCP(t *testing.T) {
	nack := &rtcp.TransportLayerNack{SenderSSRC: 1, MediaSSRC: 2, Nacks: []rtcp.NackPair{{PacketID: 7}}}
	report := &rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: 2}}}
	good := marshaled(t, report, nack)
	unused := marshaled(t, &rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{Source: 1}}}, &rtcp.Goodbye{Sources: []uint32{1}})
	for name, c := range map[string]struct {
		compound []byte
		read     int
		ok       bool
	}{
		"nothing":                    {nil, 0, true},
		"a compound":                 {good, 2, true},
		"what nobody uses":           {unused, 0, true},
		"after what nobody uses":     {append(unused, good...), 2, true},
		"cut off":                    {good[:len(good)-1], 1, false},
		"as much as may be":          {forgedFeedback(t, maxStatusCount), 1, true},
		"excessive":                  {forgedFeedback(t, maxStatusCount+1), 0, false},
		"excessive, and a good one":  {append(forgedFeedback(t, 65535), good...), 2, false},
		"another version":            {[]byte{0x01, 201, 0, 1, 0, 0, 0, 1}, 0, false},
		"malformed, and a good one":  {append([]byte{0x9f, 201, 0, 1, 0, 0, 0, 1}, good...), 2, false},
		"no REMB, and a good one":    {append([]byte{0x8f, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}, good...), 2, false},
		"a header that says nothing": {[]byte{0x80}, 0, false},
	} {
		read := 0
		if ok := readRTCP(c.compound, &congestion.Parser{}, func(rtcp.Packet) { read++ }); ok != c.ok || read != c.read {
			t.Errorf("%s: read %d, %v, want %d, %v", name, read, ok, c.read, c.ok)
		}
	}
}

// A feedback that is excessive is recognised before anything is made of it.
func TestExcessiveFeedbackIsCheap(t *testing.T) {
	var parser congestion.Parser
	forged := forgedFeedback(t, 65535)
	if len(forged) > 48 {
		t.Fatalf("the forged packet has %d bytes: it proves nothing", len(forged))
	}
	if n := testing.AllocsPerRun(100, func() { readRTCP(forged, &parser, func(rtcp.Packet) {}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzReadRTCP(f *testing.F) {
	f.Add(marshaled(f, &rtcp.ReceiverReport{SSRC: 1}, &rtcp.PictureLossIndication{MediaSSRC: 2}))
	f.Add(marshaled(f, &rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: 1, Bitrate: 1e6, SSRCs: []uint32{2}}))
	f.Add(forgedFeedback(f, 65535))
	f.Add(forgedFeedback(f, 100))
	var parser congestion.Parser
	f.Fuzz(func(t *testing.T, compound []byte) {
		readRTCP(compound, &parser, func(p rtcp.Packet) {
			if cc, ok := p.(*rtcp.TransportLayerCC); ok && cc.PacketStatusCount > maxStatusCount {
				t.Errorf("a feedback of %d packets was read", cc.PacketStatusCount)
			}
		})
	})
}
