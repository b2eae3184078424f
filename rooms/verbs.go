package rooms

import (
	"context"
	"slices"

	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/signaling/protocol"
)

// verb is how a room carries out one type of message. It runs on the room's goroutine.
type verb struct {
	name   string
	stages []stage      // of the sender
	right  policy.Right // that the sender needs; free: none, or it depends on what the message says
	cases  []Case       // of the latter
	run    func(p *Participant, m protocol.ClientMessage) (protocol.ServerMessage, error)
}

// free is no right.
const free policy.Right = 255

// verbs has one entry for each message that a room carries out: who may send it, and when. Join, offer, leave and ping are
// not among them: they take time, or need no room. The table in docs/protocol.md is made of this one.
var verbs = table(
	does(inside, free, (*Participant).publish).when(
		Case{"of a microphone", policy.Speak}, Case{"of a camera", policy.Video}, Case{"of a screen", policy.Screen},
		Case{"of the sound of a screen", policy.ScreenAudio}),
	does(inside, free, (*Participant).mute),
	does(inside, free, (*Participant).unpublish),
	does(inside, free, (*Participant).show),
	does(inside, free, (*Participant).say).when(Case{"to everybody", policy.Chat}, Case{"to one", policy.ChatPrivate}),
	does(inside, policy.Rename, (*Participant).rename),
	does(inside, free, (*Participant).ask),
	does(inside, free, (*Participant).raise).when(Case{"to raise", policy.Hand}, Case{"to lower", free}),
	does(inside, free, (*Participant).takeFloor).when(Case{"to take it, with `talk_mode: floor`", policy.Speak}, Case{"to let go", free}),
	does(anywhere, free, (*Participant).lobbySay).when(Case{"from inside", policy.AdmitWaiting}),

	does(moderating, policy.AdmitWaiting, (*Participant).admit),
	does(moderating, policy.AdmitWaiting, (*Participant).refuse),
	does(moderating, policy.AdmitWaiting, (*Participant).sendBack),
	does(moderating, policy.MuteOthers, (*Participant).grant).when(
		Case{"of a right that everybody can have", policy.MuteOthers}, Case{"of a moderator's right", policy.Promote}),
	does(moderating, free, (*Participant).silenceOthers).when(Case{"of a microphone", policy.MuteOthers}, Case{"of a camera or screen", policy.StopOthers}),
	does(moderating, policy.MuteOthers, (*Participant).askUnmute),
	does(moderating, policy.Promote, (*Participant).setRole),
	does(moderating, policy.Remove, (*Participant).remove).when(Case{"", policy.Remove}, Case{"with `ban`", policy.Ban}),
	answers(moderating, policy.Ban, (*Participant).getBans),
	does(moderating, policy.Ban, (*Participant).unban),
	does(moderating, policy.Lock, (*Participant).lock),
	does(moderating, policy.Spotlight, (*Participant).shine),
	does(moderating, policy.GiveFloor, (*Participant).lowerHands),
	does(moderating, policy.GiveFloor, (*Participant).orderHands),
	does(moderating, policy.GiveFloor, (*Participant).giveFloor),
	does(moderating, policy.ChatDelete, (*Participant).deleteLine),
	answers(moderating, policy.SetPolicy, (*Participant).getSettings),
	answers(moderating, policy.SetPolicy, (*Participant).configure),
	answers(moderating, policy.SetPolicy, (*Participant).getInvitations),
	answers(moderating, policy.SetPolicy, (*Participant).invite),
	does(moderating, policy.SetPolicy, (*Participant).revokeInvitation),
	does(moderating, policy.End, (*Participant).endRoom),
)

var (
	inside   = []stage{here}
	anywhere = []stage{waiting, here}
	// moderating is what moderators do, and whoever runs the server.
	moderating = []stage{here, operating}
)

// does makes the verb for the messages that method takes, answered by OK.
func does[M protocol.ClientMessage](stages []stage, right policy.Right, method func(*Participant, M) error) verb {
	return answers(stages, right, func(p *Participant, m M) (protocol.ServerMessage, error) { return protocol.OK{}, method(p, m) })
}

// answers makes the verb for the messages that method takes.
func answers[M protocol.ClientMessage](stages []stage, right policy.Right, method func(*Participant, M) (protocol.ServerMessage, error)) verb {
	var m M
	return verb{name: protocol.TypeOf(m), stages: stages, right: right, run: func(p *Participant, m protocol.ClientMessage) (protocol.ServerMessage, error) {
		return method(p, m.(M))
	}}
}

// when says which right a message needs that does not always need the same. The verb's method checks it.
func (v verb) when(cases ...Case) verb {
	v.cases = cases
	return v
}

func table(rows ...verb) map[string]verb {
	all := make(map[string]verb, len(rows))
	for _, v := range rows {
		all[v.name] = v
	}
	return all
}

// Carries says whether a room carries out messages of m's type.
func Carries(m protocol.ClientMessage) bool {
	_, ok := verbs[protocol.TypeOf(m)]
	return ok
}

// Do carries out a message of the participant's client. The reply is what the message asks for, or OK. What it changes is in
// force when it returns, and on disk where it is to outlive the process.
func (p *Participant) Do(ctx context.Context, m protocol.ClientMessage) (reply protocol.ServerMessage, err error) {
	v, ok := verbs[protocol.TypeOf(m)]
	if !ok {
		return nil, refuse(protocol.ErrBadMessage, "a room does not carry out this message")
	}
	var kept []*store.Pending
	err = p.callAs(ctx, v.stages, func() (err error) {
		defer func() { kept = p.room.takeKept() }()
		reply, err = v.carryOut(p, m)
		return err
	})
	if err != nil {
		return nil, err
	}
	return reply, p.room.onDisk(ctx, kept)
}

// carryOut runs the verb if the participant has the right, and writes down what moderators did.
func (v verb) carryOut(p *Participant, m protocol.ClientMessage) (protocol.ServerMessage, error) {
	if v.right != free {
		if d := p.may(v.right); !d.Allowed {
			return nil, forbidden(d)
		}
	}
	reply, err := v.run(p, m)
	if err == nil && slices.Contains(v.stages, operating) && !asks(m) {
		p.room.audit(p.id, v.name, targetOf(m))
	}
	return reply, err
}

// onDisk waits until changes are on disk.
func (r *room) onDisk(ctx context.Context, kept []*store.Pending) error {
	for _, pending := range kept {
		if err := pending.Wait(ctx); err != nil {
			r.log.Error("a change is in force but not on disk", "error", err)
			return refuse(protocol.ErrNotSaved, "this is in force now, but could not be written to disk: tell who runs the server")
		}
	}
	return nil
}
