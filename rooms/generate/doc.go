// Command generate writes the matrix of messages, roles and states into docs/protocol.md.
package main
