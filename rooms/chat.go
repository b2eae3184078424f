package rooms

import (
	"time"
	"unicode/utf8"

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

func (p *Participant) say(text string) {
	line := p.room.chat.add(protocol.ChatLine{Participant: p.id, Name: p.name, Text: text, At: time.Now().UnixMilli()})
	p.room.registry.counters.chatLines.Add(1)
	p.room.announce(line, nil)
}
