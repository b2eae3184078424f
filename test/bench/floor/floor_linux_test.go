package floor

import (
	"net/netip"
	"testing"
	"time"

	"salon/test/bench/sockets"
)

// Every way sends packets of the same size to all receivers, and sealing twice never gives the same packet.
func TestRounds(t *testing.T) {
	loopback := netip.MustParseAddr("127.0.0.1")
	sink, err := sockets.Open(loopback)
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	p, err := newProgram(loopback, []netip.AddrPort{sink.Local()})
	if err != nil {
		t.Fatal(err)
	}
	defer p.socket.Close()
	r := sockets.NewReader()
	for _, w := range ways {
		n, err := p.round(w)
		if err != nil || n != callPackets*w.run {
			t.Errorf("%s: %d packets, %v", w.name, n, err)
		}
		seen, arrived := map[string]bool{}, 0
		for got := r.Read(sink); got > 0; got = r.Read(sink) {
			for i := range got {
				if len(r.Packet(i)) != packetBytes {
					t.Fatalf("%s: a packet of %d bytes", w.name, len(r.Packet(i)))
				}
				seen[string(r.Packet(i))] = true
			}
			arrived += got
		}
		if w.send && arrived != n || !w.send && arrived != 0 {
			t.Errorf("%s: %d of %d packets arrived", w.name, arrived, n)
		}
		if w.seal && w.send && len(seen) != arrived {
			t.Errorf("%s: %d of %d packets differ", w.name, len(seen), arrived)
		}
	}
}

func TestMeasure(t *testing.T) {
	loopback := netip.MustParseAddr("127.0.0.1")
	sink, err := sockets.Open(loopback)
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	result, err := Measure(loopback, []netip.AddrPort{sink.Local()}, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		if result[name] <= 0 {
			t.Errorf("%s costs %v ns", name, result[name])
		}
	}
}
