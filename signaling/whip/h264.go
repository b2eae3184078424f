package whip

import (
	"slices"
	"strings"
)

// H.264 is forwarded as constrained baseline with packetization mode 1, under the profile-level-id that every browser
// offers (RFC 7742 6.2). Encoders write the same profile in other ways (RFC 6184 8.1, table 5), or leave the parameter
// out and send it all the same.
const h264Profile = "42e01f"

// renameH264 gives the H.264 formats of a section that are constrained baseline the one name, and notes the client's.
func (o *offer) renameH264(b block, mid string) block {
	var known []string // payload types that have parameters
	b = slices.Clone(b)
	for i, line := range b {
		rest, ok := strings.CutPrefix(line, "a=fmtp:")
		payloadType, parameters, found := strings.Cut(rest, " ")
		if !ok || !found || !b.isH264(payloadType) {
			continue
		}
		known = append(known, payloadType)
		if renamed, ok := asConstrainedBaseline(parameters); ok {
			o.profiles[mid+" "+payloadType] = line
			b[i] = "a=fmtp:" + payloadType + " " + renamed
		}
	}
	for _, line := range slices.Clone(b) {
		rest, ok := strings.CutPrefix(line, "a=rtpmap:")
		payloadType, _, _ := strings.Cut(rest, " ")
		if ok && b.isH264(payloadType) && !slices.Contains(known, payloadType) {
			renamed, _ := asConstrainedBaseline("")
			o.profiles[mid+" "+payloadType] = ""
			b = append(b, "a=fmtp:"+payloadType+" "+renamed)
		}
	}
	return b
}

// restoreH264 gives an answer's H.264 formats the client's own parameters: the profile must be the same on both sides
// (RFC 6184 8.2.2).
func (o *offer) restoreH264(b block, mid string) block {
	var restored block
	for _, line := range b {
		rest, ok := strings.CutPrefix(line, "a=fmtp:")
		payloadType, _, _ := strings.Cut(rest, " ")
		if own, known := o.profiles[mid+" "+payloadType]; ok && known {
			line = own
		}
		if line != "" {
			restored = append(restored, line)
		}
	}
	return restored
}

func (b block) isH264(payloadType string) bool {
	return slices.ContainsFunc(b, func(line string) bool {
		rest, ok := strings.CutPrefix(line, "a=rtpmap:"+payloadType+" ")
		return ok && strings.HasPrefix(strings.ToUpper(rest), "H264/")
	})
}

// asConstrainedBaseline rewrites format parameters that mean constrained baseline, or that do not say. It is false for
// other profiles, and for what needs no rewriting.
func asConstrainedBaseline(parameters string) (string, bool) {
	var list []string
	profile, mode := "", ""
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		switch strings.ToLower(name) {
		case "profile-level-id":
			profile = strings.ToLower(value)
		case "packetization-mode":
			mode = value
		case "":
		default:
			list = append(list, strings.TrimSpace(parameter))
		}
	}
	if !constrainedBaseline(profile) || profile != "" && profile[:4] == h264Profile[:4] && mode == "1" {
		return "", false
	}
	// Mode 0 is a subset of mode 1: who receives the latter can read it.
	return strings.Join(append(list, "packetization-mode=1", "profile-level-id="+h264Profile), ";"), true
}

// constrainedBaseline tells the profile by profile_idc and profile-iop. Plain baseline counts as well: nobody uses what
// it has in addition.
func constrainedBaseline(profile string) bool {
	if profile == "" {
		return true
	}
	if len(profile) != 6 || strings.Trim(profile, "0123456789abcdef") != "" {
		return false
	}
	return profile[:2] == "42" || profile[:2] == "4d" && profile[2] >= '8'
}
