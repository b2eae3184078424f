package participant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"

	"salon/signaling/protocol"
)

// Participant is one synthetic participant. Its methods are safe for concurrent use, except that Close is the last.
type Participant struct {
	options Options
	signal  *signal
	media   *media

	times     [3]atomic.Int64 // joined, answered, connected; nanoseconds since 1970, 0: not yet
	began     time.Time
	lastTiles []protocol.Tile // only the clock uses it

	negotiation sync.Mutex // one offer at a time
	done        chan struct{}
	running     sync.WaitGroup
	closing     sync.Once
}

// Join enters a room, negotiates, publishes what Options.Publish says, and waits until media can flow.
func Join(ctx context.Context, o Options) (*Participant, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Participant{options: o, began: time.Now(), done: make(chan struct{})}
	p.signal = &signal{onMessage: o.OnMessage}
	if p.signal.socketURL, p.signal.origin, err = socketURL(o.URL); err != nil {
		return nil, err
	}
	if p.media, err = newMedia(o); err != nil {
		return nil, err
	}
	p.signal.onSlots, p.signal.onEncodings = p.media.filled, p.media.wantedEncodings
	if err := p.enter(ctx); err != nil {
		_ = p.Close()
		return nil, fmt.Errorf("%s: %w", o.Name, err)
	}
	return p, nil
}

// enter does the steps of a join.
func (p *Participant) enter(ctx context.Context) error {
	if err := p.signal.dial(ctx); err != nil {
		return err
	}
	if _, err := p.signal.request(ctx, protocol.Join{
		Room: p.options.Room, Name: p.options.Name, Token: p.options.Token, Invite: p.options.Invite, Device: p.options.Device,
	}); err != nil {
		return fmt.Errorf("join: %w", err)
	}
	p.times[0].Store(time.Now().UnixNano())
	p.media.identify(p.ID())
	if err := p.negotiate(ctx, false); err != nil {
		return err
	}
	p.times[1].Store(time.Now().UnixNano())
	p.running.Go(func() { p.runClock(p.done) })
	for _, source := range p.options.Publish.Sources() {
		if err := p.Publish(ctx, source, false); err != nil {
			return err
		}
	}
	if err := p.waitConnected(ctx); err != nil {
		return err
	}
	p.times[2].Store(time.Now().UnixNano())
	return nil
}

func (p *Participant) waitConnected(ctx context.Context) error {
	select {
	case <-p.media.connected:
		return nil
	case <-p.media.failed:
		return errors.New("the media connection failed: are the server's media address and UDP port reachable from here?")
	case <-ctx.Done():
		return fmt.Errorf("the media connection is %s: are the server's media address and UDP port reachable from here? %w",
			p.ConnectionState(), ctx.Err())
	}
}

// negotiate runs one offer and answer.
func (p *Participant) negotiate(ctx context.Context, restart bool) error {
	p.negotiation.Lock()
	defer p.negotiation.Unlock()
	offer, err := p.media.offer(ctx, restart)
	if err != nil {
		return err
	}
	reply, err := p.signal.request(ctx, offer)
	if err != nil {
		return fmt.Errorf("offer: %w", err)
	}
	answer, ok := reply.(protocol.Answer)
	if !ok {
		return fmt.Errorf("offer: the server replies %s instead of answer", protocol.TypeOf(reply))
	}
	return p.media.apply(answer)
}

// MoreSlots adds recvonly sections and offers again.
func (p *Participant) MoreSlots(ctx context.Context, audio, video int) error {
	if err := p.media.addSlots(audio, video); err != nil {
		return err
	}
	return p.negotiate(ctx, false)
}

// RestartICE offers with new ICE credentials (RFC 8445 2.4), as after a change of network.
func (p *Participant) RestartICE(ctx context.Context) error { return p.negotiate(ctx, true) }

// Publish offers a source to the room and begins to send it. Its section must be in Options.Publish or Options.Offer.
func (p *Participant) Publish(ctx context.Context, source protocol.Source, muted bool) error {
	if _, err := p.signal.request(ctx, protocol.Publish{Source: source, Muted: muted}); err != nil {
		return fmt.Errorf("publish %s: %w", source, err)
	}
	return p.Send(source, true)
}

// Unpublish takes a source back and stops sending it.
func (p *Participant) Unpublish(ctx context.Context, source protocol.Source) error {
	if _, err := p.signal.request(ctx, protocol.Unpublish{Source: source}); err != nil {
		return fmt.Errorf("unpublish %s: %w", source, err)
	}
	return p.Send(source, false)
}

// Send begins or ends sending, whatever the server was told: it must not forward what has not been published.
func (p *Participant) Send(source protocol.Source, on bool) error {
	s := p.media.section(source)
	if s == nil {
		return fmt.Errorf("there is no section for the %s: name it in Publish or Offer", source)
	}
	s.sending.Store(on)
	return nil
}

// Mute mutes or unmutes a publication. The participant goes on sending, so that the server's part shows.
func (p *Participant) Mute(ctx context.Context, source protocol.Source, muted bool) error {
	_, err := p.signal.request(ctx, protocol.Mute{Source: source, Muted: muted})
	return err
}

// SetLevel sets the RFC 6464 level of the microphone: 0 is loudest, 127 is silence.
func (p *Participant) SetLevel(level uint8) {
	v := uint32(min(level, 127))
	if v < 127 {
		v |= voiceActive
	}
	p.media.sender.level.Store(v)
}

// View tells the server what the screen shows.
func (p *Participant) View(ctx context.Context, tiles ...protocol.Tile) error {
	_, err := p.signal.request(ctx, protocol.View{Tiles: append([]protocol.Tile{}, tiles...)})
	return err
}

// viewByItself is AutoView; the clock calls it.
func (p *Participant) viewByItself() {
	state := p.signal.snapshot()
	tiles := state.tiles(*p.options.AutoView, p.options.VideoSlots)
	if !slices.Equal(tiles, p.lastTiles) && p.signal.write(protocol.View{Tiles: tiles}, 0) == nil {
		p.lastTiles = tiles
	}
}

// Say sends a chat line.
func (p *Participant) Say(ctx context.Context, text string) error {
	_, err := p.signal.request(ctx, protocol.Say{Text: text})
	return err
}

// Drop cuts the socket as a lost network does. Media goes on.
func (p *Participant) Drop() { p.signal.drop() }

// Resume opens a new socket and continues as the same participant.
func (p *Participant) Resume(ctx context.Context) error {
	p.signal.drop()
	if err := p.signal.dial(ctx); err != nil {
		return err
	}
	s := p.signal.snapshot()
	_, err := p.signal.request(ctx, protocol.Join{
		Room: p.options.Room, Name: p.options.Name,
		Resume: &protocol.Resume{Participant: s.Self, Token: s.Token, LastSeq: s.Seq},
	})
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	return nil
}

// Leave leaves the room; Close must still be called.
func (p *Participant) Leave(ctx context.Context) error {
	_, err := p.signal.request(ctx, protocol.Leave{})
	if bye := p.State().Bye; bye != nil && bye.Reason == protocol.ByeLeft {
		return nil
	}
	if err == nil {
		err = errors.New("the server did not say bye")
	}
	return fmt.Errorf("leave: %w", err)
}

// Close frees everything, without a word to the server, and waits for all goroutines.
func (p *Participant) Close() error {
	var err error
	p.closing.Do(func() {
		close(p.done)
		p.running.Wait()
		p.signal.drop()
		err = p.media.close()
	})
	return err
}

// ID is the participant's id in the room.
func (p *Participant) ID() string {
	p.signal.mu.Lock()
	defer p.signal.mu.Unlock()
	return p.signal.state.Self
}

// State returns the room as the server told it.
func (p *Participant) State() State { return p.signal.snapshot() }

// ConnectionState returns what the media connection is doing.
func (p *Participant) ConnectionState() webrtc.PeerConnectionState {
	return p.media.state.Load().(webrtc.PeerConnectionState)
}
