package floor

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"time"

	"salon/test/bench/sockets"
	"salon/test/bench/stats"
)

const (
	payloadBytes = 1100
	headerBytes  = 12 // of RTP, in clear
	packetBytes  = headerBytes + payloadBytes + 16
	payloadType  = 100 // of no codec: receivers do not take it for media
	callPackets  = 50  // of one sendmmsg: one for each of 50 receivers
	longestRun   = 16
	sliceTime    = 40 * time.Millisecond // of one way before the next has its turn
)

// way is one way to get packets out.
type way struct {
	name  string
	seal  bool
	send  bool
	run   int  // packets of one message
	alone bool // one system call for each message
}

var ways = []way{
	{name: "seal", seal: true, run: 1},
	{name: "send one each", send: true, run: 1, alone: true},
	{name: "sendmmsg of 50", send: true, run: 1},
	{name: "GSO of 4", send: true, run: 4},
	{name: "GSO of 16", send: true, run: 16},
	{name: "seal + one each", seal: true, send: true, run: 1, alone: true},
	{name: "seal + sendmmsg of 50", seal: true, send: true, run: 1},
	{name: SealAndSend, seal: true, send: true, run: 4},
	{name: "seal + GSO of 16", seal: true, send: true, run: 16},
}

// SealAndSend is the way with which a server of video frames of four packets is compared.
const SealAndSend = "seal + GSO of 4"

// Names returns the ways in order.
func Names() []string {
	names := make([]string, len(ways))
	for i, w := range ways {
		names[i] = w.name
	}
	return names
}

// Measure returns the CPU time of one packet in nanoseconds, by way. It takes about the duration, and all ways have
// many turns in it.
func Measure(from netip.Addr, to []netip.AddrPort, duration time.Duration) (map[string]float64, error) {
	p, err := newProgram(from, to)
	if err != nil {
		return nil, err
	}
	defer p.socket.Close()
	spent, packets := make([]time.Duration, len(ways)), make([]int, len(ways))
	for end := time.Now().Add(duration); time.Now().Before(end); {
		for i, w := range ways {
			before, err := stats.CPUTime(os.Getpid())
			if err != nil {
				return nil, err
			}
			for slice := time.Now().Add(sliceTime); time.Now().Before(slice); {
				n, err := p.round(w)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", w.name, err)
				}
				packets[i] += n
			}
			after, err := stats.CPUTime(os.Getpid())
			if err != nil {
				return nil, err
			}
			spent[i] += after - before
		}
	}
	result := map[string]float64{}
	for i, w := range ways {
		result[w.name] = float64(spent[i]) / float64(packets[i])
	}
	return result, nil
}

// program is the state of the floor program.
type program struct {
	socket   *sockets.Socket
	writer   *sockets.Writer
	to       []sockets.Address
	aead     cipher.AEAD
	nonce    [12]byte
	number   uint64
	plain    []byte // shared by all, as a published packet is
	slots    [callPackets][longestRun * packetBytes]byte
	messages [callPackets]sockets.Message
}

func newProgram(from netip.Addr, to []netip.AddrPort) (*program, error) {
	key := make([]byte, 16)
	_, _ = rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	p := &program{writer: sockets.NewWriter(), plain: make([]byte, payloadBytes)}
	if p.aead, err = cipher.NewGCM(block); err != nil {
		return nil, err
	}
	_, _ = rand.Read(p.plain)
	for _, a := range to {
		p.to = append(p.to, sockets.NewAddress(a))
	}
	for i := range p.slots {
		for n := range longestRun {
			p.slots[i][n*packetBytes], p.slots[i][n*packetBytes+1] = 0x80, payloadType
		}
	}
	if p.socket, err = sockets.Open(from); err != nil {
		return nil, err
	}
	return p, nil
}

// round sends, or seals, one message for each of callPackets receivers. It returns how many packets that were.
func (p *program) round(w way) (packets int, err error) {
	size := packetBytes
	for i := range p.slots {
		if w.seal {
			for n := range w.run {
				p.seal(p.slots[i][n*size : (n+1)*size])
			}
		}
		p.messages[i] = sockets.Message{To: &p.to[i%len(p.to)], Data: p.slots[i][:w.run*size]}
		if w.run > 1 {
			p.messages[i].Segment = size
		}
		if w.send && w.alone {
			if err := p.socket.SendOne(p.messages[i].To, p.messages[i].Data); err != nil {
				return 0, err
			}
		}
	}
	if w.send && !w.alone {
		_, err = p.writer.Send(p.socket, p.messages[:])
	}
	return len(p.slots) * w.run, err
}

func (p *program) seal(slot []byte) {
	p.number++
	binary.BigEndian.PutUint64(p.nonce[4:], p.number)
	p.aead.Seal(slot[headerBytes:headerBytes], p.nonce[:], p.plain, slot[:headerBytes])
}
