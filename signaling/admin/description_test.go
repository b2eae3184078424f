package admin

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"salon/signaling"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// schemas makes JSON Schema of Go types, as encoding/json writes them.
type schemas map[string]any

func (s schemas) of(t reflect.Type) map[string]any {
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return map[string]any{"type": "integer"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
		if s[name] == nil {
			s[name] = true // for types that hold themselves
			s[name] = s.object(t)
		}
		return map[string]any{"$ref": "#/components/schemas/" + name}
	}
	panic("the API cannot send " + t.String())
}

func (s schemas) object(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		for i := range t.NumField() {
			f := t.Field(i)
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous && name == "" {
				walk(f.Type)
				continue
			}
			if name == "-" {
				continue
			}
			properties[name] = s.of(f.Type)
			if !strings.Contains(options, "omitempty") && f.Type.Kind() != reflect.Pointer {
				required = append(required, name)
			}
		}
	}
	walk(t)
	object := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		object["required"] = required
	}
	return object
}

var part = regexp.MustCompile(`\{(\w+)\}`)

// described makes the description of the routes.
func described() []byte {
	all, paths := schemas{}, map[string]map[string]any{}
	problem := map[string]any{
		"description": "Refused; detail says what to do (RFC 9457).",
		"content":     map[string]any{"application/problem+json": map[string]any{"schema": all.of(reflect.TypeFor[signaling.Problem]())}},
	}
	for _, t := range routes {
		operation := map[string]any{"summary": t.summary, "responses": map[string]any{"default": problem}}
		parameters := []any{}
		for _, name := range part.FindAllStringSubmatch(t.path, -1) {
			parameters = append(parameters, map[string]any{"name": name[1], "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
		}
		for _, q := range t.query {
			parameters = append(parameters, map[string]any{"name": q.name, "in": "query", "description": q.summary, "schema": map[string]any{"type": "string"}})
		}
		if len(parameters) > 0 {
			operation["parameters"] = parameters
		}
		if t.body != any(nothing{}) {
			operation["requestBody"] = map[string]any{"required": true, "content": map[string]any{"application/json": map[string]any{"schema": all.of(reflect.TypeOf(t.body))}}}
		}
		answers := operation["responses"].(map[string]any)
		switch {
		case t.path == "/backup":
			answers["200"] = map[string]any{"description": "A store.", "content": map[string]any{"application/octet-stream": map[string]any{}}}
		case t.raw:
			answers["200"] = map[string]any{"description": "OpenAPI 3.1.", "content": map[string]any{"application/json": map[string]any{}}}
			operation["security"] = []any{}
		case t.answer == any(nothing{}):
			answers["204"] = map[string]any{"description": "Done."}
		default:
			answers["200"] = map[string]any{"description": "Done.", "content": map[string]any{"application/json": map[string]any{"schema": all.of(reflect.TypeOf(t.answer))}}}
		}
		if paths[Prefix+t.path] == nil {
			paths[Prefix+t.path] = map[string]any{}
		}
		paths[Prefix+t.path][strings.ToLower(t.method)] = operation
	}
	text, err := json.MarshalIndent(map[string]any{
		"openapi":  "3.1.0",
		"info":     map[string]any{"title": "Salon: administration", "version": "1", "description": "For whoever runs the server. See docs/api.md."},
		"security": []any{map[string]any{"token": []string{}}},
		"paths":    paths,
		"components": map[string]any{
			"schemas":         all,
			"securitySchemes": map[string]any{"token": map[string]any{"type": "http", "scheme": "bearer", "description": "admin.token of the configuration"}},
		},
	}, "", "  ")
	if err != nil {
		panic(err)
	}
	return append(text, '\n')
}

func TestDescriptionEqualsTheRoutes(t *testing.T) {
	made := described()
	if *update {
		if err := os.WriteFile("openapi.json", made, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(made) != string(description) {
		t.Error("openapi.json is not what the routes say: run go generate ./signaling/admin")
	}
}

func TestEveryRouteIsSaid(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range routes {
		if r.summary == "" || r.run == nil || seen[r.method+r.path] {
			t.Errorf("%s %s has no summary, no handler, or is there twice", r.method, r.path)
		}
		seen[r.method+r.path] = true
	}
	for _, ref := range regexp.MustCompile(`#/components/schemas/(\w+)`).FindAllStringSubmatch(string(described()), -1) {
		if !strings.Contains(string(described()), `"`+ref[1]+`": {`) {
			t.Errorf("%s is not described", ref[0])
		}
	}
}
