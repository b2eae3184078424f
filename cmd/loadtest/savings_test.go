package main

import (
	"testing"

	"salon/cmd/loadtest/participant"
	"salon/signaling/protocol"
)

func TestSavings(t *testing.T) {
	stats := func(received, q, h, f, rested uint64) participant.Stats {
		return participant.Stats{
			Sent: participant.SentStats{Encodings: []participant.EncodingStats{
				{Source: protocol.Microphone, Bytes: 77},
				{Source: protocol.Camera, RID: "q", Bytes: q}, {Source: protocol.Camera, RID: "h", Bytes: h},
				{Source: protocol.Camera, RID: "f", Bytes: f, Rested: rested},
			}},
			Slots: []participant.SlotStats{{Kind: protocol.Audio, Bytes: 99}, {Kind: protocol.Video, Bytes: received}},
		}
	}
	watched, unwatched := &participant.Participant{}, &participant.Participant{}
	from := map[*participant.Participant]video{}
	to := map[*participant.Participant]video{}
	for p, moments := range map[*participant.Participant][2]participant.Stats{
		watched:   {stats(10, 1, 1, 1, 0), stats(160, 101, 201, 701, 0)},
		unwatched: {stats(10, 1, 1, 1, 5), stats(710, 101, 201, 1, 705)},
	} {
		from[p], to[p] = videoOf(&moments[0]), videoOf(&moments[1])
	}
	s := savingsBetween(from, to, 2, 2)
	want := savings{ReceivedKbit: 850 * 8 / 1000. / 2 / 2, OfAll: 850. / 2000, OfLargest: 850. / 1400, Uplink: 1300. / 2000, Unwatched: 1, UplinkThere: 300. / 1000}
	if *s != want {
		t.Errorf("%+v, want %+v", *s, want)
	}
	if s := savingsBetween(from, from, 2, 2); s != nil {
		t.Errorf("nobody sent, and yet %+v", s)
	}
	delete(from, watched)
	if s := savingsBetween(from, to, 2, 2); s.Uplink != 0.3 {
		t.Errorf("who came later counts: %+v", s)
	}
}
