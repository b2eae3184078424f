package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version and commit are set by the linker: -ldflags "-X main.version=1.2.3 -X main.commit=abc".
var version, commit string

// build says what this binary was made of.
type build struct {
	Version  string            `json:"version"`
	Commit   string            `json:"commit,omitempty"`
	Go       string            `json:"go"`
	Platform string            `json:"platform"`
	Modules  map[string]string `json:"modules"` // path -> version, so that a vulnerable one can be found
}

// thisBuild fills what the linker did not say from what the compiler recorded.
func thisBuild() build {
	b := build{Version: version, Commit: commit, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Modules: map[string]string{}}
	if info, ok := debug.ReadBuildInfo(); ok {
		if b.Version == "" && info.Main.Version != "(devel)" {
			b.Version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && b.Commit == "" {
				b.Commit = s.Value
			}
		}
		for _, m := range info.Deps {
			if m.Replace != nil {
				m = m.Replace
			}
			b.Modules[m.Path] = m.Version
		}
	}
	if b.Version == "" {
		b.Version = "development"
	}
	return b
}

const versionUsage = `Usage: salon version [--json]

  --json   also says which modules are built in
`

func versionCommand(p *program, args []string) int {
	f := p.newFlags("version", versionUsage)
	asJSON := f.Bool("json", false, "")
	if code, ok := p.parse(f, args); !ok {
		return code
	}
	b := thisBuild()
	if !*asJSON {
		fmt.Fprintf(p.stdout, "salon %s %s %s\n", b.Version, b.Go, b.Platform)
		return exitOK
	}
	encoder := json.NewEncoder(p.stdout)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(b) // strings only: it cannot fail but for stdout, and then nobody listens
	return exitOK
}
