package link

import "math/rand/v2"

// dice are one seeded die per impairment: the n-th packet rolls the same, whatever the settings are.
type dice struct {
	loss, enter, burst, jitter, reorder, duplicate *rand.Rand
}

// roll is what one packet rolled, each 0 <= x < 1. A chance p comes true when its roll is below p.
type roll struct {
	loss, enter, burst, jitter, reorder, duplicate float64
}

func newDice(seed uint64) dice {
	die := func(n uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, n)) }
	return dice{loss: die(1), enter: die(2), burst: die(3), jitter: die(4), reorder: die(5), duplicate: die(6)}
}

func (d dice) roll() roll {
	return roll{
		loss: d.loss.Float64(), enter: d.enter.Float64(), burst: d.burst.Float64(),
		jitter: d.jitter.Float64(), reorder: d.reorder.Float64(), duplicate: d.duplicate.Float64(),
	}
}
