package rooms

import "salon/signaling/protocol"

// maxKeptText bounds the chat text, in bytes, that one journal or one room's history keeps. JSON may write a byte as
// six, so that either still fits into an outbox of 1 MiB.
const maxKeptText = 128 << 10

// event is a numbered message to one participant.
type event struct {
	seq     uint64
	message protocol.ServerMessage
}

// journal numbers the room events of one participant, from 1, and keeps the newest for a resume. When it is full the
// oldest goes, and a resume that would need it gets a snapshot.
type journal struct {
	limit  int // events kept
	newest uint64
	events []event // consecutive, the newest last
	text   int     // bytes of chat text in events
}

// add numbers a message and keeps it.
func (j *journal) add(m protocol.ServerMessage) (seq uint64) {
	j.newest++
	j.events = append(j.events, event{j.newest, m})
	j.text += textOf(m)
	for len(j.events) > j.limit || j.text > maxKeptText {
		j.text -= textOf(j.events[0].message)
		j.events[0] = event{} // let go of the message before append moves the rest
		j.events = j.events[1:]
	}
	return j.newest
}

// since returns the events after last; false when some of them are no longer kept, or last was never given out.
func (j *journal) since(last uint64) ([]event, bool) {
	missing := j.newest - last
	if last > j.newest || missing > uint64(len(j.events)) {
		return nil, false
	}
	return j.events[uint64(len(j.events))-missing:], true
}

// textOf returns the bytes of text whose length a client chose.
func textOf(m protocol.ServerMessage) int {
	if line, ok := m.(protocol.ChatLine); ok {
		return len(line.Text)
	}
	return 0
}
