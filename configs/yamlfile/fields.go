package yamlfile

import (
	"reflect"
	"strings"
	"time"
)

// EachLeaf visits the settable values of a struct. A list is one leaf: it is replaced as a whole.
func EachLeaf(path string, v reflect.Value, visit func(string, reflect.Value)) {
	if !IsSection(v.Type()) {
		visit(path, v)
		return
	}
	for i := range v.NumField() {
		EachLeaf(Join(path, FieldName(v.Type().Field(i))), v.Field(i), visit)
	}
}

// IsSection tells a struct of keys from a struct that is one value, such as an address.
func IsSection(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		return false
	}
	return t.NumField() > 0 && FieldName(t.Field(0)) != ""
}

// FieldName is the key of a field: its yaml tag.
func FieldName(f reflect.StructField) string { return f.Tag.Get("yaml") }

// Join adds a name to a path.
func Join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// FieldByName finds the field of a key.
func FieldByName(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if FieldName(v.Type().Field(i)) == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// Origin finds where a key or the list or section that holds it was set, "" when it was not.
func Origin(origins map[string]string, key string) string {
	for key != "" {
		if o := origins[key]; o != "" {
			return o
		}
		cut := strings.LastIndexAny(key, ".[")
		if cut < 0 {
			return ""
		}
		key = key[:cut]
	}
	return ""
}
