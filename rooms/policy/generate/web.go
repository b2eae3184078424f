package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"salon/rooms/policy"
)

// presetsPath is what the web client knows of the presets, relative to the folder of package policy.
const presetsPath = "../../web/src/ui/rules/presets.gen.ts"

// ofOneRoom are the keys that belong to one room, which a preset leaves alone.
var ofOneRoom = []string{"version", "room", "title", "owners", "window.not_before", "window.expires", "window.duration"}

// webPresets writes each preset as the values of all the keys that any of them sets, so that applying one undoes another;
// and every key, so that the page of rules cannot forget one.
func webPresets() []byte {
	presets := policy.Presets()
	merged := make([]*policy.Policy, len(presets))
	for i, p := range presets {
		merged[i] = policy.Merge(policy.Site{}, p.File)
	}
	var b bytes.Buffer
	b.WriteString("// Code generated from rooms/policy/presets by go generate ./rooms/policy. DO NOT EDIT.\n\n")
	b.WriteString("/** The settings of each preset: those that any preset sets. */\nexport const PRESETS = {\n")
	for i, p := range presets {
		fmt.Fprintf(&b, "  %s: {\n", p.Name)
		for _, key := range policy.Keys() {
			if slices.Contains(ofOneRoom, key) || !differs(merged, key) {
				continue
			}
			value, _ := merged[i].Value(key)
			fmt.Fprintf(&b, "    '%s': '%s',\n", key, strings.ReplaceAll(value, "'", `\'`))
		}
		b.WriteString("  },\n")
	}
	b.WriteString("} as const;\n\n/** Every key of a room file. */\nexport const KEYS = [\n")
	for _, key := range policy.Keys() {
		fmt.Fprintf(&b, "  '%s',\n", key)
	}
	b.WriteString("] as const;\n")
	return b.Bytes()
}

// differs says whether a key has more than one value.
func differs(policies []*policy.Policy, key string) bool {
	first, _ := policies[0].Value(key)
	return slices.ContainsFunc(policies, func(p *policy.Policy) bool {
		value, _ := p.Value(key)
		return value != first
	})
}
