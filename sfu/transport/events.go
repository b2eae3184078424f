package transport

// Events are what a Peer tells by itself. They are called by its goroutines and Pion's, and must not block.
type Events struct {
	State func(State) // the state of the connection, at each change
	Fell  func()      // the estimate is more than a tenth below what Estimate last returned; nil: nobody is told
}

// State is what a Peer's connection is doing.
type State string

// The states of a Peer. Only Connected carries media.
const (
	Connecting   State = "connecting"
	Connected    State = "connected"
	Disconnected State = "disconnected" // nothing heard for a while; it may come back, or the client restarts ICE
	Failed       State = "failed"       // the client must restart ICE
	Closed       State = "closed"
	Abusive      State = "abusive" // far more than any client needs: remove the participant
)
