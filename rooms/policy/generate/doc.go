// Command generate writes the tables of docs/policy.md from package policy: who may do what in each preset, what a
// preset says, and every reason with its code. It also writes the presets for the web client.
package main
