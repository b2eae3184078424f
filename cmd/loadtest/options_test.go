package main

import (
	"io"
	"strings"
	"testing"
	"time"
)

func TestOptions(t *testing.T) {
	o, err := parseOptions(strings.Fields("--rooms 3 --publishers 4 --subscribers 5 --tile 1280x720 --duration 1m --json"), io.Discard)
	if err != nil || o.participants() != 27 || o.tile != (size{1280, 720}) || o.duration != time.Minute || !o.json {
		t.Errorf("%+v, %v", o, err)
	}
	if o.big != o.tile {
		t.Errorf("the big tile is %v where nothing else is said", o.big)
	}
	if audio, video := o.slots(); audio != 4 || video != 4 {
		t.Errorf("%d audio and %d video slots", audio, video)
	}
	for _, bad := range []string{
		"--rooms 0", "--rooms 501", "--publishers -1", "--publishers 0 --subscribers 0", "--publishers 1001", "--rooms 500 --publishers 3",
		"--duration 2h", "--duration 0s", "--ramp -1s", "--video-kbps 1", "--tile 640", "--tile 640x", "--tile 0x3", "--tile 640x360x2",
		"--tile 9000x1", "--joins 20001", "--tiles 41", "--big 0x1", "--big big", "--plis -1", "--plis 201", "--settle -1s",
		"--nonsense", "word", "--url 127.0.0.1:8080", "--metrics nowhere",
		"--url http://192.0.2.1:8080", "--url https://salon.example", "--metrics http://192.0.2.1/metrics", "--url http://localhost.example",
	} {
		if _, err := parseOptions(strings.Fields(bad), io.Discard); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	for _, good := range []string{
		"--url http://localhost:8080", "--url http://[::1]:8080", "--url http://127.9.9.9", "--url https://LOCALHOST.", "--url http://a.localhost",
		"--url https://salon.example --i-own-this-server", "--url http://[::ffff:127.0.0.1]:1", "--joins 10 --vanish 3",
		"--big 1280x720 --plis 50 --settle 10s --all-encodings",
	} {
		if _, err := parseOptions(strings.Fields(good), io.Discard); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestMembersFillRoomsInTurn(t *testing.T) {
	o := options{rooms: 2, publishers: 1, subscribers: 2}
	all := o.members()
	if len(all) != o.participants() {
		t.Fatalf("%d members", len(all))
	}
	perRoom, publishers := map[int]int{}, 0
	for i, m := range all {
		perRoom[m.room]++
		if m.publishes {
			publishers++
			if i >= 2 {
				t.Error("a publisher comes after a subscriber")
			}
		}
	}
	if publishers != 2 || perRoom[0] != 3 || perRoom[1] != 3 {
		t.Errorf("%d publishers, rooms %v", publishers, perRoom)
	}
}
