package forward

// Group gathers packets that arrived together, until Forward. Each receiver then gets all of them in turn: what is
// remembered of a receiver is fetched from memory once, and its packets lie beside each other in the transport's burst.
// It holds packets of one publication at a time. One goroutine uses it, the one that calls [Encoding.Receive].
type Group struct {
	publication *Publication
	packets     []packet
}

// maxGroup bounds what is gathered; the next packet forwards those before it.
const maxGroup = 32

// NewGroup returns an empty Group.
func NewGroup() *Group { return &Group{packets: make([]packet, 0, maxGroup)} }

// add takes a packet.
func (g *Group) add(to *Publication, p *packet) {
	if g.publication != to || len(g.packets) == maxGroup {
		g.Forward()
	}
	g.publication = to
	g.packets = append(g.packets, *p)
}

// Forward forwards what was gathered. The memory of the packets is not needed afterwards.
func (g *Group) Forward() {
	if len(g.packets) == 0 {
		return
	}
	packets := g.packets
	g.packets = g.packets[:0] // also when one of them makes the code panic
	g.publication.forward(packets)
}
