package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// small plays a scenario against the real server and returns its report.
func small(t *testing.T, args string) report {
	t.Helper()
	s := server(t)
	var stdout, stderr bytes.Buffer
	all := append([]string{"--url", s.HTTP, "--metrics", s.Metrics, "--json", "--ramp", "200ms", "--video-kbps", "400"}, strings.Fields(args)...)
	code := command(testContext(t), all, &stdout, &stderr)
	var r report
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v\n%s%s", code, err, stdout.String(), stderr.String())
	}
	return r
}

func TestARunAgainstTheServer(t *testing.T) {
	t.Parallel()
	r := small(t, "--rooms 2 --publishers 2 --subscribers 1 --duration 2s --ramp 3s")
	if r.Joins.OK != 6 || r.Joins.Took.Count != 6 || r.Joins.FirstFrame.Count == 0 || r.Participants != 6 {
		t.Errorf("joins: %+v", r.Joins)
	}
	if r.Media.SentPerSecond == 0 || r.Media.ReceivedPerSecond < r.Media.SentPerSecond/2 || r.Media.Delay.Count == 0 || r.Media.Loss > 0.01 {
		t.Errorf("media: %+v", r.Media)
	}
	if r.Server == nil || r.Server.ForwardedPerSecond < r.Media.SentPerSecond/2 || r.Server.CPUPerPacket <= 0 {
		t.Errorf("server: %+v", r.Server)
	}
}

func TestChurn(t *testing.T) {
	t.Parallel()
	r := small(t, "--publishers 1 --subscribers 0 --joins 6 --vanish 3 --tile 240x135")
	if r.Joins.OK != 7 || r.Joins.FirstFrame.Count != 6 {
		t.Errorf("joins: %+v", r.Joins)
	}
}

func TestAnInterruptEndsWithAReport(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	var stdout, stderr bytes.Buffer
	code := command(ctx, []string{"--url", server(t).HTTP, "--publishers", "1", "--subscribers", "1", "--ramp", "0s", "--duration", "1h"}, &stdout, &stderr)
	if code != 0 || !strings.Contains(stdout.String(), "interrupted") {
		t.Errorf("exit code %d\n%s%s", code, stdout.String(), stderr.String())
	}
}

func TestCommandSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for args, row := range map[string]struct {
		code int
		want string
	}{
		"--help":                       {0, "Usage"},
		"--rooms 0":                    {2, "--rooms is 0"},
		"--url http://192.0.2.1":       {2, "--i-own-this-server"},
		"--metrics http://127.0.0.1:1": {1, "metrics.listen"},
		"--url http://127.0.0.1:1 --ramp 0s --duration 1ms --publishers 1 --subscribers 0": {1, ""},
	} {
		var stdout, stderr bytes.Buffer
		if code := command(t.Context(), strings.Fields(args), &stdout, &stderr); code != row.code || !strings.Contains(stderr.String(), row.want) {
			t.Errorf("%s: exit code %d\n%s%s", args, code, stdout.String(), stderr.String())
		}
	}
}
