// Package yamlfile reads YAML (and JSON, which is YAML) that people write, strictly: a key that is not known, a value
// of the wrong type and a value out of range are all reported, each with its line and with what to do.
//
// It owns decoding, problems and the origin of each value. It does not open files, and knows no key of any file.
package yamlfile
