package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"salon/cmd/loadtest/participant"
	"salon/signaling/protocol"
)

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "6") // these tests wait more than they compute
	code := m.Run()
	if s, err := startedServer(); err == nil && s != nil {
		if err := s.stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// testServer is the built binary on free ports, with candidates on the loopback interface.
type testServer struct {
	HTTP    string `json:"http"`
	Metrics string `json:"metrics"`
	UDPPort int    `json:"udp_port"`

	process *exec.Cmd
	folder  string
	log     bytes.Buffer
}

var (
	serverWanted  atomic.Bool
	startedServer = sync.OnceValues(func() (*testServer, error) {
		if !serverWanted.Load() {
			return nil, nil
		}
		return startServer()
	})
)

// server returns the one server of all integration tests; each test has its own room.
func server(t *testing.T) *testServer {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the built server")
	}
	serverWanted.Store(true)
	s, err := startedServer()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func startServer() (*testServer, error) {
	folder, err := os.MkdirTemp("", "salon-loadtest-*")
	if err != nil {
		return nil, err
	}
	s := &testServer{folder: folder}
	binary, ready := os.Getenv("SALON_BINARY"), filepath.Join(folder, "ready.json")
	if binary == "" { // test what is here; the variable names another build, such as one with the race detector
		binary = filepath.Join(folder, "salon")
		if out, err := exec.Command("go", "build", "-o", binary, "salon/cmd/salon").CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build the server: %w\n%s", err, out)
		}
	}
	s.process = exec.Command(binary, "serve", "--rooms-store=none", "--http-listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0",
		"--media-udp-port", "0", "--media-tcp-port", "-1", "--media-loopback", "--drain-timeout", "2s", "--ready-file", ready)
	s.process.Stderr = &s.log
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for range 1000 {
		if text, err := os.ReadFile(ready); err == nil {
			return s, json.Unmarshal(text, s)
		}
		<-ticker.C
	}
	return nil, fmt.Errorf("the server is not ready after 10 s:\n%s", s.log.String())
}

// stop ends the server and says when it did not end well.
func (s *testServer) stop() error {
	defer os.RemoveAll(s.folder)
	if err := s.process.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	err := s.process.Wait()
	if err != nil || bytes.Contains(s.log.Bytes(), []byte("panic")) {
		return fmt.Errorf("the server ended badly (%v):\n%s", err, s.log.String())
	}
	return nil
}

func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

var both = participant.Publish{Microphone: true, Camera: true}

// rooms are the tests' own, also when a test runs several times. A room outlives a participant that did not leave.
var (
	rooms     sync.Map // by *testing.T
	roomCount atomic.Int64
)

func roomOf(t *testing.T) string {
	room, _ := rooms.LoadOrStore(t, fmt.Sprintf("test-%d", roomCount.Add(1)))
	return room.(string)
}

// enter joins the test's own room with the usual slots.
func enter(t *testing.T, name string, change ...func(*participant.Options)) *participant.Participant {
	t.Helper()
	o := participant.Options{
		URL: server(t).HTTP, Room: roomOf(t), Name: name, VideoSlots: 4, AudioSlots: 3,
		Layers: participant.DefaultLayers(800),
	}
	for _, c := range change {
		c(&o)
	}
	p, err := participant.Join(testContext(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func publishing(o *participant.Options) { o.Publish = both }

// tile shows somebody's camera.
func tile(p *participant.Participant, width, height int) protocol.Tile {
	return protocol.Tile{Participant: p.ID(), Source: protocol.Camera, Width: width, Height: height}
}

func view(t *testing.T, p *participant.Participant, tiles ...protocol.Tile) {
	t.Helper()
	if err := p.View(testContext(t), tiles...); err != nil {
		t.Fatal(err)
	}
}

// await fails the test with everything that is known when the condition does not come true.
func await(t *testing.T, p *participant.Participant, what string, met func(participant.Stats, participant.State) bool) participant.Stats {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	stats, err := p.Await(ctx, met)
	if err != nil {
		t.Fatalf("%s: %v\nsent %+v\n%s", what, err, stats.Sent, describe(stats))
	}
	return stats
}

// showing waits until a slot shows an encoding of somebody's camera, for frames more frames.
func showing(t *testing.T, p, whom *participant.Participant, encoding int, frames uint64) participant.SlotStats {
	t.Helper()
	from, got := uint64(0), participant.SlotStats{}
	await(t, p, fmt.Sprintf("encoding %d of another's camera", encoding), func(s participant.Stats, _ participant.State) bool {
		slot, ok := s.Showing(whom.ID(), protocol.Camera)
		if !ok || slot.Encoding != encoding || slot.Origin != participant.OriginOf(whom.ID(), protocol.Camera) {
			from = 0
			return false
		}
		if from == 0 {
			from = slot.Frames
		}
		got = slot
		return slot.Frames >= from+frames
	})
	return got
}

func describe(s participant.Stats) string {
	var b bytes.Buffer
	for _, c := range s.Slots {
		fmt.Fprintf(&b, "slot %s %s: %s %s, encoding %d %dx%d, %d packets, %d frames (%d keyframes), %d undecodable, %d lost, %d twice, %d late, %d PLIs, faults %v\n",
			c.Mid, c.Kind, c.Participant, c.Source, c.Encoding, c.Width, c.Height, c.Packets, c.Frames, c.Keyframes,
			c.Undecodable, c.Lost, c.Duplicates, c.Late, c.PLIs, c.Faults)
	}
	return b.String()
}

// flawless says what nobody may see with a network that loses nothing.
func flawless(t *testing.T, people ...*participant.Participant) {
	t.Helper()
	for _, p := range people {
		stats, state := p.Stats(), p.State()
		if stats.Strangers > 0 || state.SeqErrors+state.Inconsistent+state.Unreadable > 0 {
			t.Errorf("%s: %d packets of unknown SSRCs; %d events out of order, %d that do not fit, %d unreadable",
				p.ID(), stats.Strangers, state.SeqErrors, state.Inconsistent, state.Unreadable)
		}
		for _, c := range stats.Slots {
			if c.Bad+c.Lost+c.Undecodable+c.Duplicates+c.Late > 0 {
				t.Errorf("%s is not flawless:\n%s", p.ID(), describe(participant.Stats{Slots: []participant.SlotStats{c}}))
			}
		}
	}
}

// after waits; it is for proving that nothing happens any more.
func after(t *testing.T, d time.Duration) {
	t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	<-timer.C
}
