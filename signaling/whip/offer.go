package whip

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"salon/rooms/policy"
	"salon/signaling/protocol"
)

// door is the way in: what a client does in the room.
type door struct {
	name      string // in addresses, and the participant's name when the client gives none
	verb      string // for refusals
	publishes bool
	role      policy.Role // of whoever comes by it: the token is the proof
}

var (
	ingest   = door{name: "whip", verb: "WHIP publishes", publishes: true, role: policy.RolePresenter}
	playback = door{name: "whep", verb: "WHEP plays", role: policy.RoleViewer}
)

const (
	maxSDP      = 64 << 10 // bytes of an offer; OBS sends 2 KiB, browsers below 10 KiB
	maxSections = 16
)

// offer is a client's offer as rooms take it, and what it takes to answer in the client's words.
type offer struct {
	text     string
	sections []protocol.Section // what a WHIP client publishes
	refused  []refusedSection   // what the room is not told of
	alone    bool               // the client has one section and no bundle
	profiles map[string]string  // the client's own H.264 parameters, by "mid payload-type"
}

// refusedSection is a section that is answered with port 0 (RFC 9143 7.3.3).
type refusedSection struct {
	index      int
	media, mid string // its m= line with port 0, its mid
}

// block is the session part of an SDP text, or one section with its m= line first.
type block []string

// blocks splits an SDP text (RFC 8866) into its session part and its sections.
func blocks(text string) []block {
	list := []block{nil}
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			continue
		}
		if strings.HasPrefix(line, "m=") {
			list = append(list, nil)
		}
		last := len(list) - 1
		list[last] = append(list[last], line)
	}
	return list
}

func join(list []block) string {
	var b strings.Builder
	for _, one := range list {
		for _, line := range one {
			b.WriteString(line)
			b.WriteString("\r\n")
		}
	}
	return b.String()
}

// attribute returns the value of the first a= line of that name.
func (b block) attribute(name string) string {
	for _, line := range b {
		if value, ok := strings.CutPrefix(line, "a="+name+":"); ok {
			return value
		}
	}
	return ""
}

// media returns the kind of a section and the rest of its m= line behind the port.
func (b block) media() (kind, rest string) {
	fields := strings.SplitN(strings.TrimPrefix(b[0], "m="), " ", 3)
	if len(fields) < 3 {
		return fields[0], ""
	}
	return fields[0], fields[2]
}

var directions = []string{"a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"}

// direction returns the direction of a section, which may stand in the session part (RFC 8866 6.7).
func (b block) direction(session block) string {
	for _, part := range []block{b, session} {
		for _, line := range part {
			if slices.Contains(directions, line) {
				return line
			}
		}
	}
	return directions[0]
}

// directed returns the section with another direction.
func (b block) directed(direction string) block {
	return append(slices.DeleteFunc(slices.Clone(b), func(line string) bool { return slices.Contains(directions, line) }), direction)
}

// shape makes what WHIP and WHEP clients really send what rooms take: sections that could do both directions do the
// door's, sections that are no audio or video are taken out, and H.264 gets the name under which it is forwarded. What
// the client may do follows from the door, not from the directions.
func shape(text string, d door) (*offer, error) {
	list := blocks(text)
	if len(list[0]) == 0 || list[0][0] != "v=0" || len(list) < 2 {
		return nil, refuse(http.StatusBadRequest, refusedOffer, "bad_sdp", "the body is no SDP offer with sections (RFC 8866)")
	}
	if len(list)-1 > maxSections {
		return nil, unusable("the offer has %d sections: offer at most %d", len(list)-1, maxSections)
	}
	o := &offer{profiles: map[string]string{}}
	session := slices.DeleteFunc(slices.Clone(list[0]), func(line string) bool { return slices.Contains(directions, line) })
	kept, used := []block{session}, map[protocol.Kind]int{}
	for i, b := range list[1:] {
		kind, rest := b.media()
		if k := protocol.Kind(kind); k != protocol.Audio && k != protocol.Video {
			o.refused = append(o.refused, refusedSection{index: i, media: "m=" + kind + " 0 " + rest, mid: b.attribute("mid")})
			continue
		}
		b, err := o.section(b, b.direction(list[0]), protocol.Kind(kind), d, used)
		if err != nil {
			return nil, err
		}
		kept = append(kept, b)
	}
	if len(used) == 0 {
		return nil, unusable("the offer has no audio or video for this: %s", d.verb)
	}
	if len(kept) > 2 && session.attribute("group") == "" {
		return nil, unusable("the sections are not bundled: use the bundle policy max-bundle")
	}
	kept[0] = o.grouped(session, kept[1:])
	o.text = join(kept)
	return o, nil
}

// section shapes one section of audio or video and counts it in used.
func (o *offer) section(b block, direction string, kind protocol.Kind, d door, used map[protocol.Kind]int) (block, error) {
	mid := b.attribute("mid")
	wanted, other := "a=recvonly", "a=sendonly"
	if d.publishes {
		wanted, other = other, wanted
	}
	switch direction {
	case other:
		return nil, unusable("section %q is %s, but %s: use the other of /whip and /whep", mid, direction[2:], d.verb)
	case wanted, "a=sendrecv":
		used[kind]++
	}
	if n := used[kind]; n > 1 && (d.publishes || kind == protocol.Video) {
		return nil, unusable("the offer has more than one %s section: %s one", kind, d.verb)
	}
	if direction != "a=inactive" {
		direction = wanted
		if d.publishes {
			source := map[protocol.Kind]protocol.Source{protocol.Audio: protocol.Microphone, protocol.Video: protocol.Camera}[kind]
			o.sections = append(o.sections, protocol.Section{Mid: mid, Source: source})
		}
	}
	return o.renameH264(b.directed(direction), mid), nil
}

func unusable(format string, values ...any) error {
	return refuse(http.StatusUnprocessableEntity, refusedOffer, string(protocol.ErrBadOffer), fmt.Sprintf(format, values...))
}

// grouped takes the refused sections out of the bundle, and bundles a lone section with itself: rooms take no others.
func (o *offer) grouped(session block, sections []block) block {
	session = slices.Clone(session)
	if o.alone = session.attribute("group") == ""; o.alone {
		return append(session, "a=group:BUNDLE "+sections[0].attribute("mid"))
	}
	for i, line := range session {
		if !strings.HasPrefix(line, "a=group:BUNDLE") {
			continue
		}
		mids := slices.DeleteFunc(strings.Fields(line), func(mid string) bool {
			return slices.ContainsFunc(o.refused, func(s refusedSection) bool { return s.mid == mid })
		})
		session[i] = strings.Join(mids, " ")
	}
	return session
}

// answer puts the answer into the client's words: its own H.264 parameters, and its refused sections.
func (o *offer) answer(text string) string {
	list := blocks(text)
	if o.alone {
		list[0] = slices.DeleteFunc(list[0], func(line string) bool { return strings.HasPrefix(line, "a=group:") })
	}
	for i, b := range list[1:] {
		list[i+1] = o.restoreH264(b, b.attribute("mid"))
	}
	for _, s := range o.refused {
		at := min(s.index+1, len(list))
		list = slices.Insert(list, at, block{s.media, "c=IN IP4 0.0.0.0", "a=inactive"})
		if s.mid != "" {
			list[at] = append(list[at], "a=mid:"+s.mid)
		}
	}
	return join(list)
}

// spoken checks that the answer takes every section in which the client publishes or plays something: without a common
// codec it would be refused, and a client would send into the void.
func spoken(answer string) error {
	for _, b := range blocks(answer)[1:] {
		if fields := strings.Fields(b[0]); len(fields) > 1 && fields[1] == "0" {
			kind, _ := b.media()
			return unusable("no codec of the %s section is spoken here: offer Opus, and H.264 (constrained baseline), VP8, VP9 or AV1", kind)
		}
	}
	return nil
}
