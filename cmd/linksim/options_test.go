package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"salon/cmd/linksim/link"
)

var loopbackPort = netip.MustParseAddrPort("127.0.0.1:0")

func TestOptions(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script.json")
	if err := os.WriteFile(script, []byte(`{"steps": [{"at": "10s", "down": {"rate": "300kbit/s"}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := parseOptions([]string{
		"--target", "127.0.0.1:7882", "--up", "loss=5%", "--up", "delay=10ms", "--down", "rate=3Mbit/s", "--script", script, "--seed", "7",
	}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.relay.up.Loss != 0.05 || o.relay.up.Delay != link.Duration(10*ms) || o.relay.down.Rate != 3e6 || o.relay.seed != 7 || len(o.script.Steps) != 1 {
		t.Errorf("%+v", o)
	}
}

func TestOptionsRefuse(t *testing.T) {
	for line, sentence := range map[string]string{
		"":                         "--target",
		"--target 127.0.0.1":       "invalid value",
		"--target 127.0.0.1:0":     "--target",
		"--target 127.0.0.1:5 now": "two dashes",
		"--target 127.0.0.1:5 --listen 127.0.0.1:5":                       "round for ever",
		"--target 127.0.0.1:5 --control 192.168.1.1:0":                    "not a loopback address",
		"--target 127.0.0.1:5 --control 0.0.0.0:0":                        "not a loopback address",
		"--target 8.8.8.8:53":                                             "not a loopback or private address",
		"--target 10.255.255.254:53":                                      "not an address of this machine",
		"--target 127.0.0.1:5 --listen 0.0.0.0:5000":                      "not a loopback or private address",
		"--target 127.0.0.1:5 --listen [::]:5000":                         "not a loopback or private address",
		"--target 127.0.0.1:5 --up loss=500%":                             "outside of 0% to 100%",
		"--target 127.0.0.1:5 --max-clients 0":                            "--max-clients",
		"--target 127.0.0.1:5 --max-clients 1001":                         "--max-clients",
		"--target 127.0.0.1:5 --idle 1ms":                                 "--idle",
		"--target 127.0.0.1:5 --script /nowhere/script.json":              "no such file",
		"--target 8.8.8.8:53 --control 8.8.4.4:0 --i-own-these-addresses": "not a loopback address",
	} {
		if _, err := parseOptions(strings.Fields(line), io.Discard); err == nil || !strings.Contains(err.Error(), sentence) {
			t.Errorf("%s: %v, want %q", line, err, sentence)
		}
	}
	if _, err := parseOptions(strings.Fields("--target 8.8.8.8:53 --listen 0.0.0.0:5 --i-own-these-addresses"), io.Discard); err != nil {
		t.Errorf("with the flag: %v", err)
	}
}

func TestInside(t *testing.T) {
	for address, want := range map[string]bool{
		"10.1.2.3": true, "192.168.0.1": true, "172.31.0.1": true, "172.32.0.1": false, "192.0.2.2": true, "100.64.0.1": true,
		"fd00::1": true, "fe80::1": true, "::ffff:10.0.0.1": true, "2001:db8::1": true, "2606:4700::1": false, "1.1.1.1": false, "0.0.0.0": false, "::": false,
	} {
		if got := inside(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestCommand(t *testing.T) {
	server, client := socket(t), socket(t)
	ready := filepath.Join(t.TempDir(), "ready.json")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	var out, problems bytes.Buffer
	go func() {
		ended <- command(ctx, []string{"--target", addressOf(server).String(), "--ready-file", ready}, &out, &problems)
	}()
	var where places
	until(t, "the ready file is there", func() bool {
		text, err := os.ReadFile(ready)
		return err == nil && json.Unmarshal(text, &where) == nil
	})
	write(t, client, netip.MustParseAddrPort(where.Listen), "hello")
	if text, _ := receive(t, server); text != "hello" {
		t.Errorf("the server got %q", text)
	}
	cancel()
	select {
	case code := <-ended:
		if code != 0 || problems.Len() > 0 || !strings.Contains(out.String(), where.Control) {
			t.Errorf("exit code %d, %s%s", code, &out, &problems)
		}
	case <-time.After(patience):
		t.Fatal("the command did not end")
	}
}

func TestCommandExitCodes(t *testing.T) {
	taken := socket(t)
	for line, want := range map[string]int{
		"--help": 0, "--nonsense": 2, "": 2, "check twice": 2,
		"--target 127.0.0.1:5 --listen " + addressOf(taken).String():                               1,
		"--target 127.0.0.1:5 --ready-file " + filepath.Join(t.TempDir(), "missing", "ready.json"): 1,
	} {
		if got := command(t.Context(), strings.Fields(line), io.Discard, io.Discard); got != want {
			t.Errorf("linksim %s: exit code %d, want %d", line, got, want)
		}
	}
}
