package policy

import (
	"embed"
	"fmt"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// Preset is a kind of meeting with rules that fit it: a room file to begin with.
type Preset struct {
	Name string // stable: clients translate it
	File File
	Text []byte // the file, with its comment
}

// presetNames are the presets in the order in which they are offered.
var presetNames = []string{"open", "class", "webinar", "assembly", "channel", "kitchen"}

// Presets returns open, class, webinar, assembly, channel (walkie-talkie) and kitchen (drop in).
func Presets() []Preset {
	presets := make([]Preset, 0, len(presetNames))
	for _, name := range presetNames {
		text, err := presetFiles.ReadFile("presets/" + name + ".yaml")
		if err != nil {
			panic(fmt.Sprintf("policy: preset %s is not built in: %v", name, err))
		}
		file, err := Read("preset "+name, text)
		if err != nil {
			panic(fmt.Sprintf("policy: %v", err)) // a test reads them all
		}
		presets = append(presets, Preset{name, file, text})
	}
	return presets
}
