package link

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestUnits(t *testing.T) {
	for text, want := range map[string]Rate{
		"0": 0, "300kbit/s": 300e3, "1.5Mbit/s": 1.5e6, "2Gbit/s": 2e9, "8000bit/s": 8000, "1.234567Mbit/s": 1234567,
	} {
		var got Rate
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	for text, want := range map[string]Share{"0": 0, "5%": 0.05, "0.05": 0.05, "100%": 1, "0.0": 0} {
		var got Share
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]Bytes{"0": 0, "1500B": 1500, "64kB": 64000, "1.5MB": 1.5e6} {
		var got Bytes
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
}

func TestPatchRefuses(t *testing.T) {
	for text, sentence := range map[string]string{
		"lost=5%": "unknown field", "loss": "write it like", "loss=5": "outside of 0% to 100%", "loss=-5%": "not understood",
		"loss=NaN": "not understood", "loss=Inf%": "not understood", "loss=0x5%": "not understood", "loss=101%": "outside",
		"rate=300": "not understood", "rate=300kb": "not understood", "rate=10bit/s": "outside of 1kbit/s", "rate=99Gbit/s": "outside",
		"rate=9999999999999999999Gbit/s": "not understood", "delay=40": "not understood", "delay=-1ms": "outside of 0 to 10s",
		"delay=11s": "delay is outside", "queue=65MB": "queue is outside", "jitter_reorders=yes": "cannot unmarshal", "=5": "unknown field",
	} {
		if _, err := ParsePatch(text); err == nil || !strings.Contains(err.Error(), sentence) {
			t.Errorf("%s: %v, want %q", text, err, sentence)
		}
	}
}

func TestPatchChangesOnlyWhatItNames(t *testing.T) {
	first := with(t, "delay=40ms, loss=5%")
	second, err := ParsePatch("rate=3Mbit/s,jitter_reorders=true")
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Delay, want.Loss, want.Rate, want.JitterReorders = Duration(40*time.Millisecond), 0.05, 3e6, true
	if got := second.Apply(first); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := (Patch{}).Apply(first); got != first {
		t.Errorf("the zero patch changed %+v to %+v", first, got)
	}
}

func TestSettingsSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := settingsFor(t)
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var p Patch
		if err := json.Unmarshal(text, &p); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := p.Apply(Default()); got != want {
			t.Errorf("%s became %+v, was %+v", text, got, want)
		}
	})
}

func TestScript(t *testing.T) {
	s, err := ParseScript([]byte(`{"steps": [
		{"at": "0s", "up": {"loss": "10%"}},
		{"at": "10s", "client": "127.0.0.1:5000", "down": {"rate": "300kbit/s", "jitter_reorders": true}}]}`))
	if err != nil || len(s.Steps) != 2 || s.Steps[1].Client != "127.0.0.1:5000" || s.Steps[1].At != Duration(10*time.Second) {
		t.Fatalf("%+v, %v", s, err)
	}
	if up, down := s.Steps[0].Up.Apply(Default()), s.Steps[1].Down.Apply(Default()); up.Loss != 0.1 || down.Rate != 300e3 || !down.JitterReorders {
		t.Errorf("%+v, %+v", up, down)
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ParseScript(text); err != nil || !reflect.DeepEqual(again.Steps[0].At, s.Steps[0].At) || len(again.Steps) != 2 {
		t.Errorf("%s: %+v, %v", text, again, err)
	}
	for _, wrong := range []string{
		``, `[]`, `{"steps": [{"up": {}}]}`, `{"steps": [{"at": "2s"}, {"at": "1s"}]}`, `{"steps": [{"at": "-1s"}]}`, `{"steps": [{"at": "25h"}]}`,
		`{"steps": [{"at": "1s", "both": {}}]}`, `{"steps": [{"at": "1s", "up": {"loss": "200%"}}]}`, `{"steps": []} {}`, `{"step": []}`,
		`{"steps": [` + strings.Repeat(`{"at": "1s"},`, maxSteps) + `{"at": "1s"}]}`,
	} {
		if _, err := ParseScript([]byte(wrong)); err == nil {
			t.Errorf("%.60s was accepted", wrong)
		}
	}
}

func FuzzScript(f *testing.F) {
	f.Add([]byte(`{"steps": [{"at": "10s", "client": "127.0.0.1:5000", "down": {"rate": "300kbit/s", "loss": "5%", "queue": "64kB"}}]}`))
	f.Add([]byte(`{"steps": [{"at": "0s", "up": null}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ParseScript(text)
		if err != nil {
			return
		}
		for _, step := range s.Steps {
			if err := step.Up.Apply(Default()).Validate(); err != nil {
				t.Errorf("a script gives settings that are not valid: %v", err)
			}
		}
	})
}

func FuzzPatch(f *testing.F) {
	f.Add("rate=300kbit/s,delay=40ms,loss=5%,jitter_reorders=true")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePatch(text)
		if err != nil {
			return
		}
		if err := p.Apply(Default()).Validate(); err != nil {
			t.Errorf("%q gives settings that are not valid: %v", text, err)
		}
	})
}
