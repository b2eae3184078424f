// Package hostile holds tests in which clients do what no honest client does, against rooms, media and signaling as they run in the
// server.
package hostile
