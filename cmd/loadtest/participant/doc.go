// Package participant is a synthetic participant: the second client of Salon's protocol, for load and for tests.
//
// A [Participant] joins a room over the public protocol, owns one PeerConnection with one UDP socket, and publishes
// media that a receiver can judge: VP8 in three encodings with three temporal layers, and Opus. Every payload carries a
// [Stamp] (who, which frame, which packet, when) and bytes that follow from it. What it receives runs through a model
// decoder that knows no mercy: sequence, timestamps, markers, picture numbers, keyframe first, every reference decoded,
// every byte as it was sent; [Stats] tells the findings and the one-way delay.
//
// It shares only the message types with the server, on purpose: two independent readings of the same documents find
// what one reading forgets. Reports over many participants do not belong here, they are cmd/loadtest's; neither do
// browsers' decoders, since the pictures are not pictures.
package participant
