package configs

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"salon/configs/yamlfile"
)

// maxFile bounds a configuration and a secret: both are read whole.
const maxFile = 1 << 20

// Loaded is a configuration and where its values came from.
type Loaded struct {
	Config
	// Origins says where a key was set: "salon.yaml:12", "SALON_HTTP_LISTEN", "--set http.listen". Defaults are not in it.
	Origins map[string]string
	// Warnings are lines for the log: nothing is wrong, but somebody may have meant something else.
	Warnings []string
}

// Load reads the configuration: defaults, then the file at path ("" for none), then the environment (as os.Environ
// returns it), then overrides of the form section.key=value. The error is Problems: all that is wrong at once.
func Load(path string, environ, overrides []string) (*Loaded, error) {
	l := &Loaded{Config: Default(), Origins: make(map[string]string)}
	var problems Problems
	if path != "" {
		l.file(path, &problems)
	}
	l.environment(environ, &problems)
	for _, o := range overrides {
		l.override(o, &problems)
	}
	if len(problems) > 0 {
		return nil, problems // values that could not be read would only cause more complaints
	}
	l.readSecrets(&problems)
	for _, p := range l.Validate() {
		p.Origin = yamlfile.Origin(l.Origins, p.Key)
		problems = append(problems, p)
	}
	l.warn()
	return l, problems.OrNil()
}

func (l *Loaded) file(path string, problems *Problems) {
	content, err := readSmall(path)
	if err != nil {
		problems.Add("", "", "the configuration cannot be read: %v: give another path with --config, or none to use the defaults", err)
		return
	}
	d := yamlfile.Decoder{Origin: path, Lined: true, Origins: l.Origins, Problems: problems}
	d.Document(bytes.NewReader(content), &l.Config)
}

// environment applies SALON_SECTION_KEY. Unknown names are only warned about: orchestrators put names of their own
// beside ours (Kubernetes writes SALON_SERVICE_HOST for a service called salon).
func (l *Loaded) environment(environ []string, problems *Problems) {
	byEnv := make(map[string]Key)
	var names []string
	for _, k := range Keys() {
		byEnv[k.Env] = k
		names = append(names, k.Env)
	}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "SALON_") {
			continue
		}
		k, ok := byEnv[name]
		if !ok {
			hint := "it is ignored"
			if near := yamlfile.Closest(name, names); near != "" {
				hint += fmt.Sprintf("; did you mean %s?", near)
			}
			l.Warnings = append(l.Warnings, fmt.Sprintf("the environment variable %s is no key of salon: %s", name, hint))
			continue
		}
		l.set(name, k.Path, value, problems)
	}
}

func (l *Loaded) override(assignment string, problems *Problems) {
	path, value, ok := strings.Cut(assignment, "=")
	if !ok {
		problems.Add("--set "+assignment, "", "write --set section.key=value")
		return
	}
	if _, ok := leaf(&l.Config, path); !ok {
		var paths []string
		for _, k := range Keys() {
			paths = append(paths, k.Path)
		}
		hint := "\"salon config print\" lists all keys"
		if near := yamlfile.Closest(path, paths); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		problems.Add("--set", path, "is not a known key: %s", hint)
		return
	}
	l.set("--set", path, value, problems)
}

// set sets one key from text. Lists of mappings are written as YAML: [{urls: ["stun:stun.example.org"]}].
func (l *Loaded) set(origin, path, text string, problems *Problems) {
	v, _ := leaf(&l.Config, path)
	l.Origins[path] = origin
	if yamlfile.IsMappings(v.Type()) {
		d := yamlfile.Decoder{Origin: origin, Origins: l.Origins, Problems: problems}
		if n := d.Parse(strings.NewReader(text)); n != nil {
			d.Value(path, n, v)
		}
		return
	}
	if err := yamlfile.SetText(v, text); err != nil {
		problems.Add(origin, path, "%s", yamlfile.Quote(text, v, err))
	}
}

// warn notes what is allowed but probably a mistake.
func (l *Loaded) warn() {
	if l.TLS.Mode == TLSAuto && !strings.HasSuffix(l.HTTP.Listen, ":443") {
		l.Warnings = append(l.Warnings, fmt.Sprintf("tls.mode is auto but http.listen is %q: the authority connects to port 443, "+
			"so that port must lead here", l.HTTP.Listen))
	}
}

// readSmall reads a file that a person wrote.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has more than %d bytes", path, maxFile)
	}
	return os.ReadFile(path)
}
