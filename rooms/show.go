package rooms

import (
	"context"
	"maps"
	"slices"
	"time"

	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/signaling/protocol"
)

// RoomEntry is a room in a list.
type RoomEntry struct {
	Name         string `json:"name"`
	Title        string `json:"title"`
	Open         bool   `json:"open"` // somebody is in it, or waits
	Persistent   bool   `json:"persistent"`
	Locked       bool   `json:"locked"`
	Participants int    `json:"participants"`
	Waiting      int    `json:"waiting"`
	Problem      string `json:"problem,omitempty"` // what is wrong with its file
}

// RoomDetails is everything about a room, for whoever runs the server.
type RoomDetails struct {
	RoomEntry
	People   []ParticipantDetails    `json:"people"` // in order of arrival
	Lobby    []protocol.Knock        `json:"lobby"`
	Hands    []protocol.Hand         `json:"hands"`
	Requests []protocol.RightRequest `json:"requests"`
	Settings []protocol.Setting      `json:"settings"`
}

// ParticipantDetails is somebody in a room.
type ParticipantDetails struct {
	protocol.Participant
	Account  string `json:"account,omitempty"` // or the subject of a token
	Verified bool   `json:"verified"`          // the name comes from a token or an invitation
	Since    int64  `json:"since"`             // milliseconds since 1970
}

// List returns the rooms that there are, and those of which something is kept or that have a file, by name: at most limit,
// those after a name.
func (r *Registry) List(ctx context.Context, after string, limit int) ([]RoomEntry, error) {
	open := map[string]*room{}
	for _, home := range r.all() {
		open[home.key] = home
	}
	keys := slices.Collect(maps.Keys(open))
	if r.config.Store != nil {
		keys = append(keys, r.config.Store.Keys()...)
	}
	if r.config.Files != nil {
		keys = append(keys, r.config.Files.Keys()...)
	}
	keys = slices.DeleteFunc(keys, func(key string) bool { return key == store.NoRoom })
	slices.Sort(keys)
	keys = slices.Compact(keys)
	from, found := slices.BinarySearch(keys, after)
	if found {
		from++
	}
	list := []RoomEntry{}
	for _, key := range keys[from:min(from+limit, len(keys))] {
		entry, err := r.entry(ctx, key, open[key])
		if err != nil {
			return nil, asProtocol(err)
		}
		list = append(list, entry)
	}
	return list, nil
}

// entry describes one room; home is nil when nobody is in it.
func (r *Registry) entry(ctx context.Context, key string, home *room) (e RoomEntry, err error) {
	if home != nil {
		if err = home.call(ctx, func() error { e = home.entry(); return nil }); err != errEnded {
			return e, err
		}
	}
	resting := &room{registry: r, key: key, title: key, standings: map[string]standing{}}
	resting.recall()
	return resting.entry(), nil
}

func (r *room) entry() RoomEntry {
	e := RoomEntry{
		Name: r.key, Title: r.operator().describeRoom().Title, Open: len(r.people)+len(r.waiting) > 0, Persistent: r.rules.policy.Persistent,
		Locked: r.rules.locked, Participants: len(r.people), Waiting: r.lobby.Len(),
	}
	if files := r.registry.config.Files; files != nil {
		if err := files.Problem(r.key); err != nil {
			e.Problem = err.Error()
		}
	}
	return e
}

// Show returns everything about one room. The error is a protocol.Error.
func (r *Registry) Show(ctx context.Context, name string) (d RoomDetails, err error) {
	err = r.visit(ctx, name, false, func(home *room) error { d = home.details(); return nil })
	return d, err
}

func (r *room) details() RoomDetails {
	d := RoomDetails{
		RoomEntry: r.entry(), People: []ParticipantDetails{}, Lobby: r.knocks(), Hands: []protocol.Hand{},
		Requests: append([]protocol.RightRequest{}, r.requests...), Settings: r.rules.settings(true),
	}
	for _, p := range r.people {
		d.People = append(d.People, ParticipantDetails{
			Participant: *p.describe(), Account: string(p.who.subject), Verified: p.who.name != "", Since: p.since.UnixMilli(),
		})
	}
	for _, h := range r.hands.List() {
		d.Hands = append(d.Hands, protocol.Hand{Participant: h.ID, At: h.Since.UnixMilli()})
	}
	return d
}

// Question is who might do something in a room: a participant, by its id or its name where only one has it, or else an
// account, or a role.
type Question struct {
	Who  string      // "": a guest
	Role policy.Role // of one who is not in the room; RoleNone: by account, or the room's default
}

// Explanation is what the rules of a room say of somebody.
type Explanation struct {
	Who       string           `json:"who"`                 // as asked
	Present   bool             `json:"present"`             // it is somebody in the room, with what moderators decided
	Role      string           `json:"role"`                //
	Admission *AdmissionAnswer `json:"admission,omitempty"` // of one who is not in the room
	Rights    []RightAnswer    `json:"rights"`
}

// AdmissionAnswer is whether somebody would come in.
type AdmissionAnswer struct {
	Outcome  string `json:"outcome"` // enter, wait or refuse
	Reason   string `json:"reason"`
	Sentence string `json:"sentence"`
	Key      string `json:"key,omitempty"`
	Origin   string `json:"origin,omitempty"`
}

// RightAnswer is whether somebody has a right, and why.
type RightAnswer struct {
	Right    string `json:"right"`
	Allowed  bool   `json:"allowed"`
	Askable  bool   `json:"askable"`
	Reason   string `json:"reason"`           // a code of docs/policy.md
	Sentence string `json:"sentence"`         //
	Key      string `json:"key,omitempty"`    // of the setting that decides
	Origin   string `json:"origin,omitempty"` // where its value comes from
}

// Explain says what somebody may do in a room, and why. The error is a protocol.Error.
func (r *Registry) Explain(ctx context.Context, name string, q Question) (x Explanation, err error) {
	err = r.visit(ctx, name, false, func(home *room) (err error) { x, err = home.explain(q, time.Now()); return err })
	return x, err
}

func (r *room) explain(q Question, now time.Time) (Explanation, error) {
	x := Explanation{Who: q.Who, Rights: []RightAnswer{}}
	who := r.meant(q.Who)
	var view policy.Participant
	if who != nil {
		view, x.Present = who.forRules(), true
	} else {
		arrival := policy.Arrival{Role: q.Role}
		if q.Who != "" {
			var err error
			if arrival.Subject, err = policy.ParseSubject(q.Who); err != nil {
				return x, refuse(protocol.ErrBadName, "who "+err.Error())
			}
			arrival.Way = policy.ByAccount
		}
		a := policy.Admit(r.rules.policy, r.state(now), r.banList(), arrival)
		x.Admission = &AdmissionAnswer{a.Outcome.String(), string(a.Reason.Code), a.Reason.Sentence(), a.Reason.Key, a.Reason.Origin}
		view = policy.Participant{ID: "asked", Subject: arrival.Subject, Role: policy.RoleOf(r.rules.policy, arrival)}
	}
	x.Role = view.Role.String()
	if who == nil {
		who = &Participant{room: r} // nobody in particular, for whose name nobody vouches
	}
	for _, right := range policy.AllRights() {
		d := who.decide(r.state(now), view, right)
		x.Rights = append(x.Rights, RightAnswer{
			right.String(), d.Allowed, d.Ask, string(d.Reason.Code), d.Reason.Sentence(), d.Reason.Key, d.Reason.Origin,
		})
	}
	return x, nil
}

// meant finds the participant that whoever runs the server means; nil: nobody, or more than one.
func (r *room) meant(who string) (found *Participant) {
	if p := r.byID[who]; p != nil {
		return p
	}
	for _, p := range r.people {
		if p.name != who {
			continue
		}
		if found != nil {
			return nil
		}
		found = p
	}
	return found
}
