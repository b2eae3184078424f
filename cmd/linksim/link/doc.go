// Package link decides, packet by packet and on a virtual clock, what one direction of an imperfect network link does:
// when each packet departs, or why it is dropped.
//
// It owns the impairments, their units and their scripts. It knows no socket, no goroutine and no wall clock: moments
// are durations since the link's beginning, given by the caller, so that hours pass in milliseconds and every result is
// exact. A packet's way is
//
//	arrival -> random loss -> bursty loss -> drop-tail queue and rate -> delay, jitter, reordering, duplication -> departure
//
// What happens to the n-th packet depends on the seed, on n and on the settings only: each impairment rolls a die of
// its own for every packet, wanted or not, so that changing the delay does not change which packets are lost.
package link
