package rooms

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"salon/configs/yamlfile"
	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/signaling/protocol"
)

// rules are what holds in a room. Owned by the room's goroutine.
type rules struct {
	site    policy.Site
	file    policy.File       // from the folder of rooms; zero: there is none
	changed map[string]string // in the room, by key: over the file
	policy  *policy.Policy    // what comes of them; never changes
	locked  bool

	opened           time.Time // when the first participant entered
	noModeratorSince time.Time // zero: a moderator is there, or nobody was
}

// changedInRoom is where a setting comes from that was changed in the room.
const changedInRoom = "changed in the room"

// merge makes the policy anew. A change that does not fit the file any more is passed over.
func (r *rules) merge() {
	file, err := r.file.With(r.changed, changedInRoom)
	if err != nil {
		file = r.file
		for _, key := range slices.Sorted(maps.Keys(r.changed)) {
			if with, err := file.With(map[string]string{key: r.changed[key]}, changedInRoom); err == nil {
				file = with
			}
		}
	}
	r.policy = policy.Merge(r.site, file)
}

// change changes settings, all of them or none.
func (r *rules) change(changes []protocol.SettingChange) error {
	changed := maps.Clone(r.changed)
	if changed == nil {
		changed = map[string]string{}
	}
	for _, c := range changes {
		if r.policy.Forced(c.Key) {
			return protocol.Error{Code: protocol.ErrForced, Message: c.Key + " is decided for every room by who runs the server", Setting: c.Key}
		}
		changed[c.Key] = c.Value
	}
	file, err := r.file.With(changed, changedInRoom)
	if err != nil {
		return badSetting(err)
	}
	r.changed, r.policy = changed, policy.Merge(r.site, file)
	return nil
}

// badSetting says what is wrong with a setting.
func badSetting(err error) error {
	if problems, ok := errors.AsType[yamlfile.Problems](err); ok && len(problems) > 0 {
		key, _, _ := strings.Cut(problems[0].Key, "[") // of a list, not of its entry
		return protocol.Error{Code: protocol.ErrBadSetting, Message: fmt.Sprintf("%s %s", problems[0].Key, problems[0].Text), Setting: key}
	}
	return refuse(protocol.ErrBadSetting, err.Error())
}

// settings lists every setting with its value and where it comes from, for one who is an owner or not.
func (r *rules) settings(owner bool) []protocol.Setting {
	all := []protocol.Setting{}
	for _, key := range policy.Keys() {
		if value, ok := r.policy.Value(key); ok {
			all = append(all, protocol.Setting{
				Key: key, Value: value, Origin: r.policy.Origin(key), Forced: r.policy.Forced(key), OwnersOnly: key == keyOwners && !owner,
			})
		}
	}
	return all
}

// keyOwners is the setting that moderators cannot change once it says something.
const keyOwners = "owners"

// ownsRoom says whether a participant may say who the owners are.
func (p *Participant) ownsRoom() bool {
	owners := p.room.rules.policy.Owners
	return p.stage == operating || owners == "" || owners.Has(p.who.subject, p.who.also)
}

// state is what the rules need to know of the room now.
func (r *room) state(now time.Time) policy.State {
	return policy.State{
		Now: now, Opened: r.rules.opened, NoModeratorSince: r.rules.noModeratorSince, Locked: r.rules.locked,
		Participants: len(r.people), Moderators: r.moderators(), Capacity: r.registry.config.Limits.Participants,
	}
}

// moderators counts those who are in the room.
func (r *room) moderators() (n int) {
	for _, p := range r.people {
		if p.rank == policy.RoleModerator {
			n++
		}
	}
	return n
}

// describe returns what a participant may know of the room.
func (p *Participant) describeRoom() protocol.Room {
	r := p.room
	d := protocol.Room{Name: r.key, Title: r.title, Locked: r.rules.locked, TalkMode: protocol.TalkMode(r.rules.policy.TalkMode), ScreenHint: string(r.rules.policy.Policy.Screen.Hint)}
	if title := r.rules.policy.Title; title != "" {
		d.Title = title
	}
	if r.spotlight != (content{}) && p.seesContent(r.spotlight) {
		d.Spotlight = &protocol.Spotlight{Participant: r.spotlight.participant, Source: r.spotlight.source}
	}
	return d
}

// tellRoom tells a participant what it may know of the room, when that has changed.
func (p *Participant) tellRoom() {
	now, was := p.describeRoom(), p.toldRoom
	same := now.Spotlight == was.Spotlight || now.Spotlight != nil && was.Spotlight != nil && *now.Spotlight == *was.Spotlight
	now.Spotlight, was.Spotlight = nil, nil
	if same && now == was {
		return
	}
	p.toldRoom = p.describeRoom()
	p.session.tell(protocol.RoomChanged{Room: p.toldRoom})
}

// tellRooms tells everybody what has changed about the room.
func (r *room) tellRooms() {
	for _, p := range r.people {
		p.tellRoom()
	}
}

// recall begins the room with what is known of it: its file, and what was kept.
func (r *room) recall() {
	r.rules.site = r.registry.config.Site
	r.rules.file = r.registry.fileOf(r.key)
	if s := r.registry.config.Store; s != nil {
		r.recallFrom(s)
	}
	r.rules.merge()
}

// fileOf returns the file of a room; that of one which has none says nothing.
func (r *Registry) fileOf(key string) policy.File {
	if r.config.Files != nil {
		if file := r.config.Files.Room(key); file.Origins != nil {
			return file
		}
	}
	return policy.File{Room: policy.Default()}
}

func (r *room) recallFrom(s *store.Store) {
	kept, _ := s.Room(r.key)
	r.rules.changed, r.rules.locked = kept.Meta.Settings, kept.Meta.Locked
	if kept.Meta.Title != "" {
		r.title = kept.Meta.Title
	}
	r.bans, r.invitations = kept.Bans, kept.Invitations
	for key, standing := range kept.Standings {
		r.standings[key] = standingOf(standing)
	}
	r.chat.recall(kept.Meta.NextLine, kept.Lines)
}

// forget lets go of what is kept of a room that is not persistent when the last has left: of bans nothing, and of nothing while
// those who were in it before the process began may come back.
func (r *room) forget(now time.Time) {
	ends := !r.rules.policy.Persistent && r.drained.IsZero() && (r.over || !r.registry.awaits(r.key))
	if s := r.registry.config.Store; s != nil && ends {
		r.kept = append(r.kept, s.Forget(r.key, now))
	}
}

// watch ends what its time is over for.
func (r *room) watch(now time.Time) {
	r.watchLobby(now)
	if at, why, ok := policy.Ends(r.rules.policy, r.state(now)); ok && !now.Before(at) {
		r.log.Info("the room ends by its rules", "why", why.Code)
		r.endForAll(protocol.ByeRoomClosed)
	}
}

// keep stages changes of what outlives the room. The verb that is being carried out is acknowledged when they are on
// disk.
func (r *room) keep(changes ...store.Change) {
	if s := r.registry.config.Store; s != nil {
		r.kept = append(r.kept, s.Stage(r.key, changes...))
	}
}

// keepMeta keeps the room itself.
func (r *room) keepMeta() {
	r.keep(store.PutMeta(store.Meta{Title: r.title, Settings: r.rules.changed, Locked: r.rules.locked, NextLine: r.chat.count}))
}

// takeKept returns what has been staged since the last time.
func (r *room) takeKept() []*store.Pending {
	kept := r.kept
	r.kept = nil
	return kept
}
