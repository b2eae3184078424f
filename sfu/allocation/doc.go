// Package allocation decides which layer of a publication a receiver should get.
//
// It owns the rule that relates a tile on a screen to the size of a picture, and the reasons for it. Decisions are
// values: nothing is applied here, and nothing is remembered. Which tiles exist is the client's View; at which packet
// a target takes effect is package layers' matter.
package allocation
