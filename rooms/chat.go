package rooms

import (
	"slices"
	"time"
	"unicode/utf8"

	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/signaling/protocol"
)

// checkText returns the line to be kept, or why there is none.
func checkText(text string) (string, error) {
	if len(text) > protocol.MaxChatLength*utf8.UTFMax || utf8.RuneCountInString(text) > protocol.MaxChatLength {
		return "", refuse(protocol.ErrChatTooLong, "shorten the text to 4000 characters")
	}
	if text = cleanText(text); text == "" {
		return "", refuse(protocol.ErrChatEmpty, "write something: the text is empty")
	}
	return text, nil
}

// say sends a line to everybody, or to one participant.
func (p *Participant) say(m protocol.Say) error {
	text, err := checkText(m.Text)
	if err != nil {
		return err
	}
	line := protocol.ChatLine{Participant: p.id, Name: p.name, Text: text, At: time.Now().UnixMilli(), To: m.To}
	if m.To != "" {
		return p.whisper(line)
	}
	if d := p.may(policy.Chat); !d.Allowed {
		return forbidden(d)
	}
	r := p.room
	line, dropped := r.chat.add(line)
	r.registry.counters.chatLines.Add(1)
	r.keepLine(line, dropped)
	for _, o := range r.people {
		o.session.tell(o.reads(line))
	}
	return nil
}

// reads is a line as the participant may read it: it does not name a writer whom the rules hide. The name that the writer chose
// to write under stays.
func (p *Participant) reads(line protocol.ChatLine) protocol.ChatLine {
	if !p.mayName(line.Participant) {
		line.Participant = ""
	}
	return line
}

// mayName says whether the participant may know of somebody who is here, or was.
func (p *Participant) mayName(id string) bool {
	if o := p.room.byID[id]; o != nil {
		return p.sees(o)
	}
	gone := policy.Participant{ID: id, Role: policy.RoleViewer}
	return policy.Visible(p.room.rules.policy, p.forRules(), gone, policy.SourcePresence).Allowed
}

// whisper sends a line to one participant; the sender gets it as well.
func (p *Participant) whisper(line protocol.ChatLine) error {
	o, err := p.other(line.To)
	if err != nil {
		return err
	}
	d := p.may(policy.ChatPrivate)
	if !d.Allowed && o.rank == policy.RoleModerator && o.may(policy.ChatPrivate).Allowed && p.room.rules.policy.Policy.Chat.Private.Rule == policy.Moderators {
		d.Allowed = true // "private: moderators" is between anybody and a moderator
	}
	if !d.Allowed {
		return forbidden(d)
	}
	line, dropped := p.room.chat.add(line)
	p.room.registry.counters.chatLines.Add(1)
	p.room.keepLine(protocol.ChatLine{ID: line.ID, To: line.To}, dropped)
	p.session.tell(line)
	if o != p {
		o.session.tell(o.reads(line))
	}
	return nil
}

// keepLine keeps a public line, and the number of a private one, and forgets what the history has dropped.
func (r *room) keepLine(line protocol.ChatLine, dropped []uint64) {
	var changes []store.Change
	for _, id := range dropped {
		changes = append(changes, store.DeleteLine(id))
	}
	if line.To == "" && r.rules.policy.Policy.Chat.History > 0 {
		changes = append(changes, store.PutLine(store.Line{
			ID: line.ID, Participant: line.Participant, Name: line.Name, Text: line.Text, At: time.UnixMilli(line.At),
		}))
	}
	r.keep(changes...)
	r.keepMeta()
}

// deleteLine deletes a line, or all of them, for everybody.
func (p *Participant) deleteLine(m protocol.DeleteLine) error {
	r := p.room
	deleted := r.chat.remove(m.Line)
	if m.Line != 0 && len(deleted) == 0 {
		return errUnknown
	}
	var changes []store.Change
	for _, id := range deleted {
		changes = append(changes, store.DeleteLine(id))
	}
	r.keep(changes...)
	r.announce(protocol.ChatDeleted(m))
	return nil
}

// chatHistory keeps the newest lines of a room for those who come later.
type chatHistory struct {
	limit int // lines kept
	count uint64
	lines []protocol.ChatLine // oldest first
	text  int                 // bytes in lines
}

// add numbers a line, from 1, and keeps it. It returns the line, and the numbers of those that it had to drop for it.
func (h *chatHistory) add(line protocol.ChatLine) (protocol.ChatLine, []uint64) {
	h.count++
	line.ID = h.count
	h.lines = append(h.lines, line)
	h.text += len(line.Text)
	var dropped []uint64
	for len(h.lines) > h.limit || h.text > maxKeptText {
		dropped = append(dropped, h.lines[0].ID)
		h.text -= len(h.lines[0].Text)
		h.lines[0] = protocol.ChatLine{}
		h.lines = h.lines[1:]
	}
	return line, dropped
}

// remove takes a line out, or all of them for 0, and returns the numbers of what it took.
func (h *chatHistory) remove(id uint64) (removed []uint64) {
	h.lines = slices.DeleteFunc(h.lines, func(l protocol.ChatLine) bool {
		if id != 0 && l.ID != id {
			return false
		}
		removed = append(removed, l.ID)
		h.text -= len(l.Text)
		return true
	})
	return removed
}

// recall begins with lines that were kept.
func (h *chatHistory) recall(count uint64, kept []store.Line) {
	for _, l := range kept {
		h.count = l.ID - 1
		h.add(protocol.ChatLine{Participant: l.Participant, Name: l.Name, Text: l.Text, At: l.At.UnixMilli()})
	}
	h.count = max(h.count, count)
}

// since lists the lines that a participant may read of those that are not older than a moment.
func (h *chatHistory) since(oldest time.Time, p *Participant) []protocol.ChatLine {
	lines := []protocol.ChatLine{}
	for _, l := range h.lines {
		if l.At >= oldest.UnixMilli() && (l.To == "" || l.To == p.id || l.Participant == p.id) {
			lines = append(lines, p.reads(l))
		}
	}
	return lines
}
