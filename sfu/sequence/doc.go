// Package sequence makes many inputs look like one continuous RTP stream.
//
// It owns the arithmetic of numbers that wrap: sequence, picture and frame numbers, timestamps, the mapping from
// what was received to what is sent and back, duplicates and losses. It knows no payloads, no layers (which packets to
// send is decided by package layers), no sockets and no clock: time is passed in.
//
// The words: an input is one encoding from a keyframe on. A number is closed when it takes no number of the output, and
// a hole when a number of the output is set aside for it. A packet that is dropped is closed; one that is missing leaves
// a hole, so that it still fits when it comes late or again.
package sequence
