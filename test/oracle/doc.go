// Package oracle holds the forwarder against libvpx: pictures that a real encoder made go through publications and a slot,
// over a network that loses and reorders, with a thousand switches; what comes out is decoded by a real decoder, which
// must find no error, and every picture must be the publisher's, pixel by pixel.
//
// It is tests only. The model decoder of sfu/sequence judges every rule by itself; this one knows the rules better than
// we do.
package oracle
