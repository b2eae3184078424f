// Package speech tells who is speaking from the audio levels that clients send (RFC 6464), and who deserves one of a
// limited number of audio slots.
//
// It owns the smoothing over time and the hysteresis. Reading the header extension belongs to forward, filling slots and
// telling participants to rooms.
package speech
