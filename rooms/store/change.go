package store

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"
)

// Change is one change of what is kept of a room. It replaces a whole value or deletes it, so that doing it again changes
// nothing.
type Change struct {
	kind  kind
	key   string // within the kind
	value any    // nil: deleted
}

// kind is what is changed; it is also the name of a bucket.
type kind string

const (
	kindMeta       kind = "meta"
	kindStanding   kind = "standing"
	kindBan        kind = "ban"
	kindInvitation kind = "invitation"
	kindLine       kind = "line"
	kindSession    kind = "session"
)

var kinds = []kind{kindMeta, kindStanding, kindBan, kindInvitation, kindLine, kindSession}

// PutMeta replaces the room's own record.
func PutMeta(m Meta) Change {
	m.Settings = maps.Clone(m.Settings)
	return Change{kindMeta, "", m}
}

// PutStanding replaces the standing of an identity.
func PutStanding(identity string, s Standing) Change {
	s.Grants = maps.Clone(s.Grants)
	return Change{kindStanding, identity, s}
}

// DeleteStanding forgets the standing of an identity.
func DeleteStanding(identity string) Change { return Change{kindStanding, identity, nil} }

// PutBan adds a ban.
func PutBan(b Ban) Change { return Change{kindBan, b.ID, b} }

// DeleteBan ends a ban.
func DeleteBan(id string) Change { return Change{kindBan, id, nil} }

// PutInvitation adds an invitation, or changes one.
func PutInvitation(i Invitation) Change { return Change{kindInvitation, i.ID, i} }

// DeleteInvitation forgets an invitation.
func DeleteInvitation(id string) Change { return Change{kindInvitation, id, nil} }

// PutLine adds a chat line.
func PutLine(l Line) Change { return Change{kindLine, lineKey(l.ID), l} }

// DeleteLine deletes a chat line.
func DeleteLine(id uint64) Change { return Change{kindLine, lineKey(id), nil} }

// PutSession adds a session.
func PutSession(digest string, s Session) Change { return Change{kindSession, digest, s} }

// DeleteSession ends a session.
func DeleteSession(digest string) Change { return Change{kindSession, digest, nil} }

// lineKey orders lines by their id.
func lineKey(id uint64) string { return string(binary.BigEndian.AppendUint64(nil, id)) }

// apply changes the room in memory.
func (c Change) apply(r *Room) {
	switch c.kind {
	case kindMeta:
		r.Meta, _ = c.value.(Meta)
	case kindStanding:
		put(r.Standings, c)
	case kindBan:
		put(r.Bans, c)
	case kindInvitation:
		put(r.Invitations, c)
	case kindLine:
		c.applyLine(r)
	case kindSession:
		put(r.Sessions, c)
	}
}

func put[V any](to map[string]V, c Change) {
	if v, ok := c.value.(V); ok {
		to[c.key] = v
	} else {
		delete(to, c.key)
	}
}

func (c Change) applyLine(r *Room) {
	at, found := slices.BinarySearchFunc(r.Lines, c.key, func(l Line, key string) int {
		if have := lineKey(l.ID); have < key {
			return -1
		} else if have > key {
			return 1
		}
		return 0
	})
	line, keep := c.value.(Line)
	switch {
	case found && keep:
		r.Lines[at] = line
	case found:
		r.Lines = slices.Delete(r.Lines, at, at+1)
	case keep:
		r.Lines = slices.Insert(r.Lines, at, line)
	}
}

// decode reads a stored value back into a change.
func decode(k kind, key string, data []byte) (Change, error) {
	c := Change{kind: k, key: key}
	var err error
	switch k {
	case kindMeta:
		c.value, err = decodeAs[Meta](data)
	case kindStanding:
		c.value, err = decodeAs[Standing](data)
	case kindBan:
		c.value, err = decodeAs[Ban](data)
	case kindInvitation:
		c.value, err = decodeAs[Invitation](data)
	case kindLine:
		c.value, err = decodeAs[Line](data)
	case kindSession:
		c.value, err = decodeAs[Session](data)
	}
	return c, err
}

func decodeAs[V any](data []byte) (v V, err error) {
	err = json.Unmarshal(data, &v)
	return v, err
}
