package yamlfile

import (
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

type outer struct {
	Names []string `yaml:"names"`
	Part  Fragment `yaml:"part"`
}

type inner struct {
	Number int      `yaml:"number"`
	Names  []string `yaml:"names"`
}

func readOuter(text string) (outer, Problems) {
	var o outer
	var problems Problems
	d := Decoder{Origin: "f", Lined: true, Origins: map[string]string{}, Problems: &problems}
	d.Document(strings.NewReader(text), &o)
	return o, problems
}

// A fragment is read later, and still knows its lines.
func TestFragment(t *testing.T) {
	o, problems := readOuter("names: &all [a, b]\npart:\n  number: 7\n  names: *all\n  numbr: 8\n")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var i inner
	origins, problems := o.Part.Decode("elsewhere", &i)
	if i.Number != 7 || len(i.Names) != 2 || origins["number"] != "f:3" || problems.Error() != "f:5: numbr is not a known key: did you mean number?" {
		t.Errorf("%+v, %v, %v", i, origins, problems)
	}
	written, err := yaml.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	if again, problems := readOuter(string(written)); len(problems) > 0 || strings.Contains(string(written), "*all") {
		t.Errorf("%s\n%v %+v", written, problems, again)
	}
}

func TestFragmentFromTheEnvironment(t *testing.T) {
	var f Fragment
	if err := f.UnmarshalText([]byte("{number: x}")); err != nil {
		t.Fatal(err)
	}
	if _, problems := f.Decode("SALON_PART", new(inner)); problems.Error() != `SALON_PART: number "x" must be a whole number` {
		t.Error(problems)
	}
	for _, wrong := range []string{"a", "[a]", "{", "a: b\n---\n"} {
		if err := f.UnmarshalText([]byte(wrong)); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
	var none Fragment
	if origins, problems := none.Decode("", new(inner)); len(origins)+len(problems) > 0 {
		t.Error(origins, problems)
	}
	if text, err := yaml.Marshal(none); err != nil || string(text) != "{}\n" {
		t.Errorf("%q %v", text, err)
	}
}

// A few lines of aliases must not become a tree that fills the memory.
func TestFragmentBounds(t *testing.T) {
	bomb := "names: &n0 [x, x, x, x]\npart:\n"
	for i := range 9 {
		bomb += fmt.Sprintf("  k%d: &n%d [*n%d, *n%d, *n%d, *n%d]\n", i, i+1, i, i, i, i)
	}
	deep := "part: {a: " + strings.Repeat("[", 20) + strings.Repeat("]", 20) + "}\n"
	for _, text := range []string{bomb, deep, "part: &p {a: *p}\n"} {
		if _, problems := readOuter(text); len(problems) != 1 || !strings.Contains(problems.Error(), "part is too deep or too large") {
			t.Errorf("%s\n%v", text, problems)
		}
	}
}

func TestJSON(t *testing.T) {
	for text, want := range map[string]string{
		"{a: 1, b: true, c: '1', d: null, e: [x, {f: \"\\\"\"}], 7: []}": `{"a":1,"b":true,"c":"1","d":null,"e":["x",{"f":"\""}],"7":[]}`,
		"[]": "[]", "a": `"a"`, "2026-03-01": `"2026-03-01"`,
	} {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(text), &n); err != nil {
			t.Fatal(err)
		}
		if got, err := JSON(&n); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
	var n yaml.Node
	if err := yaml.Unmarshal([]byte("a: &a x\nb: *a"), &n); err != nil {
		t.Fatal(err)
	}
	if _, err := JSON(&n); err == nil {
		t.Error("an alias was written")
	}
}
