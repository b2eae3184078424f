// Package history keeps the recent packets of one encoding, so that NACKs can be answered (RFC 4585 6.2.1, RFC 4588).
//
// It owns the memory of those packets and nothing else. Which of them a receiver was sent, under which number, and
// whether it may ask again belong to sequence and forward.
package history
