package rooms

import (
	"log/slog"
	"slices"
	"time"

	"salon/signaling/protocol"
)

// How often a room looks around by itself. Everything else happens when it is asked for.
const (
	fastTick   = 100 * time.Millisecond // while somebody may be speaking, gets video, or waits for its first layer
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

	people   []*Participant          // in order of arrival
	byID     map[string]*Participant // the same
	chat     chatHistory
	speech   speakers
	codecs   map[protocol.Source]choice
	eager    bool      // a slot waits for its first layer
	watching bool      // somebody gets video: their links are looked at
	drained  time.Time // when sessions were told to come back to another process; zero: they were not
	slowAt   time.Time // when the next slow tick is due
	statsAt  time.Time
	statsWas time.Time // the previous Stats
}

func newRoom(registry *Registry, key, title string) *room {
	now := time.Now()
	r := &room{
		registry: registry, key: key, title: title, log: registry.config.Log.With("room", key),
		byID: map[string]*Participant{}, codecs: map[protocol.Source]choice{}, chat: chatHistory{limit: max(registry.config.Limits.Chat, 0)}, statsWas: now,
	}
	r.loop = newLoop(slowTick, r.look, &registry.counters.droppedPosts, func(v any, stack []byte) {
		registry.counters.panics.Add(1)
		r.log.Error("a room's goroutine panicked", "panic", v, "stack", string(stack))
	})
	return r
}

// endIfEmpty frees the room when nobody is in it.
func (r *room) endIfEmpty() {
	if len(r.people) == 0 && !r.stopping {
		r.registry.close(r)
		r.stop()
	}
}

// announce tells a room event to everybody but one, who may be nil.
func (r *room) announce(m protocol.ServerMessage, but *Participant) {
	for _, p := range r.people {
		if p != but {
			p.session.tell(m)
		}
	}
}

// remove takes a participant out for good.
func (r *room) remove(p *Participant, reason protocol.LeftReason, bye protocol.ByeReason) {
	if p.gone {
		return
	}
	p.gone = true
	r.people = slices.DeleteFunc(r.people, func(o *Participant) bool { return o == p })
	delete(r.byID, p.id)
	r.teardown(p, func(out Outbox) { out.Close(bye) })
	r.registry.counters.left(reason)
	r.log.Info("a participant left", "participant", p.id, "reason", reason, "bye", bye, "here", len(r.people))
	r.announce(protocol.ParticipantLeft{ID: p.id, Reason: reason}, nil)
	r.rearrange()
	r.endIfEmpty()
}

// teardown frees what a participant holds. From here on nothing of it is forwarded.
func (r *room) teardown(p *Participant, end func(Outbox)) {
	c := &r.registry.counters
	c.participants.Add(-1)
	c.publications.Add(-int64(len(p.publications)))
	if p.session.out == nil {
		c.reconnecting.Add(-1)
	} else {
		end(p.session.out)
		p.session.out = nil
	}
	for _, pub := range p.publications {
		p.silence(pub)
	}
	p.publications = nil
	p.media.release(r.registry.background)
	p.reach.Store(&reach{gone: true})
}

// drain ends every session, but keeps media flowing until shutdown.
func (r *room) drain(retryAfter time.Duration) {
	r.drained = time.Now()
	for _, p := range r.people {
		if p.session.out != nil {
			closeRetry(p.session.out, retryAfter)
		}
	}
}

// shutdown ends the room with everybody in it.
func (r *room) shutdown() {
	defer r.stop()
	r.registry.close(r)
	for _, p := range r.people {
		p.gone = true
		r.teardown(p, func(out Outbox) { closeRetry(out, 0) })
		r.registry.counters.left(protocol.LeftRemoved)
	}
	r.people, r.byID = nil, nil
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
	if now.Before(r.slowAt) {
		if r.eager || r.watching {
			r.aim()
		}
		return
	}
	r.slowAt = now.Add(slowTick - fastTick/2) // a tick that comes a little early counts
	for _, p := range slices.Clone(r.people) {
		if out := &p.session; out.out == nil && now.Sub(out.lostAt) >= r.registry.config.Limits.ReconnectGrace {
			r.remove(p, protocol.LeftTimeout, protocol.ByeTimeout)
			continue
		}
		p.peerChanged()
	}
	r.aim()
	if !now.Before(r.statsAt) {
		r.statsAt = now.Add(statsEvery - slowTick/2)
		r.sendStats(now)
	}
	r.endIfEmpty()
}

// pace sets the ticker to what the room needs now.
func (r *room) pace() {
	if r.eager || r.watching || r.speech.listening {
		r.every(fastTick)
	} else {
		r.every(slowTick)
	}
}
