// Package simulation runs congestion.Estimator over a virtual network, in its tests: a clock of its own, a bottleneck
// with a queue, media senders as an encoder and as a forwarder behave, a competing TCP-like flow, and the cases of RFC
// 8867. Everything is seeded: a run gives the same figures each time. docs/congestion.md shows them; this rewrites its
// table and its plots:
//
//	go test ./sfu/congestion/simulation -docs "$PWD/docs"
//
// It owns no code that a server runs.
package simulation
