package protocol

import "reflect"

// withLists returns m with every nil list replaced by an empty one, so that clients need not tell null from []. What
// is changed is copied first: the message may be shared with other goroutines.
func withLists(m Message) any {
	return filled(reflect.ValueOf(m)).Interface()
}

// filled returns v, or a changed copy of it.
func filled(v reflect.Value) reflect.Value {
	if !hasLists(v.Type()) {
		return v
	}
	switch v.Kind() {
	case reflect.Struct:
		c := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			c.Field(i).Set(filled(v.Field(i)))
		}
		return c
	case reflect.Slice:
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			c.Index(i).Set(filled(v.Index(i)))
		}
		return c
	}
	return v
}

// hasLists says whether a value of the type can contain a nil list. Messages have no pointers to lists.
func hasLists(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice:
		return true
	case reflect.Struct:
		for i := range t.NumField() {
			if hasLists(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}
