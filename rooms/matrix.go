package rooms

import (
	"slices"

	"salon/rooms/policy"
	"salon/signaling/protocol"
)

// Case is some of the messages of a type, and the right that they need.
type Case struct {
	Which string // "of a microphone"; "": all, or all others
	right policy.Right
}

// Right is the right that is needed; false: none is.
func (c Case) Right() (policy.Right, bool) { return c.right, c.right != free }

// Row is who may send one type of message, and when.
type Row struct {
	Message string // its type on the wire
	Case    Case
	Waiting bool // it may be sent by one who waits
}

// Matrix lists every message that a room carries out, in the order of the protocol: what the code goes by, for documents and tests.
// All of them may be sent by those who are in the room and have the right.
func Matrix() []Row {
	var rows []Row
	for _, m := range protocol.ClientMessages {
		v, ok := verbs[protocol.TypeOf(m)]
		if !ok {
			continue
		}
		cases := v.cases
		if len(cases) == 0 {
			cases = []Case{{"", v.right}}
		}
		for _, c := range cases {
			rows = append(rows, Row{v.name, c, slices.Contains(v.stages, waiting)})
		}
	}
	return rows
}
