package rooms

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"salon/signaling/protocol"
)

func TestJournalSince(t *testing.T) {
	j := journal{limit: 3}
	for range 5 {
		j.add(protocol.ParticipantLeft{})
	}
	for _, c := range []struct {
		last  uint64
		first uint64 // 0: none
		kept  bool
	}{
		{0, 0, false}, {1, 0, false}, {2, 3, true}, {4, 5, true}, {5, 0, true}, {6, 0, false}, {1<<64 - 1, 0, false},
	} {
		events, kept := j.since(c.last)
		if kept != c.kept || len(events) == 0 != (c.first == 0) || c.first > 0 && events[0].seq != c.first {
			t.Errorf("since %d: %v %v", c.last, events, kept)
		}
	}
}

func TestJournalOfNothing(t *testing.T) {
	j := journal{limit: 3}
	if events, kept := j.since(0); len(events) != 0 || !kept {
		t.Errorf("since 0: %v %v", events, kept)
	}
	if _, kept := j.since(1); kept {
		t.Error("an event that never was can be resumed from")
	}
}

func TestJournalReplaysWithoutGapOrDouble(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := journal{limit: rapid.IntRange(1, 20).Draw(t, "limit")}
		n := rapid.Uint64Range(0, 60).Draw(t, "events")
		for range n {
			j.add(protocol.ChatLine{Text: strings.Repeat("x", rapid.IntRange(0, 16000).Draw(t, "text"))})
		}
		if len(j.events) > j.limit || j.text > maxKeptText {
			t.Fatalf("keeps %d events, %d bytes", len(j.events), j.text)
		}
		last := rapid.Uint64Range(0, 70).Draw(t, "last")
		events, kept := j.since(last)
		if !kept {
			if last <= n && n-last <= uint64(len(j.events)) {
				t.Fatal("refused what it has")
			}
			return
		}
		for i, e := range events {
			if e.seq != last+1+uint64(i) {
				t.Fatalf("event %d has seq %d after %d", i, e.seq, last)
			}
		}
		if last+uint64(len(events)) != n {
			t.Fatalf("%d events after %d of %d", len(events), last, n)
		}
	})
}

func TestJournalsMemoryIsBounded(t *testing.T) {
	j := journal{limit: 128}
	for range 100_000 {
		j.add(protocol.ParticipantLeft{})
	}
	if cap(j.events) > 1024 {
		t.Errorf("an array of %d for %d events", cap(j.events), len(j.events))
	}
}

func TestChatHistory(t *testing.T) {
	h := chatHistory{limit: 3}
	for range 5 {
		h.add(protocol.ChatLine{Text: "x"})
	}
	if len(h.lines) != 3 || h.lines[0].ID != 3 || h.lines[2].ID != 5 || h.text != 3 {
		t.Errorf("%+v", h)
	}
	h = chatHistory{}
	if line, _ := h.add(protocol.ChatLine{Text: "x"}); line.ID != 1 || len(h.lines) != 0 || h.text != 0 {
		t.Errorf("a history of nothing: %+v", h)
	}
	h = chatHistory{limit: 1000}
	for range 1000 {
		h.add(protocol.ChatLine{Text: strings.Repeat("é", 1000)})
	}
	if h.text > maxKeptText || len(h.lines) != maxKeptText/2000 || h.lines[len(h.lines)-1].ID != 1000 {
		t.Errorf("%d lines, %d bytes", len(h.lines), h.text)
	}
}
