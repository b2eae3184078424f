// Package configs says how a server is configured: what can be set, what it is when nobody sets it, and what is wrong.
//
// It owns the keys, their defaults, the strict reading of YAML, the overlay of environment and command line, and the
// rules that a value must follow. It does not open sockets, read certificates or know what the values are used for.
//
// Precedence: command line, environment, file, defaults. Every key of the struct has all four; default.yaml documents
// each of them and a test holds it equal to Default.
package configs
