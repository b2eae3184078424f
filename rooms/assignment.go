package rooms

import "salon/signaling/protocol"

// content names what may fill a slot: a publication, by whose it is and of which source. The zero value is nothing.
type content struct {
	participant string
	source      protocol.Source
}

// companion is what is heard with a picture, or seen with a sound.
func (c content) companion() content {
	switch c.source {
	case protocol.Microphone:
		return content{c.participant, protocol.Camera}
	case protocol.Camera:
		return content{c.participant, protocol.Microphone}
	case protocol.ScreenAudio:
		return content{c.participant, protocol.Screen}
	case protocol.Screen:
		return content{c.participant, protocol.ScreenAudio}
	}
	return content{}
}

// assign decides what fills the slots of one kind: as many of wanted, most important first, as there are slots. What
// is wanted and held already stays where it is, because a move costs a keyframe. The rest prefers the slot whose
// partner, the slot of the same number among the other kind, holds its companion: the two share a stream in the
// client, which plays them in lip sync. A partner that holds somebody else's is the last choice.
func assign(held, wanted, partners []content) []content {
	chosen := firstDistinct(wanted, len(held))
	slots := make([]content, len(held))
	var homeless []content
	for _, c := range chosen {
		if at := indexOf(held, c); at >= 0 {
			slots[at] = c
		} else {
			homeless = append(homeless, c)
		}
	}
	for _, c := range homeless {
		slots[bestSlot(slots, partners, c)] = c
	}
	return slots
}

// firstDistinct returns the first n different contents.
func firstDistinct(list []content, n int) []content {
	distinct := make([]content, 0, min(n, len(list)))
	for _, c := range list {
		if len(distinct) == n {
			break
		}
		if c != (content{}) && indexOf(distinct, c) < 0 {
			distinct = append(distinct, c)
		}
	}
	return distinct
}

// bestSlot returns the empty slot that suits c best; there is at least one.
func bestSlot(slots, partners []content, c content) int {
	best, bestRank := -1, 0
	for i, s := range slots {
		if s != (content{}) {
			continue
		}
		rank := 2 // no partner, or an empty one
		if i < len(partners) && partners[i] == c.companion() {
			rank = 3
		} else if i < len(partners) && partners[i] != (content{}) {
			rank = 1
		}
		if rank > bestRank {
			best, bestRank = i, rank
		}
	}
	return best
}

func indexOf(list []content, c content) int {
	for i, other := range list {
		if other == c {
			return i
		}
	}
	return -1
}

// sound is an audio publication as far as audible needs to know it.
type sound struct {
	content
	muted bool
}

// audible lists what one participant should hear, at most n, most important first: the loudest, then, while there is
// room, others in the order of sounds, those already held first so that nothing moves without need. What is muted
// comes last: it costs nothing and keeps its slot for when it is unmuted.
func audible(self string, loudest []content, sounds []sound, held []content, n int) []content {
	var list []content
	add := func(c content) {
		if c.participant != self && len(list) < n && indexOf(list, c) < 0 {
			list = append(list, c)
		}
	}
	for _, c := range loudest {
		add(c)
	}
	for _, pass := range []struct{ muted, held bool }{{false, true}, {false, false}, {true, true}} {
		for _, s := range sounds {
			if s.muted == pass.muted && (indexOf(held, s.content) >= 0) == pass.held {
				add(s.content)
			}
		}
	}
	return list
}
