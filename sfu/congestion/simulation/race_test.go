//go:build race

package simulation

// racing says that the race detector is on: long runs of one goroutine have nothing to show it.
const racing = true
