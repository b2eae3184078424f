package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"salon/docs/fill"
)

// Where the outputs live, relative to the folder of package protocol, in which `go generate` runs this command.
const (
	typescriptPath = "../../web/src/protocol/messages.gen.ts"
	markdownPath   = "../../docs/protocol.md"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run regenerates every output from the package in folder.
func run(folder string) error {
	outputs, err := outputs(folder)
	if err != nil {
		return err
	}
	for path, content := range outputs {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// outputs returns what every generated file must contain, by path.
func outputs(folder string) (map[string][]byte, error) {
	words, err := readWords(folder)
	if err != nil {
		return nil, err
	}
	var typescript bytes.Buffer
	if err := writeTypeScript(&typescript, words); err != nil {
		return nil, err
	}
	outputs := map[string][]byte{filepath.Join(folder, typescriptPath): typescript.Bytes()}

	path := filepath.Join(folder, markdownPath)
	page, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return outputs, nil
	}
	if err != nil {
		return nil, err
	}
	outputs[path], err = fill.Page(path, page, words.markdown()...)
	return outputs, err
}
