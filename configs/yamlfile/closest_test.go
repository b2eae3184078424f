package yamlfile

import "testing"

func TestClosest(t *testing.T) {
	names := []string{"listen", "public_url", "origins"}
	for typed, want := range map[string]string{"listn": "listen", "publicurl": "public_url", "xyz": "", "": ""} {
		if got := Closest(typed, names); got != want {
			t.Errorf("Closest(%q) = %q, want %q", typed, got, want)
		}
	}
}
