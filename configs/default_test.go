package configs

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"salon/configs/yamlfile"
)

// The documented file is the documentation of every key, so it must neither lie nor omit.

func TestDefaultYAMLEqualsDefault(t *testing.T) {
	c := Config{} // nothing from Default: every value must come from the file
	var problems Problems
	d := yamlfile.Decoder{Origin: "default.yaml", Lined: true, Origins: map[string]string{}, Problems: &problems}
	d.Document(bytes.NewReader(DefaultYAML()), &c)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got, want := marshal(t, c), marshal(t, Default()); got != want {
		t.Errorf("default.yaml says\n%s\nDefault says\n%s", got, want)
	}
}

func TestDefaultYAMLHasEveryKey(t *testing.T) {
	origins := map[string]string{}
	var problems Problems
	d := yamlfile.Decoder{Origin: "default.yaml", Lined: true, Origins: origins, Problems: &problems}
	d.Document(bytes.NewReader(DefaultYAML()), new(Config))
	for _, k := range Keys() {
		if origins[k.Path] == "" {
			t.Errorf("default.yaml does not set %s", k.Path)
		}
	}
}

func TestDefaultYAMLExplainsEveryKey(t *testing.T) {
	var document yaml.Node
	if err := yaml.Unmarshal(DefaultYAML(), &document); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, n *yaml.Node)
	walk = func(path string, n *yaml.Node) {
		explained := false // a comment covers the keys that follow without a gap: cert_file and key_file
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			if value.Kind == yaml.MappingNode {
				walk(yamlfile.Join(path, key.Value), value)
				continue
			}
			explained = explained || key.HeadComment != ""
			if !explained {
				t.Errorf("%s has no comment", yamlfile.Join(path, key.Value))
			}
		}
	}
	walk("", document.Content[0])
}

func TestDefaultIsValid(t *testing.T) {
	if p := Default().Validate(); len(p) > 0 {
		t.Error(p)
	}
}

// A list in Default that is nil and one in the file that is empty are the same configuration.
func marshal(t *testing.T, c Config) string {
	t.Helper()
	text, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryFieldHasAKey(t *testing.T) {
	var walk func(path string, v reflect.Type)
	walk = func(path string, v reflect.Type) {
		for i := range v.NumField() {
			f := v.Field(i)
			name := yamlfile.FieldName(f)
			if name == "" || name != strings.ToLower(name) {
				t.Errorf("%s.%s needs a yaml tag in snake case", path, f.Name)
			}
			inner := f.Type
			if inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			if yamlfile.IsSection(inner) {
				walk(yamlfile.Join(path, name), inner)
			}
		}
	}
	walk("", reflect.TypeFor[Config]())
}

func TestEverySecretHasAFile(t *testing.T) {
	var walk func(path string, v reflect.Type)
	walk = func(path string, v reflect.Type) {
		for i := range v.NumField() {
			f := v.Field(i)
			if twin := f.Tag.Get("secret"); f.Type == reflect.TypeFor[Secret]() {
				if twin != yamlfile.FieldName(f)+"_file" {
					t.Errorf("%s is secret: tag it secret:%q and add that key", yamlfile.Join(path, yamlfile.FieldName(f)), yamlfile.FieldName(f)+"_file")
				} else if _, ok := yamlfile.FieldByName(reflect.New(v).Elem(), twin); !ok {
					t.Errorf("%s has no key %s beside it", yamlfile.Join(path, yamlfile.FieldName(f)), twin)
				}
			}
			inner := f.Type
			if inner.Kind() == reflect.Slice {
				inner = inner.Elem()
				if yamlfile.IsSection(inner) && !slices.Contains([]string{"ice_servers", "tokens", "webhooks"}, yamlfile.FieldName(f)) && holdsSecret(inner) {
					t.Errorf("%s holds secrets in a list: copy it in withSecrets, too", yamlfile.Join(path, yamlfile.FieldName(f)))
				}
			}
			if yamlfile.IsSection(inner) {
				walk(yamlfile.Join(path, yamlfile.FieldName(f)), inner)
			}
		}
	}
	walk("", reflect.TypeFor[Config]())
}

func holdsSecret(t reflect.Type) bool {
	for i := range t.NumField() {
		if t.Field(i).Type == reflect.TypeFor[Secret]() {
			return true
		}
	}
	return false
}
