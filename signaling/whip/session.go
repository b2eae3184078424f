package whip

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"salon/rooms"
	"salon/signaling/protocol"
)

// session is what RFC 9725 calls a WHIP session: a participant who came by HTTP, from POST to DELETE.
type session struct {
	server *Server
	door   door
	id     string // the last part of its address: whoever knows it, and the token, may end it
	room   string
	from   netip.Prefix
	log    *slog.Logger
	out    *outbox

	ctx    context.Context // done when the session shall end
	cancel context.CancelCauseFunc
	ended  chan struct{} // closed when everything is freed, its place included

	mu       sync.Mutex  // held during an ICE restart; guards what follows
	offer    *offer      // never changes
	remote   credentials // the client's newest
	tag      string      // entity tag of the ICE session (RFC 9725 4.3.1)
	restarts *rate.Limiter

	participant participant // never changes after enter

	// Owned by the goroutine of run.
	showing     shown
	connectedAt time.Time // when media could flow last, or the session began
	was         bool      // media could flow, once
	undone      bool      // the room has not taken what shall be shown: it is tried again
	lost        bool      // the room was told that it cannot
}

// ending is the cause of a session's end. It implements error, as the cause of a context.
type ending struct {
	why    counter
	reason protocol.LeftReason
}

// Error implements error.
func (e ending) Error() string { return counterNames[e.why] }

var (
	endDeleted  = ending{endedDeleted, protocol.LeftByChoice}
	endMedia    = ending{endedMedia, protocol.LeftTimeout}
	endRoom     = ending{endedRoom, protocol.LeftRemoved}
	endShutdown = ending{endedShutdown, protocol.LeftRemoved}
)

// newSession returns a session that is in no room yet.
func newSession(s *Server, d door, room string, from netip.Prefix) *session {
	one := &session{
		server: s, door: d, id: rand.Text(), room: room, from: from, out: newOutbox(),
		log: s.config.Log.With(d.name, s.numbers.Add(1)), ended: make(chan struct{}), restarts: s.config.Limits.Restarts.Bucket(),
		connectedAt: time.Now(),
	}
	one.ctx, one.cancel = context.WithCancelCause(context.Background())
	return one
}

// enter joins the room, has the offer answered, and publishes. After an error nothing is left of it.
func (s *session) enter(ctx context.Context, name string, o *offer) (answer string, err error) {
	s.participant, err = s.server.registry.Join(ctx, rooms.Entrance{Join: protocol.Join{Room: s.room, Name: name, Watcher: !s.door.publishes}, Out: s.out, Role: s.door.role, NoLobby: true})
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			s.participant.Leave(protocol.LeftRemoved)
		}
	}()
	a, err := s.participant.Offer(ctx, protocol.Offer{SDP: o.text, Sections: o.sections})
	if err == nil {
		err = spoken(a.SDP)
	}
	if err != nil {
		return "", err
	}
	for _, section := range o.sections {
		if _, err := s.participant.Do(ctx, protocol.Publish{Source: section.Source}); err != nil {
			return "", err
		}
	}
	s.offer, s.remote, s.tag = o, credentialsOf(o.text), newTag()
	return o.answer(a.SDP), nil
}

func newTag() string { return `"` + rand.Text() + `"` }

// restart negotiates a new ICE session. Publications and slots stay as they are.
func (s *session) restart(ctx context.Context, c credentials) (fragment string, err error) {
	if !s.restarts.Allow() {
		return "", refuse(http.StatusTooManyRequests, refusedRate, "rate_limited", "too many ICE restarts: try again in a second").later(1)
	}
	a, err := s.participant.Offer(ctx, protocol.Offer{SDP: s.offer.renewed(c), Sections: s.offer.sections})
	if err != nil {
		return "", err
	}
	s.remote, s.tag = c, newTag()
	s.server.counters.add(iceRestarts)
	return fragmentOf(s.offer.answer(a.SDP)), nil
}

// run looks after the session until it ends, and frees it.
func (s *session) run() {
	timer := time.NewTimer(s.untilLook())
	defer timer.Stop()
	for s.ctx.Err() == nil {
		select {
		case <-s.ctx.Done():
		case <-s.out.wake:
			s.safely(s.direct)
		case <-timer.C:
			s.safely(s.look)
			if s.undone {
				s.safely(s.direct)
			}
			timer.Reset(s.untilLook())
		}
	}
	end, ok := errors.AsType[ending](context.Cause(s.ctx))
	if !ok {
		end = endRoom
	}
	s.safely(func() { s.participant.Leave(end.reason) })
	s.server.forget(s)
	s.server.counters.add(end.why)
	s.log.Info("a session ended", "reason", end.Error())
}

// safely keeps a panic from ending the process; it ends the session.
func (s *session) safely(f func()) {
	defer func() {
		if v := recover(); v != nil {
			s.server.counters.add(panics)
			s.log.Error("a session panicked", "panic", v, "stack", string(debug.Stack()))
			s.cancel(endRoom)
		}
	}()
	f()
}

// untilLook is how long it is until the media connection is looked at again. All sessions look at the same times, so that
// a server with many of them wakes up once for all.
func (s *session) untilLook() time.Duration {
	every := s.server.config.Timing.Check
	return every - time.Duration(time.Now().UnixNano())%every
}

func (s *session) request() (context.Context, context.CancelFunc) {
	return context.WithTimeout(s.ctx, s.server.config.Timing.Request)
}

// look follows the media connection: others see a participant without media as reconnecting, and when it does not come
// back the session ends.
func (s *session) look() {
	connected, err := s.participant.Connected()
	switch {
	case gone(err) && s.lost: // not for as long as the room keeps lost participants
		s.cancel(endMedia)
	case gone(err):
		s.cancel(endRoom)
	case err == nil && connected:
		s.connectedAt, s.was = time.Now(), true
		if s.lost {
			s.resume()
		}
	case time.Since(s.connectedAt) >= s.server.config.Timing.Lost:
		s.cancel(endMedia)
	case err == nil && s.was && !s.lost:
		s.participant.Lost(s.out)
		s.lost = true
	}
}

// resume takes the participant's place again.
func (s *session) resume() {
	ctx, cancel := s.request()
	defer cancel()
	self := s.out.resume()
	_, err := s.server.registry.Join(ctx, rooms.Entrance{Join: protocol.Join{Room: s.room, Resume: &self}, Out: s.out})
	switch {
	case err == nil:
		s.lost = false
	case gone(err):
		s.cancel(endRoom)
	}
}

// gone says whether a room's error means that the participant is in it no longer.
func gone(err error) bool {
	refused, ok := errors.AsType[protocol.Error](err)
	return ok && (refused.Code == protocol.ErrNotJoined || refused.Code == protocol.ErrResumeUnknown)
}

// direct moves a viewer's picture to what is on the stage now.
func (s *session) direct() {
	s.undone = false
	next, here := s.out.stage(s.showing)
	if !here {
		s.cancel(endRoom)
		return
	}
	if s.door.publishes || next == s.showing {
		return
	}
	view := protocol.View{}
	if next != (shown{}) {
		// As large as a tile can be: the largest encoding is wanted.
		view.Tiles = []protocol.Tile{{Participant: next.participant, Source: next.source, Width: protocol.MaxTilePixels, Height: protocol.MaxTilePixels}}
	}
	ctx, cancel := s.request()
	defer cancel()
	switch _, err := s.participant.Do(ctx, view); {
	case err == nil:
		s.showing = next
	case gone(err):
		s.cancel(endRoom)
	default:
		s.undone = true
	}
}
