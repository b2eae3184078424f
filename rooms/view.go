package rooms

import (
	"fmt"
	"slices"

	"salon/signaling/protocol"
)

func checkView(v protocol.View) error {
	if len(v.Tiles) > protocol.MaxTiles {
		return refuse(protocol.ErrBadView, fmt.Sprintf("show at most %d tiles", protocol.MaxTiles))
	}
	for _, t := range v.Tiles {
		if t.Source.Kind() != protocol.Video {
			return refuse(protocol.ErrBadView, "a tile shows a camera or a screen")
		}
		if min(t.Width, t.Height) < 1 || max(t.Width, t.Height) > protocol.MaxTilePixels {
			return refuse(protocol.ErrBadView, fmt.Sprintf("give tiles a width and a height of 1 to %d pixels", protocol.MaxTilePixels))
		}
	}
	return nil
}

// show replaces the view.
func (p *Participant) show(v protocol.View) error {
	if err := checkView(v); err != nil {
		return err
	}
	p.view = slices.Clone(v.Tiles)
	p.arrange(p.room.sounds())
	p.aimAlone()
	return nil
}

// rearrange decides anew what fills everybody's slots. It is cheap, and changes nothing where nothing has to change.
func (r *room) rearrange() {
	sounds := r.sounds()
	r.speech.listening = slices.ContainsFunc(sounds, func(s sound) bool { return !s.muted })
	r.tellSpeakers()
	for _, p := range r.people {
		p.arrange(sounds)
	}
	r.aim()
}

// sounds lists what can be heard in the room.
func (r *room) sounds() []sound {
	var list []sound
	for _, p := range r.people {
		for _, pub := range p.publications {
			if pub.source.Kind() == protocol.Audio && pub.media != nil {
				list = append(list, sound{content{p.id, pub.source}, pub.muted})
			}
		}
	}
	return list
}

// arrange decides what fills the participant's slots, and says so when it changed.
func (p *Participant) arrange(sounds []sound) {
	m := &p.media
	heldVideo, heldAudio := holding(m.video), holding(m.audio)
	video := assign(heldVideo, p.visible(), heldAudio)
	n := min(len(m.audio), p.room.voicesHeard())
	hidden := func(c content) bool { return !p.seesContent(c) }
	loudest := slices.DeleteFunc(slices.Clone(p.room.speech.loudest), hidden)
	sounds = slices.DeleteFunc(slices.Clone(sounds), func(s sound) bool { return hidden(s.content) })
	audio := assign(heldAudio, audible(p.id, loudest, sounds, heldAudio, n), video)
	p.fill(m.video, video)
	p.fill(m.audio, audio)
	p.tellSlots()
}

// tellSlots tells the participant what fills its slots, unless it knows.
func (p *Participant) tellSlots() {
	if fills := p.fills(); !slices.Equal(fills, p.slotsSaid) {
		p.slotsSaid = fills
		p.sendSlots()
	}
}

// visible lists what the view shows and can be shown, most important first. What is muted comes last: it costs
// nothing and keeps its slot for when it is unmuted. Tiles of nobody stay in the view: they may appear later.
func (p *Participant) visible() []content {
	var lit, dark []content
	for _, t := range p.view {
		c := content{t.Participant, t.Source}
		if t.Participant == p.id || !p.seesContent(c) {
			continue
		}
		if pub := p.room.lookup(c); pub == nil || pub.media == nil {
			continue
		} else if pub.muted {
			dark = append(dark, c)
		} else {
			lit = append(lit, c)
		}
	}
	return append(lit, dark...)
}

func holding(slots []*slot) []content {
	held := make([]content, len(slots))
	for i, s := range slots {
		held[i] = s.holds
	}
	return held
}

// fill makes the slots hold what was decided.
func (p *Participant) fill(slots []*slot, decided []content) {
	for i, s := range slots {
		c := decided[i]
		pub := p.room.lookup(c)
		if pub == nil {
			if s.media != nil {
				s.put(content{}, nil)
			}
		} else if c != s.holds || pub.media != s.media {
			s.put(c, pub.media)
			p.room.registry.counters.slotChanges.Add(1)
		}
	}
}

// sendSlots tells the participant what fills its slots.
func (p *Participant) sendSlots() {
	p.session.show(protocol.Slots{Slots: append([]protocol.SlotFill{}, p.slotsSaid...)})
}

func (p *Participant) fills() []protocol.SlotFill {
	fills := []protocol.SlotFill{}
	for _, s := range slices.Concat(p.media.audio, p.media.video) {
		if s.holds != (content{}) {
			fills = append(fills, protocol.SlotFill{Mid: s.mid, Participant: s.holds.participant, Source: s.holds.source, State: s.state})
		}
	}
	return fills
}
