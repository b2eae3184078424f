package configs

import _ "embed"

//go:embed default.yaml
var defaultYAML []byte

// DefaultYAML is the documented configuration file in which every key has its default.
func DefaultYAML() []byte { return append([]byte(nil), defaultYAML...) }
