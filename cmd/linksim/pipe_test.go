package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"salon/cmd/linksim/link"
)

const ms = time.Millisecond

func settingsOf(t testing.TB, text string) link.Settings {
	t.Helper()
	return patch(t, text).Apply(link.Default())
}

func patch(t testing.TB, text string) link.Patch {
	t.Helper()
	p, err := link.ParsePatch(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// recorded is a running pipe whose packets are noted as "number@time". It must be used inside a synctest bubble.
type recorded struct {
	*pipe
	sent   []string // by the pipe's goroutine; read it after stop
	cancel context.CancelFunc
	ended  sync.WaitGroup
}

func record(s link.Settings, err error) *recorded {
	r, start := &recorded{}, time.Now()
	clock := func() time.Duration { return time.Since(start) }
	r.pipe = newPipe(link.New(s, 1), clock, func(data []byte) error {
		r.sent = append(r.sent, fmt.Sprintf("%d@%v", data[0], clock()))
		return err
	})
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.ended.Go(func() { r.run(ctx) })
	return r
}

func (r *recorded) stop() []string {
	r.cancel()
	r.ended.Wait()
	return r.sent
}

func TestPipeSendsOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(settingsOf(t, "rate=1Mbit/s,delay=20ms"), nil)
		data := func(n byte) []byte { return append([]byte{n}, make([]byte, 1250-link.Overhead-1)...) }
		r.put(data(1))
		r.put(data(2))
		<-time.After(50 * ms)
		r.put(data(3))
		<-time.After(time.Second)
		got, want := r.stop(), []string{"1@30ms", "2@40ms", "3@80ms"}
		if !slices.Equal(got, want) {
			t.Errorf("sent %v, want %v", got, want)
		}
		if d := r.direction(); d.Departed != 3 || d.Late != 0 || d.SendFailed != 0 {
			t.Errorf("%+v", d)
		}
	})
}

func TestPipeNoticesAnEarlierDeparture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := settingsOf(t, "delay=10s,jitter_reorders=true")
		r := record(s, nil)
		r.put([]byte{1})
		<-time.After(ms)
		r.change(patch(t, "delay=5ms"))
		r.put([]byte{2})
		<-time.After(20 * time.Second)
		if got, want := r.stop(), []string{"2@6ms", "1@10s"}; !slices.Equal(got, want) {
			t.Errorf("sent %v, want %v", got, want)
		}
	})
}

func TestPipeSurvivesRefusedPackets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(link.Default(), errors.New("port closed"))
		r.put([]byte{1})
		r.put([]byte{2})
		<-time.After(ms)
		r.stop()
		if d := r.direction(); d.SendFailed != 2 || d.Departed != 2 {
			t.Errorf("%+v", d)
		}
	})
}
