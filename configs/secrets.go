package configs

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"salon/configs/yamlfile"
)

// eachSecret visits every value tagged secret:"twin", lists included, with the field that names its file.
func eachSecret(path string, v reflect.Value, visit func(path string, secret, file reflect.Value, twin string)) {
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			eachSecret(fmt.Sprintf("%s[%d]", path, i), v.Index(i), visit)
		}
		return
	}
	if !yamlfile.IsSection(v.Type()) {
		return
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if twin := f.Tag.Get("secret"); twin != "" {
			file, _ := yamlfile.FieldByName(v, twin)
			visit(yamlfile.Join(path, yamlfile.FieldName(f)), v.Field(i), file, yamlfile.Join(path, twin))
			continue
		}
		eachSecret(yamlfile.Join(path, yamlfile.FieldName(f)), v.Field(i), visit)
	}
}

// readSecrets fills secrets from the files that their _file twins name: systemd's LoadCredential and Docker's secrets
// are files, and a file's access rights protect more than an environment does.
func (l *Loaded) readSecrets(problems *Problems) {
	eachSecret("", reflect.ValueOf(&l.Config).Elem(), func(path string, secret, file reflect.Value, twin string) {
		if file.String() == "" {
			return
		}
		if secret.String() != "" {
			problems.Add(yamlfile.Origin(l.Origins, twin), twin, "is set beside %s: keep one of the two", path)
			return
		}
		content, err := readSmall(file.String())
		if err != nil {
			problems.Add(yamlfile.Origin(l.Origins, twin), twin, "cannot be read: %v", err)
			return
		}
		text := strings.TrimRight(string(content), "\r\n")
		if text == "" {
			problems.Add(yamlfile.Origin(l.Origins, twin), twin, "names an empty file: write the secret into %s", file.String())
			return
		}
		secret.SetString(text)
	})
}

// Redacted is a copy in which no secret can be read.
func (c Config) Redacted() Config {
	return c.withSecrets(func(secret, _ string) string {
		if secret == "" {
			return ""
		}
		return redacted
	})
}

// Portable is a copy that could be loaded again: secrets that came from a file are left to that file.
func (c Config) Portable() Config {
	return c.withSecrets(func(secret, file string) string {
		if file != "" {
			return ""
		}
		return secret
	})
}

// withSecrets copies c and replaces each secret.
func (c Config) withSecrets(replace func(secret, file string) string) Config {
	// The lists that hold secrets; a test watches that.
	c.ICEServers, c.Tokens, c.Webhooks = slices.Clone(c.ICEServers), slices.Clone(c.Tokens), slices.Clone(c.Webhooks)
	eachSecret("", reflect.ValueOf(&c).Elem(), func(_ string, secret, file reflect.Value, _ string) {
		secret.SetString(replace(secret.String(), file.String()))
	})
	return c
}
