package main

import (
	"io"
	"log/slog"
	"os"

	"salon/configs"
)

// newLog makes the log that the configuration asks for.
func newLog(c configs.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // configs has checked it
	options := &slog.HandlerOptions{Level: level}
	if c.Format == configs.LogText || c.Format == configs.LogAuto && isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

func discardLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
