// Package policy is the rules of a room: who may enter, speak, show, share, write and see, and why.
//
// It owns the room file, the roles and rights, and the orders of lobby, hands and floor. It decides and does nothing:
// no goroutine, no clock, no file, no lock; time and state are passed in, values come out, and each decision carries
// its Reason. Everything but *Policy is a small value that may be copied and compared with ==; a *Policy never changes
// after Merge, so any goroutine may read it. Putting decisions into effect belongs to package rooms.
package policy
