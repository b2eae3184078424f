package rooms

import (
	"log/slog"
	"slices"
	"time"

	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/signaling/protocol"
)

// How often a room looks around by itself. Everything else happens when it is asked for.
const (
	fastTick   = 100 * time.Millisecond // while somebody may be speaking, gets less than it shows, or waits for its first layer
	slowTick   = 500 * time.Millisecond // layer targets, lost participants
	statsEvery = 2 * time.Second
)

// room is one room. Its fields below the loop are owned by the loop's goroutine, as are those of its participants.
type room struct {
	*loop
	registry *Registry
	key      string // of its name, folded
	title    string // as the first participant wrote it
	log      *slog.Logger

	rules       rules
	standings   map[string]standing // by identity.key
	bans        map[string]store.Ban
	invitations map[string]store.Invitation
	kept        []*store.Pending // staged by the verb that is being carried out

	people  []*Participant          // in order of arrival
	byID    map[string]*Participant // the same
	lobby   policy.Lobby            // who waits, in order
	waiting map[string]*Participant // the same, by id
	hands   policy.Hands
	floor   policy.Floor

	reconsidering, reconsiderAgain bool // who waits is being decided about; and is to be once more

	requests  []protocol.RightRequest // oldest first
	spotlight content
	over      bool // it was ended on purpose

	chat     chatHistory
	speech   speakers
	codecs   map[protocol.Source]choice
	eager    bool      // a slot waits for its first layer
	aimedFor voices    // when everybody's layers were decided last
	drained  time.Time // when sessions were told to come back to another process; zero: they were not
	slowAt   time.Time // when the next slow tick is due
	statsAt  time.Time
	statsWas time.Time // the previous Stats
}

func newRoom(registry *Registry, key, title string) *room {
	now := time.Now()
	r := &room{
		registry: registry, key: key, title: title, log: registry.config.Log.With("room", key),
		byID: map[string]*Participant{}, waiting: map[string]*Participant{},
		standings: map[string]standing{}, codecs: map[protocol.Source]choice{}, bans: map[string]store.Ban{}, invitations: map[string]store.Invitation{},
		chat: chatHistory{limit: max(registry.config.Limits.Chat, 0)}, statsWas: now,
	}
	r.recall()
	r.loop = newLoop(slowTick, r.look, &registry.counters.droppedPosts, func(v any, stack []byte) {
		registry.counters.panics.Add(1)
		r.log.Error("a room's goroutine panicked", "panic", v, "stack", string(stack))
	})
	return r
}

// endIfEmpty frees the room when nobody is in it.
func (r *room) endIfEmpty() {
	if len(r.people) == 0 && len(r.waiting) == 0 && !r.stopping {
		r.forget(time.Now())
		r.registry.close(r)
		r.stop()
	}
}

// announce tells everybody a room event.
func (r *room) announce(m protocol.ServerMessage) {
	for _, p := range r.people {
		p.session.tell(m)
	}
}

// remove takes a participant out for good, or ends its wait.
func (r *room) remove(p *Participant, reason protocol.LeftReason, bye protocol.ByeReason) {
	r.removeWith(p, reason, bye, "")
}

// removeWith is remove with a word for the person.
func (r *room) removeWith(p *Participant, reason protocol.LeftReason, bye protocol.ByeReason, message string) {
	now := time.Now()
	switch p.stage {
	case gone:
		return
	case waiting:
		r.turnAway(p, bye, message)
		r.tellLobby()
	case here:
		r.hangUp(p, bye, message)
		r.takeOut(p, reason)
		p.stage = gone
		r.afterDeparture(now)
	}
	r.endIfEmpty()
}

// hangUp ends the participant's session for good.
func (r *room) hangUp(p *Participant, bye protocol.ByeReason, message string) {
	if p.session.out == nil {
		r.registry.counters.reconnecting.Add(-1)
		return
	}
	p.session.close(bye, message)
	p.session.out = nil
}

// takeOut takes a participant out of the room, to go or to wait. From here on nothing of it is forwarded.
func (r *room) takeOut(p *Participant, reason protocol.LeftReason) {
	p.stage = waiting
	r.people = slices.DeleteFunc(r.people, func(o *Participant) bool { return o == p })
	delete(r.byID, p.id)
	r.teardown(p)
	r.registry.counters.left(reason)
	r.log.Info("a participant left", "participant", p.id, "reason", reason, "here", len(r.people))
	r.observeDeparture(p, reason)
	r.conceal(p, reason)
	p.roster, p.view, p.slotsSaid = roster{}, nil, nil
}

// afterDeparture lets go of what somebody who has left had in the room.
func (r *room) afterDeparture(now time.Time) {
	for _, h := range r.hands.List() {
		if r.byID[h.ID] == nil {
			hands, _ := r.hands.Lower(h.ID)
			r.setHands(hands)
		}
	}
	for _, id := range append(r.floor.Next(), r.floor.Holder()) {
		if id != "" && r.byID[id] == nil {
			r.setFloor(r.floor.Release(id, now))
		}
	}
	r.forgetRequests(func(q protocol.RightRequest) bool { return r.byID[q.Participant] == nil })
	if r.spotlight != (content{}) && r.byID[r.spotlight.participant] == nil {
		r.spot(content{})
	}
	r.rearrange()
	r.moderatorsChanged(now)
}

// moderatorsChanged notes whether a moderator is there, and lets in who waited for that or for a seat.
func (r *room) moderatorsChanged(now time.Time) {
	switch {
	case r.moderators() > 0, len(r.people) == 0:
		r.rules.noModeratorSince = time.Time{}
	case r.rules.noModeratorSince.IsZero():
		r.rules.noModeratorSince = now
	}
	if r.lobby.Len() > 0 {
		r.reconsider(now)
	}
}

// endForAll ends the room for everybody who is in it or waits.
func (r *room) endForAll(bye protocol.ByeReason) {
	for _, p := range r.everybody() {
		r.remove(p, protocol.LeftRemoved, bye)
	}
}

// teardown frees what a participant holds.
func (r *room) teardown(p *Participant) {
	c := &r.registry.counters
	c.participants.Add(-1)
	c.publications.Add(-int64(len(p.publications)))
	for _, pub := range p.publications {
		p.silence(pub)
	}
	p.publications = nil
	p.media.release(r.registry.background)
	p.reach.Store(&reach{gone: true})
}

// everybody lists who is in the room, and who waits.
func (r *room) everybody() []*Participant {
	all := slices.Clone(r.people)
	for _, w := range r.lobby.List() {
		all = append(all, r.waiting[w.ID])
	}
	return all
}

// drain ends every session, but keeps media flowing until shutdown.
func (r *room) drain(retryAfter time.Duration) {
	r.drained = time.Now()
	for _, p := range r.everybody() {
		if p.session.out != nil {
			closeRetry(p.session.out, retryAfter)
		}
	}
}

// shutdown ends the room with everybody in it.
func (r *room) shutdown() {
	defer r.stop()
	r.registry.close(r)
	for _, p := range r.everybody() {
		if p.session.out != nil {
			closeRetry(p.session.out, 0)
		} else {
			r.registry.counters.reconnecting.Add(-1)
		}
		if p.stage == here {
			r.teardown(p)
			r.registry.counters.left(protocol.LeftRemoved)
			r.people = r.people[1:] // everybody begins with them, in this order
			r.observeDeparture(p, protocol.LeftRemoved)
		}
		p.stage, p.session.out = gone, nil
	}
	r.people, r.byID, r.waiting, r.lobby = nil, nil, nil, policy.Lobby{}
}

// closeRetry ends a session because the server stops, with the time to come back where the outbox can say it.
func closeRetry(out Outbox, retryAfter time.Duration) {
	if o, ok := out.(retryingOutbox); ok && retryAfter > 0 {
		o.CloseRetry(protocol.ByeShutdown, retryAfter)
		return
	}
	out.Close(protocol.ByeShutdown)
}

// look is the ticker's: it finds what nobody asks for.
func (r *room) look(now time.Time) {
	r.listen(now)
	r.settleFloor(now)
	if now.Before(r.slowAt) {
		r.aimRestless()
		return
	}
	r.slowAt = now.Add(slowTick - fastTick/2) // a tick that comes a little early counts
	for _, p := range slices.Clone(r.people) {
		if p.session.lostFor(now) >= r.registry.config.Limits.ReconnectGrace {
			r.remove(p, protocol.LeftTimeout, protocol.ByeTimeout)
			continue
		}
		p.peerChanged()
	}
	r.watch(now)
	r.aim()
	if !now.Before(r.statsAt) {
		r.statsAt = now.Add(statsEvery - slowTick/2)
		r.sendStats(now)
	}
	r.endIfEmpty()
	r.takeKept() // nobody waits for what the ticker has changed
}

// pace sets the ticker to what the room needs now.
func (r *room) pace() {
	if r.eager || r.speech.listening || slices.ContainsFunc(r.people, (*Participant).looksClosely) {
		r.every(fastTick)
	} else {
		r.every(slowTick)
	}
}
