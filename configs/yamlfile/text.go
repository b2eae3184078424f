package yamlfile

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Quote says which value is wrong, unless it is confidential.
func Quote(text string, v reflect.Value, err error) string {
	if _, ok := v.Interface().(Confidential); ok {
		return err.Error()
	}
	return fmt.Sprintf("%q %s", text, err)
}

// SetText sets a value from text as it comes from a file's scalar, the environment or the command line.
func SetText(v reflect.Value, text string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("must be %s", wanted(v.Type()))
		}
		v.SetInt(int64(d))
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Int:
		i, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("must be %s", wanted(v.Type()))
		}
		v.SetInt(int64(i))
	case v.Kind() == reflect.Bool:
		if text != "true" && text != "false" {
			return fmt.Errorf("must be %s", wanted(v.Type()))
		}
		v.SetBool(text == "true")
	case v.Kind() == reflect.Slice:
		return setList(v, text)
	}
	return nil
}

// setList splits at commas, so that lists fit into one word of a command line.
func setList(v reflect.Value, text string) error {
	var words []string
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	list := reflect.MakeSlice(v.Type(), len(words), len(words))
	for i, word := range words {
		if err := SetText(list.Index(i), word); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

// wanted describes what a value of the type looks like.
func wanted(t reflect.Type) string {
	if r, ok := reflect.New(t).Interface().(Reader); ok {
		return r.Wanted()
	}
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "a duration such as 30s or 5m"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case IsMappings(t):
		return "a list of mappings, such as [{key: value}]"
	case t.Kind() == reflect.Slice:
		return "a list, such as [first, second]"
	case IsSection(t):
		return "a mapping, such as {key: value}"
	}
	return "a text"
}

// IsMappings tells a list of mappings.
func IsMappings(t reflect.Type) bool { return t.Kind() == reflect.Slice && IsSection(t.Elem()) }
