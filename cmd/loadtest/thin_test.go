package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"salon/cmd/loadtest/participant"
	"salon/signaling/protocol"
)

// network is a linksim in front of the server.
type network struct {
	t       *testing.T
	listen  netip.AddrPort
	control string
}

// startNetwork starts the linksim of this repository, perfect at first.
func startNetwork(t *testing.T) *network {
	t.Helper()
	target, folder := server(t).UDPPort, t.TempDir()
	binary, ready := filepath.Join(folder, "linksim"), filepath.Join(folder, "ready.json")
	if out, err := exec.Command("go", "build", "-o", binary, "salon/cmd/linksim").CombinedOutput(); err != nil {
		t.Fatalf("build linksim: %v\n%s", err, out)
	}
	process := exec.Command(binary, "--target", fmt.Sprintf("127.0.0.1:%d", target), "--ready-file", ready)
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Signal(os.Interrupt)
		_ = process.Wait()
		http.DefaultClient.CloseIdleConnections()
	})
	var places struct{ Listen, Control string }
	for range 500 {
		if text, err := os.ReadFile(ready); err == nil && json.Unmarshal(text, &places) == nil {
			return &network{t, netip.MustParseAddrPort(places.Listen), places.Control}
		}
		after(t, 10*time.Millisecond)
	}
	t.Fatal("linksim is not ready after 5 s")
	return nil
}

// down changes the link toward the clients.
func (n *network) down(settings string) {
	n.t.Helper()
	response, err := http.Post(n.control+"/settings", "application/json", strings.NewReader(`{"down": `+settings+`}`))
	if err != nil {
		n.t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		n.t.Fatalf("linksim answers %s", response.Status)
	}
}

// share is what a receiver got of what one encoding of the publisher was while it looked, 1: everything.
type share struct{ frames, bytes float64 }

// shares watches receivers for a while.
func shares(t *testing.T, publisher *participant.Participant, receivers []*participant.Participant, d time.Duration) []share {
	t.Helper()
	type moment struct{ frames, bytes uint64 }
	look := func() (sent moment, got []moment) {
		s := publisher.Stats().Sent
		sent.frames = s.Frames / uint64(len(s.Encodings)) // all three are sent
		for _, e := range s.Encodings {
			if e.RID == "f" {
				sent.bytes = e.Bytes
			}
		}
		for _, r := range receivers {
			stats := r.Stats()
			slot, _ := stats.Showing(publisher.ID(), protocol.Camera)
			got = append(got, moment{slot.Frames, slot.Bytes})
		}
		return sent, got
	}
	sent, got := look()
	after(t, d)
	sentLater, gotLater := look()
	var all []share
	for i := range got {
		all = append(all, share{
			frames: float64(gotLater[i].frames-got[i].frames) / float64(sentLater.frames-sent.frames),
			bytes:  float64(gotLater[i].bytes-got[i].bytes) / float64(sentLater.bytes-sent.bytes),
		})
	}
	return all
}

// settle waits until the receiver gets the smallest encoding, and a second more. That it takes long on a busy machine is
// not what is tested.
func settle(t *testing.T, thin, publisher *participant.Participant) {
	t.Helper()
	began := time.Now()
	for tries := 0; ; tries++ {
		stats := thin.Stats()
		if slot, _ := stats.Showing(publisher.ID(), protocol.Camera); slot.Encoding == 0 {
			break
		}
		if tries == 250 {
			t.Fatalf("a link of 200 kbit/s still gets too much:\n%s", describe(stats))
		}
		after(t, 100*time.Millisecond)
	}
	t.Logf("the thin one got the smallest encoding after %v", time.Since(began).Round(100*time.Millisecond))
	after(t, time.Second)
}

// One of five receivers has 200 kbit/s: it gets a picture that fits, and the other four what they got before.
func TestOneOfFiveOnAThinLink(t *testing.T) {
	t.Parallel()
	link := startNetwork(t)
	anna := enter(t, "Anna", func(o *participant.Options) { o.Publish.Camera, o.AllEncodings = true, true })
	var others []*participant.Participant
	for i := range 4 {
		others = append(others, enter(t, fmt.Sprintf("wide %d", i)))
	}
	thin := enter(t, "thin", func(o *participant.Options) { o.Via, o.NACK = link.listen, true })
	for _, p := range append(others, thin) {
		view(t, p, tile(anna, 1280, 720))
		showing(t, p, anna, 2, 30)
	}
	before := shares(t, anna, others, 8*time.Second)
	link.down(`{"rate": "200kbit/s"}`)
	settle(t, thin, anna)
	from := thin.Stats()
	during := shares(t, anna, others, 8*time.Second)
	for i := range others {
		t.Logf("receiver %d: frames %.3f, then %.3f; bytes %.3f, then %.3f", i, before[i].frames, during[i].frames, before[i].bytes, during[i].bytes)
		if frames, bytes := during[i].frames/before[i].frames, during[i].bytes/before[i].bytes; frames < 0.98 || frames > 1.02 || bytes < 0.98 || bytes > 1.02 {
			t.Errorf("receiver %d gets %.3f of the frames and %.3f of the bytes that it got before", i, frames, bytes)
		}
	}
	to := thin.Stats()
	old, _ := from.Showing(anna.ID(), protocol.Camera)
	slot, _ := to.Showing(anna.ID(), protocol.Camera)
	t.Logf("the thin one: encoding %d, %.0f kbit/s, %d frames, %d lost", slot.Encoding, float64(slot.Bytes-old.Bytes)/1000, slot.Frames-old.Frames, slot.Lost-old.Lost)
	if slot.Frames == old.Frames {
		t.Error("the thin one sees nothing")
	}
	flawless(t, others...)
}

// A link that has become too narrow for two pictures carries the pinned one, whatever the other tile gets: it is not
// left paused beside the other. Seconds in a row are counted, since a busy machine makes any one of them empty.
func TestAPinnedCameraOnANarrowLink(t *testing.T) {
	t.Parallel()
	const enough, tries = 5, 60
	link := startNetwork(t)
	camera := func(o *participant.Options) { o.Publish.Camera, o.AllEncodings = true, true }
	anna, carl := enter(t, "Anna", camera), enter(t, "Carl", camera)
	thin := enter(t, "thin", func(o *participant.Options) { o.Via, o.NACK = link.listen, true })
	pinned := tile(anna, 1280, 720)
	pinned.Pinned = true
	view(t, thin, pinned, tile(carl, 320, 180))
	await(t, thin, "both pictures", func(s participant.Stats, _ participant.State) bool {
		a, _ := s.Showing(anna.ID(), protocol.Camera)
		c, _ := s.Showing(carl.ID(), protocol.Camera)
		return a.Frames > 10 && c.Frames > 10
	})
	link.down(`{"rate": "120kbit/s", "queue_time": "300ms"}`)
	before, good := uint64(0), 0
	for range tries {
		stats := thin.Stats()
		slot, ok := stats.Showing(anna.ID(), protocol.Camera)
		if good++; !ok || slot.Encoding != 0 || slot.Frames < before+2 {
			good = 0
		}
		if before = slot.Frames; good > enough {
			return
		}
		after(t, time.Second)
	}
	t.Errorf("the pinned camera does not move on a link of 120 kbit/s:\n%s", describe(thin.Stats()))
}
