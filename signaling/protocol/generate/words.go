package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// words is what the source of package protocol says beyond what reflection sees: comments and constants.
type words struct {
	types  map[string]string  // doc comment by type name
	fields map[string]string  // comment by "Type.Field"
	values map[string][]value // constants of a string type, by type name, in source order
	bounds []value            // untyped numeric constants, in source order
}

// value is one constant.
type value struct {
	name, literal, comment string
}

// readWords parses the package in folder, tests excluded.
func readWords(folder string) (*words, error) {
	w := &words{types: map[string]string{}, fields: map[string]string{}, values: map[string][]value{}}
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(fset, path, source, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		if err := w.readFile(file); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return w, nil
}

func (w *words) readFile(file *ast.File) error {
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				w.readType(group, spec)
			case *ast.ValueSpec:
				if group.Tok == token.CONST {
					if err := w.readConst(spec); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

func (w *words) readType(group *ast.GenDecl, spec *ast.TypeSpec) {
	name := spec.Name.Name
	w.types[name] = text(group.Doc, spec.Doc, spec.Comment)
	shape, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range shape.Fields.List {
		for _, n := range field.Names {
			w.fields[name+"."+n.Name] = text(field.Doc, field.Comment)
		}
	}
}

// readConst notes exported constants with a value of their own; the protocol uses no iota, since strings and bounds
// must be readable where they are written.
func (w *words) readConst(spec *ast.ValueSpec) error {
	if len(spec.Names) != 1 || len(spec.Values) != 1 || !spec.Names[0].IsExported() {
		return nil
	}
	result, err := types.Eval(token.NewFileSet(), nil, token.NoPos, types.ExprString(spec.Values[0]))
	if err != nil {
		return fmt.Errorf("constant %s: %w", spec.Names[0].Name, err)
	}
	v := value{name: spec.Names[0].Name, literal: result.Value.ExactString(), comment: text(spec.Doc, spec.Comment)}
	if named, ok := spec.Type.(*ast.Ident); ok {
		w.values[named.Name] = append(w.values[named.Name], v)
	} else if result.Value.Kind() == constant.Int {
		w.bounds = append(w.bounds, v)
	}
	return nil
}

// text joins comments into one line.
func text(groups ...*ast.CommentGroup) string {
	var parts []string
	for _, g := range groups {
		if g != nil {
			parts = append(parts, strings.Fields(g.Text())...)
		}
	}
	return strings.Join(parts, " ")
}

// unquoted is the constant's text, for string constants.
func (v value) unquoted() string {
	s, err := strconv.Unquote(v.literal)
	if err != nil {
		return v.literal
	}
	return s
}
