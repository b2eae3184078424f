package configs

import (
	"reflect"
	"strings"
	"time"
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
	eachLeaf("", reflect.ValueOf(&c).Elem(), func(path string, v reflect.Value) {
		keys = append(keys, Key{
			Path: path,
			Env:  "SALON_" + strings.ToUpper(strings.ReplaceAll(path, ".", "_")),
			Flag: strings.NewReplacer(".", "-", "_", "-").Replace(path),
			Bool: v.Kind() == reflect.Bool,
		})
	})
	return keys
}

// eachLeaf visits the settable values of a struct. A list is one leaf: it is replaced as a whole.
func eachLeaf(path string, v reflect.Value, visit func(string, reflect.Value)) {
	if !isSection(v.Type()) {
		visit(path, v)
		return
	}
	for i := range v.NumField() {
		eachLeaf(join(path, fieldName(v.Type().Field(i))), v.Field(i), visit)
	}
}

// isSection tells a struct of keys from a struct that is one value, such as an address.
func isSection(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		return false
	}
	return t.NumField() > 0 && fieldName(t.Field(0)) != ""
}

func fieldName(f reflect.StructField) string { return f.Tag.Get("yaml") }

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// leaf finds the value at a path of Keys.
func leaf(c *Config, path string) (found reflect.Value, ok bool) {
	eachLeaf("", reflect.ValueOf(c).Elem(), func(p string, v reflect.Value) {
		if p == path {
			found, ok = v, true
		}
	})
	return found, ok
}

// closest returns the candidate that a mistyped name probably meant, "" when none is near.
func closest(name string, candidates []string) string {
	best, distance := "", len(name)/2+1
	for _, c := range candidates {
		if d := editDistance(name, c); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// editDistance is Levenshtein's.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
