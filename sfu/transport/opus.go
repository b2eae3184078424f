package transport

import (
	"slices"
	"strings"
)

// What publishers of Opus are asked for (RFC 7587 6.1).
const (
	// opusVoice: silence costs next to nothing, and each packet may carry a coarse copy of the one before along.
	opusVoice = "minptime=10;useinbandfec=1;usedtx=1"
	// opusMusic: both channels, at a rate at which they are hard to tell from the original. Soft passages are no silence, and
	// the copies inside of Opus are made for voices: an encoder that loses packets would turn music into one.
	opusMusic = "minptime=10;stereo=1;maxaveragebitrate=128000"
)

// withOpus writes into the sections of an answer on which the client may send what the server takes there: what suits the
// two channels of music where the offer announces them (RFC 7587 6.1: sprop-stereo), else what suits a voice. Pion answers
// with the format parameters of the first section of an offer that has any.
func withOpus(answer string, offer *description) string {
	sections := mediaSections(answer)
	for i, text := range sections {
		lines := strings.SplitAfter(text, "\n")
		if i == 0 || !slices.Contains(lines, "a=recvonly\r\n") {
			continue
		}
		parameters := opusVoice
		if s := offer.section(midOf(lines)); s != nil && s.stereo {
			parameters = opusMusic
		}
		sections[i] = strings.Join(withParameters(lines, parameters), "")
	}
	return strings.Join(sections, "")
}

// withParameters gives the Opus formats of a section other format parameters.
func withParameters(lines []string, parameters string) (written []string) {
	var opus []string
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, "a=rtpmap:"); ok && strings.Contains(rest, " opus/") {
			opus = append(opus, first(strings.Fields(rest)))
		}
	}
	for _, line := range lines {
		rest, ok := strings.CutPrefix(line, "a=fmtp:")
		if ok && slices.Contains(opus, first(strings.Fields(rest))) {
			continue
		}
		written = append(written, line)
		if rest, ok := strings.CutPrefix(line, "a=rtpmap:"); ok && slices.Contains(opus, first(strings.Fields(rest))) {
			written = append(written, "a=fmtp:"+first(strings.Fields(rest))+" "+parameters+"\r\n")
		}
	}
	return written
}

// midOf returns the mid among the lines of a section.
func midOf(lines []string) string {
	for _, line := range lines {
		if mid, ok := strings.CutPrefix(line, "a=mid:"); ok {
			return strings.TrimSpace(mid)
		}
	}
	return ""
}
