package rooms

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"salon/rooms/policy"
	"salon/signaling/protocol"
)

// witness is an outbox that checks every message, at the moment when it is sent and on the room's goroutine: it may name only whom
// its participant may see then.
type witness struct {
	fakeOutbox
	world *hiddenWorld
	name  string
	told  map[string]bool // ids that it was told while it might
}

func (o *witness) Send(m protocol.ServerMessage, re, seq uint64) {
	if !o.world.resuming || seq == 0 { // what is sent again was told when it happened
		o.world.check(o, m)
	}
	o.fakeOutbox.Send(m, re, seq)
}

// hiddenWorld is a room in which random things happen.
type hiddenWorld struct {
	*world
	dice     *rand.Rand
	resuming bool // somebody gets what it has missed
	home     *room
	ids      map[string]string // everybody who ever was here, with the name; read and written while the room stands still
	people   []*hidden
	history  []string
}

// hidden is one participant of it.
type hidden struct {
	*client
	out *witness
	in  bool
}

// owner finds whose outbox it is.
func (w *hiddenWorld) owner(o *witness) *Participant {
	for _, p := range w.home.everybody() {
		if p.session.out == Outbox(o) {
			return p
		}
	}
	return nil
}

func (w *hiddenWorld) check(o *witness, m protocol.ServerMessage) {
	if w.home == nil {
		return // the first participant is alone
	}
	p := w.owner(o)
	if p == nil {
		return
	}
	for _, those := range []map[string]*Participant{w.home.byID, w.home.waiting} {
		for id, other := range those {
			w.ids[id] = other.name
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		w.Error(err)
	}
	for id, name := range w.ids {
		if id == p.id || !strings.Contains(string(text), id) {
			continue
		}
		if !w.mayName(o, p, id, m) {
			w.Errorf("%s is told of %s, whom it may not see: %s %s\nafter %s", o.name, name, protocol.TypeOf(m), text, strings.Join(w.last(12), "; "))
		}
		o.told[id] = true
	}
	w.checkSources(o, p, m)
}

func (w *hiddenWorld) mayName(o *witness, p *Participant, id string, m protocol.ServerMessage) bool {
	if other := w.home.byID[id]; other != nil && p.stage == here && p.sees(other) {
		return true
	}
	switch m := m.(type) {
	case protocol.ParticipantLeft:
		return o.told[id]
	case protocol.Lobby:
		return p.may(policy.AdmitWaiting).Allowed && w.home.waiting[id] != nil
	case protocol.ChatLine: // of one who has left, or that it wrote to one who has
		return m.Participant == p.id && o.told[id] || p.mayName(id)
	case protocol.Joined:
		for _, one := range m.Participants {
			if one.ID == id {
				return false
			}
		}
		return p.mayName(id) || o.told[id]
	}
	return false
}

// checkSources checks what is announced or sent of those whom it may see.
func (w *hiddenWorld) checkSources(o *witness, p *Participant, m protocol.ServerMessage) {
	see := func(id string, source protocol.Source) {
		if other := w.home.byID[id]; other == nil || !p.seesSource(other, source) {
			w.Errorf("%s is told of %s of %s: %+v\nafter %s", o.name, source, w.ids[id], m, strings.Join(w.last(12), "; "))
		}
	}
	each := func(one protocol.Participant) {
		for _, pub := range one.Publications {
			see(one.ID, pub.Source)
		}
	}
	switch m := m.(type) {
	case protocol.Joined:
		for _, one := range m.Participants {
			each(one)
		}
	case protocol.ParticipantJoined:
		each(m.Participant)
	case protocol.PublicationChanged:
		see(m.Participant, m.Publication.Source)
	case protocol.Slots:
		for _, s := range m.Slots {
			see(s.Participant, s.Source)
		}
	}
}

func (w *hiddenWorld) last(n int) []string { return w.history[max(0, len(w.history)-n):] }

// rule makes a value of a setting.
var randomSettings = map[string][]string{
	"policy.see.participants":  {"all", "presenters", "moderators", "nobody"},
	"policy.see.cameras_of":    {"all", "presenters", "moderators"},
	"policy.screen.visible_to": {"all", "presenters", "moderators"},
	"policy.speak":             {"allow", "ask", "moderators", "presenters"},
	"policy.video":             {"allow", "ask", "moderators"},
	"policy.chat.private":      {"allow", "moderators", "nobody"},
	"policy.chat.public":       {"allow", "presenters"},
	"policy.hand":              {"allow", "presenters"},
	"talk_mode":                {"open", "floor"},
	"join.guests":              {"accept", "ask"},
}

func pick[T any](w *hiddenWorld, from []T) T { return from[w.dice.IntN(len(from))] }

// arrive lets one more in.
func (w *hiddenWorld) arrive() {
	n := len(w.people)
	p := &hidden{out: &witness{world: w, name: fmt.Sprint("p", n), told: map[string]bool{}}}
	e := entrance("room", p.out.name, func(e *Entrance) {
		e.Re, e.Out, e.Join.Device = 1, p.out, fmt.Sprintf("device-of-number-%d", n)
		if n == 0 {
			e.Account.Subject = "host"
		} else {
			e.Role = pick(w, []policy.Role{policy.RoleNone, policy.RoleViewer, policy.RoleParticipant, policy.RolePresenter, policy.RoleModerator})
		}
	})
	one, err := w.Join(w.Context(), e)
	if err != nil {
		w.note("%s is refused: %v", p.out.name, err)
		return
	}
	p.client, p.in = &client{Participant: one, t: w.T, w: w.world, out: &p.out.fakeOutbox}, true
	w.people = append(w.people, p)
	if w.home == nil {
		p.inside(func() { w.home = one.room })
	}
	p.hello()
	w.note("%s arrives", p.out.name)
}

// hello negotiates, if it does not wait.
func (p *hidden) hello() {
	stage := gone
	p.inside(func() { stage = p.stage })
	if stage == here {
		p.connect(2, 3, protocol.Sources...)
	}
}

func (w *hiddenWorld) note(format string, args ...any) {
	w.history = append(w.history, fmt.Sprintf(format, args...))
}

// act lets somebody do something.
func (w *hiddenWorld) act() {
	p, o := pick(w, w.people), pick(w, w.people)
	if !p.in {
		return
	}
	source, on := pick(w, protocol.Sources), w.dice.IntN(2) == 0
	video := pick(w, []protocol.Source{protocol.Camera, protocol.Screen})
	var settings []protocol.SettingChange
	for key, values := range randomSettings {
		if w.dice.IntN(3) == 0 {
			settings = append(settings, protocol.SettingChange{Key: key, Value: pick(w, values)})
		}
	}
	m := pick(w, []protocol.ClientMessage{
		protocol.Publish{Source: source, Muted: on}, protocol.Publish{Source: source}, protocol.Mute{Source: source, Muted: on}, protocol.Unpublish{Source: source},
		protocol.Raise{Raised: on}, protocol.Raise{Raised: true}, protocol.TakeFloor{Wanted: true}, protocol.TakeFloor{}, protocol.Rename{Name: p.out.name + "x"},
		protocol.Say{Text: "to all"}, protocol.Say{Text: "to one", To: o.ID()}, protocol.Ask{Right: protocol.RightSpeak, Wanted: on},
		protocol.View{Tiles: []protocol.Tile{o.tile(video, 640, 360), pick(w, w.people).tile(video, 320, 180)}},
		protocol.Spotlight{Participant: o.ID(), Source: video}, protocol.Spotlight{}, protocol.GiveFloor{Participant: o.ID()}, protocol.LowerHands{Participant: o.ID()},
		protocol.SetRole{Participant: o.ID(), Role: pick(w, protocol.Roles)}, protocol.Silence{Source: source}, protocol.SendBack{Participant: o.ID()},
		protocol.Grant{Participant: o.ID(), Right: pick(w, protocol.RightsList), State: pick(w, []protocol.GrantState{protocol.Allowed, protocol.Denied, protocol.ByRule})},
		protocol.Grant{Participant: o.ID(), Right: protocol.RightSeeParticipants, State: pick(w, []protocol.GrantState{protocol.Allowed, protocol.Denied})},
		protocol.Admit{}, protocol.OrderHands{Participants: []string{o.ID()}}, protocol.Lock{Locked: on}, protocol.LobbySay{Text: "hm", Participant: ""},
	})
	if p.out.name == "p0" && w.dice.IntN(3) == 0 && len(settings) > 0 {
		m = protocol.Configure{Settings: settings}
	}
	err := p.do(w.Context(), m)
	w.note("%s: %s %+v: %v", p.out.name, protocol.TypeOf(m), m, err)
	if _, admitted := m.(protocol.Admit); admitted && err == nil {
		for _, one := range w.people {
			if one.in {
				one.hello()
			}
		}
	}
}

// speakUp lets everybody who may be heard make a sound, and time pass.
func (w *hiddenWorld) speakUp() {
	for _, p := range w.people {
		if p.in && w.dice.IntN(2) == 0 {
			if peer := p.peer(); peer != nil {
				p.speak(protocol.Microphone, uint8(w.dice.IntN(60)))
			}
		}
	}
	pass(time.Duration(w.dice.IntN(400)) * time.Millisecond)
}

// comeOrGo lets somebody leave, lose its session, or arrive.
func (w *hiddenWorld) comeOrGo() {
	p := pick(w, w.people)
	switch {
	case w.dice.IntN(2) == 0 && len(w.people) < 14:
		w.arrive()
	case !p.in || p.out.name == "p0":
	case w.dice.IntN(2) == 0:
		p.in = false
		p.Leave(protocol.LeftByChoice)
		w.note("%s leaves", p.out.name)
	default:
		p.Lost(p.out)
		w.note("%s is lost", p.out.name)
		pass(time.Second)
		w.resuming = true
		_, err := w.Join(w.Context(), Entrance{Join: protocol.Join{Room: "room", Resume: &protocol.Resume{Participant: p.ID(), Token: p.token}}, Re: 3, Out: p.out})
		w.resuming = false
		w.note("%s resumes: %v", p.out.name, err)
	}
}

// TestNobodyIsToldOfWhomTheRulesHide lets random things happen under random rules, which change.
func TestNobodyIsToldOfWhomTheRulesHide(t *testing.T) {
	seeds := 60
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		inWorld(t, Limits{}, func(base *world) {
			w := &hiddenWorld{world: base, dice: rand.New(rand.NewPCG(uint64(seed), 1)), ids: map[string]string{}}
			var lines []string
			lines = append(lines, "owners: [host]", fmt.Sprintf("policy: {see: {participants: %s, cameras_of: %s}, screen: {visible_to: %s}}",
				pick(w, randomSettings["policy.see.participants"]), pick(w, randomSettings["policy.see.cameras_of"]), pick(w, randomSettings["policy.screen.visible_to"])))
			w.ruled(lines...)
			for range 5 {
				w.arrive()
			}
			for range 300 {
				switch w.dice.IntN(12) {
				case 0:
					w.speakUp()
				case 1:
					w.comeOrGo()
				default:
					w.act()
				}
				if t.Failed() {
					t.Logf("with seed %d", seed)
					return
				}
			}
		})
		if t.Failed() {
			return
		}
	}
}
