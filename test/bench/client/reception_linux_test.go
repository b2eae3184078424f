package client

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

func packetOf(t *testing.T, h rtp.Header, payload []byte) []byte {
	t.Helper()
	raw, err := (&rtp.Packet{Header: h, Payload: payload}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Gaps are losses, what comes late is none, and numbers go on after 65535.
func TestCount(t *testing.T) {
	for _, c := range []struct {
		name                    string
		numbers                 []uint16
		packets, expected, lost uint32
	}{
		{"one", []uint16{7}, 1, 1, 0},
		{"in order", []uint16{0, 1, 2}, 3, 3, 0},
		{"around the end", []uint16{65534, 65535, 0, 1}, 4, 4, 0},
		{"a gap around the end", []uint16{65533, 65534, 1}, 3, 5, 2},
		{"late", []uint16{10, 12, 11, 13}, 4, 4, 0},
		{"twice", []uint16{10, 10, 11}, 3, 2, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r reception
			for _, n := range c.numbers {
				ssrc, number, media := r.count(packetOf(t, rtp.Header{Version: 2, PayloadType: vp8Type, SequenceNumber: n, SSRC: 5}, []byte{1}), time.Unix(1, 0))
				if ssrc != 5 || number != n || !media {
					t.Fatalf("ssrc %d, number %d, media %v", ssrc, number, media)
				}
			}
			s := r.streams[0]
			if s.packets != c.packets || s.expected() != c.expected || s.lost() != c.lost {
				t.Errorf("%d packets of %d, %d lost", s.packets, s.expected(), s.lost())
			}
		})
	}
}

func TestRepairIsNoMedia(t *testing.T) {
	var r reception
	if _, _, media := r.count(packetOf(t, rtp.Header{Version: 2, PayloadType: vp8Repair, SSRC: 6}, []byte{0, 1}), time.Unix(1, 0)); media {
		t.Error("a retransmission is counted as media")
	}
	if r.repair != 1 || r.packets != 0 || len(r.streams) != 0 {
		t.Errorf("%+v", &r)
	}
}

func TestReport(t *testing.T) {
	s := stream{ssrc: 5, begun: 65530, highest: 65530 + 99, packets: 90}
	last := senderReport{middle: 77, at: time.Unix(10, 0)}
	b := s.block(last, time.Unix(10, 5e8))
	want := rtcp.ReceptionReport{SSRC: 5, FractionLost: 25, TotalLost: 10, LastSequenceNumber: 65629, LastSenderReport: 77, Delay: 32768}
	if b != want {
		t.Errorf("%+v", b)
	}
	s.highest, s.packets = s.highest+10, s.packets+10
	if b = s.block(senderReport{}, time.Unix(11, 0)); b.FractionLost != 0 || b.TotalLost != 10 || b.LastSenderReport != 0 {
		t.Errorf("nothing was lost since: %+v", b)
	}
}

func TestWideNumber(t *testing.T) {
	var number [2]byte
	binary.BigEndian.PutUint16(number[:], 65535)
	with := rtp.Header{Version: 2, PayloadType: vp8Type}
	for id, value := range map[uint8][]byte{1: {9}, 3: number[:], 4: {1, 2, 3}} {
		if err := with.SetExtension(id, value); err != nil {
			t.Fatal(err)
		}
	}
	raw := packetOf(t, with, []byte{1})
	if n, ok := wideNumber(raw, 3); !ok || n != 65535 {
		t.Errorf("%d, %v", n, ok)
	}
	if _, ok := wideNumber(raw, 5); ok {
		t.Error("an extension that is not there")
	}
	if _, ok := wideNumber(packetOf(t, rtp.Header{Version: 2}, []byte{1}), 3); ok {
		t.Error("a packet without extensions")
	}
}

func FuzzCount(f *testing.F) {
	f.Add([]byte{0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0xbe, 0xde, 0, 1, 0x31, 0, 7, 0})
	f.Fuzz(func(t *testing.T, packet []byte) {
		r := reception{wideID: 3}
		if isRTP(packet) {
			r.count(packet, time.Unix(1, 0))
		}
		_ = isSuccess(packet)
		_, _ = stampOf(packet)
	})
}

// A frame's first packet is what decoders take for the beginning of a keyframe or of another frame.
func TestVP8Headers(t *testing.T) {
	b := make([]byte, payloadBytes)
	for _, c := range []struct {
		first, key  bool
		begin, kind byte
	}{{true, true, 0x90, 0}, {true, false, 0x90, 1}, {false, true, 0x80, 0}} {
		clear(b)
		vp8Headers(b, 0x7abc, c.first, c.key)
		if b[0] != c.begin || b[1] != 0x80 || binary.BigEndian.Uint16(b[2:]) != 0x8000|0x7abc || b[4]&1 != c.kind {
			t.Errorf("%+v: % x", c, b[:16])
		}
		if c.first && c.key && (b[7] != 0x9d || b[8] != 0x01 || b[9] != 0x2a) {
			t.Errorf("no start code: % x", b[:16])
		}
	}
	stamp(b, time.Unix(3, 4))
	if at, ok := stampOf(b); !ok || at != 3e9+4 {
		t.Errorf("%d, %v", at, ok)
	}
}

func TestWideIDOf(t *testing.T) {
	const text = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n" +
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=recvonly\r\na=extmap:4 " + transportWide + "\r\n" +
		"m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:2 " + transportWide + "\r\n"
	if id, err := wideIDOf(text); id != 2 || err != nil {
		t.Errorf("%d, %v", id, err)
	}
	if id, err := wideIDOf(text[:len(text)-len("a=extmap:2 "+transportWide+"\r\n")]); id != 0 || err != nil {
		t.Errorf("%d, %v", id, err)
	}
	if _, err := wideIDOf("nothing"); err == nil {
		t.Error("that is no SDP")
	}
}
