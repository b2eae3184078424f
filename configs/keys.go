package configs

import (
	"reflect"
	"strings"

	"salon/configs/yamlfile"
)

// Key is one thing that can be set.
type Key struct {
	Path string // as in the file: section.key
	Env  string // SALON_SECTION_KEY
	Flag string // section-key, for --section-key
	Bool bool   // its flag may come without a value
}

// Keys lists every key in the order of the struct.
func Keys() []Key {
	var c Config
	var keys []Key
	yamlfile.EachLeaf("", reflect.ValueOf(&c).Elem(), func(path string, v reflect.Value) {
		keys = append(keys, Key{
			Path: path,
			Env:  "SALON_" + strings.ToUpper(strings.ReplaceAll(path, ".", "_")),
			Flag: strings.NewReplacer(".", "-", "_", "-").Replace(path),
			Bool: v.Kind() == reflect.Bool,
		})
	})
	return keys
}

// leaf finds the value at a path of Keys.
func leaf(c *Config, path string) (found reflect.Value, ok bool) {
	yamlfile.EachLeaf("", reflect.ValueOf(c).Elem(), func(p string, v reflect.Value) {
		if p == path {
			found, ok = v, true
		}
	})
	return found, ok
}
