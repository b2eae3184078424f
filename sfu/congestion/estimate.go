package congestion

import "time"

// State is what the estimate is doing.
type State uint8

// The states of an estimate.
const (
	Starting  State = iota // nothing was heard of the receiver yet
	Growing                // it is used, and grows
	Limited                // the application sends less than it may: it stays
	Holding                // it stays, until a queue has drained or a loss is judged
	Congested              // it was lowered just now
	Silent                 // no feedback comes: it falls
)

var stateNames = [...]string{"starting", "growing", "limited", "holding", "congested", "silent"}

func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

// Estimate is the bandwidth toward one receiver and why it is what it is.
type Estimate struct {
	Bitrate  int    // bit/s, of RTP packets as they were given to Sent, media, retransmissions and padding together
	State    State  // what it is doing
	Reason   string // in words, for people; one of a fixed set
	RTT      time.Duration
	Loss     float64       // 0..1, smoothed
	Own      float64       // 0..1: the loss that the path is known to have of its own; sending less would not end it
	Queue    time.Duration // how long packets wait on the path, above the least delay of the last minute
	Received int           // bit/s that arrived in the last half second
}

// The reasons of an estimate.
const (
	reasonStart    = "nothing heard yet"
	reasonGrow     = "in use, delay is stable"
	reasonLimited  = "the application sends less"
	reasonDrain    = "a queue drains"
	reasonDelay    = "delay grows"
	reasonProbe    = "a probe arrived"
	reasonProbing  = "a probe is on its way"
	reasonCapacity = "a probe measured the capacity"
	reasonLoss     = "loss with a long queue"
	reasonRival    = "loss beside somebody who fills the queue"
	reasonTrial    = "trying whether loss falls with the rate"
	reasonOurs     = "loss fell with the rate"
	reasonPath     = "loss is the path's own"
	reasonSilence  = "no feedback"
	reasonReport   = "receiver reports"
	reasonREMB     = "the receiver's own estimate"
	reasonRestart  = "feedback is back"
)
