// Package forward carries RTP packets from publications to the slots that they fill.
//
//	transport -> Encoding.Receive   numbers unwrapped, duplicates dropped, parsed, kept in the history, metered
//	          -> Publication        the right is checked: nothing passes while forwarding is off
//	          -> subscription       the selector decides: drop, forward or switch; the projection renumbers
//	          -> Slot -> Sink       a receiver's section
//
// It owns the media state of publications and slots, the requests that flow back to a publisher (keyframes, NACKs,
// receiver reports) and the sender reports that flow to receivers. It knows neither rooms nor SDP nor Pion's
// PeerConnection: packets come from and go to whoever calls it.
//
// Concurrency: one goroutine feeds all encodings of a publication. Everything else may be called from anywhere. Locks
// are a publication's (its list of subscriptions), an encoding's (its history and loss accounting) and a slot's (its
// selector and projection); none is held while another is taken, with one exception that is stated at [Slot].
package forward
