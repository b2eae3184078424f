package history

// MaxPacket is the largest packet, in bytes, that a Ring keeps: what fits an Ethernet frame.
const MaxPacket = 1500

const (
	// chunkPackets slots share one allocation, made when the first of them is used: a Ring that was never written
	// costs some words, and a full one a few large objects.
	chunkPackets = 16
	// smallSlot bytes are enough for nearly all audio, mediumSlot for the packets of a small picture. A chunk starts with
	// slots of the size that its first packet needs and grows when a larger one comes: an audio ring of 128 packets takes
	// 32 KiB instead of 188.
	smallSlot  = 256
	mediumSlot = 768
)

// Ring keeps the newest packets of one encoding under their extended sequence numbers. It is bounded: a packet
// overwrites the one that is as many numbers older as the Ring has slots. Not safe for concurrent use; the encoding's
// lock guards it. After a slot was first used for its size, Put and Get allocate nothing.
type Ring struct {
	chunks []*chunk
	mask   uint64
	next   uint64 // one above the newest sequence number; 0: nothing stored
}

type chunk struct {
	data   []byte // chunkPackets slots of the same size
	keys   [chunkPackets]uint64
	length [chunkPackets]uint16
}

// NewRing returns an empty Ring for this many packets, rounded up to a power of two, at least 16.
func NewRing(packets int) *Ring {
	size := chunkPackets
	for size < packets {
		size *= 2
	}
	return &Ring{chunks: make([]*chunk, size/chunkPackets), mask: uint64(size - 1)}
}

// Put stores a copy of packet under its extended sequence number and returns the copy, which is valid until it is
// overwritten. It returns nil, and stores nothing, when the packet is larger than MaxPacket or older than the Ring
// reaches. A number that is stored already is replaced. The number 1<<64 - 1 cannot be stored.
func (r *Ring) Put(sequence uint64, packet []byte) []byte {
	if len(packet) > MaxPacket || r.old(sequence) || sequence+1 == 0 {
		return nil
	}
	r.next = max(r.next, sequence+1)
	index := sequence & r.mask
	c := r.chunks[index/chunkPackets]
	if c == nil {
		c = &chunk{data: make([]byte, chunkPackets*slotSize(len(packet)))}
		r.chunks[index/chunkPackets] = c
	} else if len(packet) > len(c.data)/chunkPackets {
		c.grow(slotSize(len(packet)))
	}
	slot := index % chunkPackets
	c.keys[slot] = sequence + 1
	c.length[slot] = uint16(len(packet))
	stored := c.slot(slot)
	copy(stored, packet)
	return stored
}

// Get returns the packet that was stored under the extended sequence number, valid until it is overwritten, or nil
// when it was never stored or is older than the Ring reaches.
func (r *Ring) Get(sequence uint64) []byte {
	if r.old(sequence) {
		return nil
	}
	index := sequence & r.mask
	c := r.chunks[index/chunkPackets]
	slot := index % chunkPackets
	if c == nil || c.keys[slot] != sequence+1 || c.keys[slot] == 0 {
		return nil
	}
	return c.slot(slot)
}

// Reset forgets all packets and keeps the memory: what comes next belongs to another RTP stream, whose numbers may be
// lower.
func (r *Ring) Reset() {
	r.next = 0
	for _, c := range r.chunks {
		if c != nil {
			c.keys = [chunkPackets]uint64{}
		}
	}
}

// Release forgets all packets and gives their memory back: nothing may come for long.
func (r *Ring) Release() {
	r.next = 0
	clear(r.chunks)
}

// old says whether the newest packet is ahead by the whole Ring or more.
func (r *Ring) old(sequence uint64) bool {
	return sequence < r.next && r.next-sequence > r.mask+1
}

func slotSize(packet int) int {
	switch {
	case packet <= smallSlot:
		return smallSlot
	case packet <= mediumSlot:
		return mediumSlot
	}
	return MaxPacket
}

// slot returns the packet in a slot; its capacity ends with it, so that an append cannot reach the next one.
func (c *chunk) slot(slot uint64) []byte {
	start := int(slot) * (len(c.data) / chunkPackets)
	end := start + int(c.length[slot])
	return c.data[start:end:end]
}

// grow gives every slot a larger size. Copies that were returned before stay readable in the old memory.
func (c *chunk) grow(size int) {
	larger := chunk{data: make([]byte, chunkPackets*size), keys: c.keys, length: c.length}
	for slot := range uint64(chunkPackets) {
		copy(larger.slot(slot), c.slot(slot))
	}
	*c = larger
}
