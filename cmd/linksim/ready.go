package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// places say where a running relay is. The JSON form is the ready file.
type places struct {
	Listen  string `json:"listen"`
	Target  string `json:"target"`
	Control string `json:"control"` // URL
}

// write makes the file appear whole, since a reader may be waiting for it.
func (p places) write(path string) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp(filepath.Dir(path), ".ready-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	draft := filepath.Join(folder, "draft")
	if err := os.WriteFile(draft, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, path)
}
