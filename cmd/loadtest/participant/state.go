package participant

import (
	"slices"

	"salon/signaling/protocol"
)

// State is the room as the server's messages tell it.
type State struct {
	Self         string
	Token        string // proves who we are at Resume; secret
	Seq          uint64 // of the newest room event
	Participants []protocol.Participant
	Chat         []protocol.ChatLine
	Slots        []protocol.SlotFill
	Speakers     []string
	Stats        protocol.Stats // the newest
	StatsCount   int
	Bye          *protocol.Bye // nil while the session lasts

	Resumes, Replays int // joins that continued this participant, and those of them that replayed events
	// SeqErrors counts room events whose number was not the previous + 1, Inconsistent those that do not fit to what was
	// told before, Unreadable the frames that could not be decoded. All three stay 0 with a correct server.
	SeqErrors, Inconsistent, Unreadable int
}

// Participant returns somebody by id.
func (s *State) Participant(id string) (protocol.Participant, bool) {
	if i := s.index(id); i >= 0 {
		return s.Participants[i], true
	}
	return protocol.Participant{}, false
}

func (s *State) index(id string) int {
	return slices.IndexFunc(s.Participants, func(p protocol.Participant) bool { return p.ID == id })
}

// reduce takes one message.
func (s *State) reduce(m protocol.ServerMessage, e protocol.Envelope) {
	if e.Seq != 0 {
		if e.Seq != s.Seq+1 {
			s.SeqErrors++
		}
		s.Seq = e.Seq
	}
	switch m := m.(type) {
	case protocol.Joined:
		s.joined(m)
	case protocol.ParticipantJoined:
		if s.index(m.Participant.ID) >= 0 {
			s.Inconsistent++
			return
		}
		s.Participants = append(s.Participants, m.Participant)
	case protocol.ParticipantChanged:
		s.change(m.ID, func(p *protocol.Participant) { p.Name, p.State = m.Name, m.State })
	case protocol.ParticipantLeft:
		if i := s.index(m.ID); i >= 0 {
			s.Participants = slices.Delete(s.Participants, i, i+1)
			return
		}
		s.Inconsistent++
	case protocol.PublicationChanged:
		s.change(m.Participant, func(p *protocol.Participant) { publish(p, m.Publication) })
	case protocol.PublicationEnded:
		s.change(m.Participant, func(p *protocol.Participant) { s.unpublish(p, m.Source) })
	case protocol.ChatLine:
		s.Chat = append(s.Chat, m)
	case protocol.Slots:
		s.Slots = m.Slots
	case protocol.Speakers:
		s.Speakers = m.Participants
	case protocol.Stats:
		s.Stats = m
		s.StatsCount++
	case protocol.Bye:
		s.Bye = &m
	}
}

func (s *State) joined(m protocol.Joined) {
	if m.Resumed {
		s.Resumes++
	}
	if m.Self != "" {
		s.Self = m.Self
	}
	if m.Token != "" {
		s.Token = m.Token
	}
	if m.Replayed {
		s.Replays++
		if m.Seq != s.Seq {
			s.SeqErrors++ // events are missing between what we know and what follows
		}
		return
	}
	s.Seq, s.Participants, s.Chat = m.Seq, m.Participants, m.Chat
}

func (s *State) change(id string, f func(*protocol.Participant)) {
	i := s.index(id)
	if i < 0 {
		s.Inconsistent++
		return
	}
	f(&s.Participants[i])
}

func publish(p *protocol.Participant, n protocol.Publication) {
	// The slice may be shared with a snapshot.
	p.Publications = slices.Clone(p.Publications)
	for i := range p.Publications {
		if p.Publications[i].Source == n.Source {
			p.Publications[i] = n
			return
		}
	}
	p.Publications = append(p.Publications, n)
}

func (s *State) unpublish(p *protocol.Participant, source protocol.Source) {
	i := slices.IndexFunc(p.Publications, func(n protocol.Publication) bool { return n.Source == source })
	if i < 0 {
		s.Inconsistent++
		return
	}
	p.Publications = slices.Delete(slices.Clone(p.Publications), i, i+1)
}

func (s *State) clone() State {
	c := *s
	c.Participants, c.Chat = slices.Clone(s.Participants), slices.Clone(s.Chat)
	return c
}

// tiles are what AutoView shows: all video of others, in order of arrival, as far as there are slots.
func (s *State) tiles(size AutoView, limit int) []protocol.Tile {
	tiles := []protocol.Tile{}
	for _, p := range s.Participants {
		for _, n := range p.Publications {
			if p.ID != s.Self && n.Source.Kind() == protocol.Video && len(tiles) < limit {
				tile := protocol.Tile{Participant: p.ID, Source: n.Source, Width: size.Width, Height: size.Height}
				if len(tiles) == 0 && size.BigWidth > 0 {
					tile.Width, tile.Height = size.BigWidth, size.BigHeight
				}
				tiles = append(tiles, tile)
			}
		}
	}
	return tiles
}
