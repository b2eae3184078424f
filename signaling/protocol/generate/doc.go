// Command generate writes what is derived from package protocol: the TypeScript types of the web client and the message
// tables of docs/protocol.md.
//
// It is run by `go generate ./signaling/protocol`. The shape of the messages comes from the registry by reflection, so
// that it is what encoding/json sees; the words come from the doc comments. The test of this package fails when a
// generated file is not fresh. Golden files are not made here but by the tests of package protocol.
package main
