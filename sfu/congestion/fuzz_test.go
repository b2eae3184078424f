package congestion

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// FuzzFeedback lets a receiver send anything between packets of ours. Each round of the input is a length, a pause, and
// so many bytes of feedback behind a valid header, or without it.
func FuzzFeedback(f *testing.F) {
	var r Recorder
	now := time.Unix(1, 0)
	seed := []byte{}
	for n := range uint16(100) {
		now = now.Add(3 * ms)
		if n%7 != 0 {
			r.Record(65_500+n, now)
		}
		if n%20 == 19 {
			raw, _ := r.Feedback(1, 2)[0].Marshal()
			seed = append(append(seed, byte(len(raw)-4), 60), raw[4:]...)
		}
	}
	f.Add(seed, uint16(65_500))
	f.Add([]byte{16, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0x1f, 0xff}, uint16(0))
	f.Add([]byte{20, 255, 0, 0, 0, 1, 0, 0, 0, 2, 0x80, 0, 0x10, 0, 0xff, 0xff, 0xff, 0, 0x3f, 0xff, 0xff, 0xff}, uint16(32_768))
	f.Fuzz(func(t *testing.T, input []byte, first uint16) {
		e := NewEstimator(Config{Min: 10_000, Max: 5_000_000})
		e.Want(1_000_000)
		var parser Parser
		now, number := time.Unix(1, 0), first
		for rounds := 0; len(input) >= 2 && rounds < 100; rounds++ {
			length, pause := min(int(input[0]), len(input)-2), time.Duration(input[1])*ms
			body := input[2 : 2+length]
			input = input[2+length:]
			for range 20 {
				now = now.Add(pause / 20)
				e.Sent(number, 1000, now)
				number++
			}
			raw := make([]byte, 4+(len(body)+3)/4*4)
			raw[0], raw[1], raw[2], raw[3] = 2<<6|rtcp.FormatTCC, byte(rtcp.TypeTransportSpecificFeedback), 0, byte(len(raw)/4-1)
			copy(raw[4:], body)
			if cc, err := parser.Parse(raw); err == nil {
				e.Feedback(cc, now)
			}
			if c, ok := e.Probe(now); ok && (c.Due < 0 || c.Due > 1_000_000 || c.Bitrate <= 0) {
				t.Fatalf("cluster %+v", c)
			}
			got := e.Estimate(now)
			if got.Bitrate < 10_000 || got.Bitrate > 5_000_000 || got.Loss < 0 || got.Loss > 1 || got.RTT < 0 || got.Queue < 0 || got.Received < 0 {
				t.Fatalf("%+v", got)
			}
		}
	})
}
