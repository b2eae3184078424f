package link

import (
	"container/heap"
	"time"
)

// Packet is one that departs.
type Packet struct {
	Data    []byte
	Arrived time.Duration
	Departs time.Duration
	Copy    bool // the second one of a duplicated packet
	order   uint64
}

// air holds the packets that are delayed, the next to depart first; equal moments in order of launch.
type air struct {
	packets  packetHeap
	launched uint64
}

func (a *air) push(p Packet) {
	a.launched++
	p.order = a.launched
	heap.Push(&a.packets, p)
}

func (a *air) pop() Packet { return heap.Pop(&a.packets).(Packet) }

func (a *air) next() (time.Duration, bool) {
	if len(a.packets) == 0 {
		return 0, false
	}
	return a.packets[0].Departs, true
}

type packetHeap []Packet

func (h packetHeap) Len() int      { return len(h) }
func (h packetHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h packetHeap) Less(i, j int) bool {
	return h[i].Departs < h[j].Departs || h[i].Departs == h[j].Departs && h[i].order < h[j].order
}
func (h *packetHeap) Push(p any) { *h = append(*h, p.(Packet)) }
func (h *packetHeap) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	(*h)[last] = Packet{} // else its data would live on
	*h = (*h)[:last]
	return p
}
