// Package store keeps rooms, bans, invitations and chat across restarts.
//
// All of it lives in memory and in one bbolt file. A change is staged: it is in memory at once, in the order in which it was
// staged, and on disk when its [Pending.Wait] returns nil. Whoever tells a client that something is done waits first, so nothing
// that was acknowledged is lost by a kill. The goroutine of a room stages and never waits: it does no I/O.
//
// Values only: what a ban means and who may make one is decided elsewhere.
package store
