package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// floors are what a package may stand on: imports go down only. The longest prefix counts.
var floors = map[string]int{
	"salon/cmd": 5, "salon/test": 5, "salon/signaling": 4, "salon/signaling/accounts/oidc": 3, "salon/web": 4, "salon/rooms": 3, "salon/sfu/transport": 2, "salon/sfu/forward": 1,
	"salon/sfu/layers": 0, "salon/sfu/codec": 0, "salon/sfu/sequence": 0, "salon/sfu/history": 0, "salon/sfu/congestion": 0,
	"salon/test/bench/client": 2, "salon/test/bench/barepion": 2, "salon/test/bench/floor": 2,
	"salon/test/bench/place": 1, "salon/test/bench/sockets": 1, "salon/test/bench/stats": 1,
	"salon/sfu/allocation": 0, "salon/sfu/speech": 0, "salon/rooms/policy": 0, "salon/rooms/store": 0, "salon/rooms/token": 0, "salon/rooms/files": 1, "salon/signaling/protocol": 0, "salon/configs": 0, "salon/docs": 0,
}

// foundations are the packages of floor 0 on which others of floor 0 may stand.
var foundations = []string{"salon/sfu/layers", "salon/configs/yamlfile", "salon/docs/fill"}

// doors are the only packages that may know a dependency, so that each can be replaced in one place.
var doors = []struct {
	dependency string
	users      []string
}{
	{"github.com/pion/webrtc", []string{"salon/sfu/transport", "salon/cmd/loadtest", "salon/test/bench"}},
	{"github.com/gorilla/websocket", []string{"salon/signaling", "salon/cmd/loadtest", "salon/test/bench"}},
	{"github.com/prometheus", []string{"salon/cmd"}},
	{"gopkg.in/yaml", []string{"salon/configs", "salon/rooms/policy", "salon/cmd/salon"}},
	{"golang.org/x/crypto/acme", []string{"salon/cmd/salon/internal/certificates"}},
	{"go.etcd.io/bbolt", []string{"salon/rooms/store"}},
	{"github.com/golang-jwt", []string{"salon/rooms/token"}},
	{"github.com/coreos/go-oidc", []string{"salon/signaling/accounts/oidc"}},
	{"golang.org/x/oauth2", []string{"salon/signaling/accounts/oidc"}},
}

func TestFloors(t *testing.T) {
	for path, imports := range packages(t) {
		own := floorOf(path)
		if own < 0 {
			t.Errorf("%s stands on no floor: add it to floors and to docs", path)
		}
		for _, i := range imports {
			inside := strings.HasPrefix(i, "salon/")
			sibling := slices.Contains(foundations, i) || strings.HasPrefix(path, i+"/") || own == 5 && under(i, path)
			if inside && floorOf(i) >= own && !sibling {
				t.Errorf("%s (floor %d) imports %s (floor %d): imports go down only", path, own, i, floorOf(i))
			}
			if standard := !strings.Contains(strings.Split(i, "/")[0], "."); own == 0 && !inside && !standard && !allowedBelow(path, i) {
				t.Errorf("%s is on floor 0 and imports %s: only the standard library, pion/rtp and pion/rtcp are allowed there", path, i)
			}
			for _, d := range doors {
				if strings.HasPrefix(i, d.dependency) && !slices.ContainsFunc(d.users, func(u string) bool { return under(path, u) }) {
					t.Errorf("%s imports %s, which only %s may know", path, i, strings.Join(d.users, ", "))
				}
			}
		}
	}
}

// allowedBelow are the exceptions of floor 0: the packet formats, and yaml, bbolt and jwt through their own doors.
func allowedBelow(path, dependency string) bool {
	return under(path, "salon/rooms/store") || under(path, "salon/rooms/token") || under(dependency, "github.com/pion/rtp") || under(dependency, "github.com/pion/rtcp") || under(path, "salon/configs") || under(path, "salon/rooms/policy")
}

func under(path, prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") }

// floorOf returns -1 for a package that has none.
func floorOf(path string) int {
	best, floor := "", -1
	for prefix, f := range floors {
		if under(path, prefix) && len(prefix) > len(best) {
			best, floor = prefix, f
		}
	}
	return floor
}

// packages returns the non-test imports of every package of the module.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	output, err := exec.Command("go", "list", "-json=ImportPath,Imports", "salon/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]string)
	for decoder := json.NewDecoder(strings.NewReader(string(output))); decoder.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p.Imports
	}
	if len(all) < 10 {
		t.Fatalf("only %d packages were found", len(all))
	}
	return all
}
