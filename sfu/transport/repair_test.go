package transport

import (
	"testing"
	"time"

	"salon/sfu/congestion"
)

// What is held for copies is what was saved up, and the last request may overdraw it.
func TestRepairBudget(t *testing.T) {
	const rate = 1000
	var b bucket
	now := time.Unix(1000, 0)
	if !b.open(rate, now) || !b.holds(copiesReserve*rate) {
		t.Fatal("nothing was repaired yet, and there is nothing left")
	}
	b.spend(600)
	if !b.open(rate, now) || b.holds(copiesReserve*rate) {
		t.Error("40 % of a second is left: repairs, but no copies")
	}
	b.spend(600)
	if b.open(rate, now) {
		t.Error("overdrawn, and open")
	}
	if !b.open(rate, now.Add(time.Second)) || !b.holds(copiesReserve*rate) {
		t.Error("a second later there is room for copies")
	}
}

// Loss that may be a congestion's brings no copies and takes nothing from the estimate.
func TestOnlyThePathsOwnLossCounts(t *testing.T) {
	if path := pathOf(congestion.Estimate{Loss: 0.3}); path.Media() != 1 || path.Share() > 0.25 {
		t.Errorf("%+v after loss whose cause is unknown", path)
	}
	if path := pathOf(congestion.Estimate{Loss: 0.3, Own: 0.3}); path.Media() > 0.6 || path.Share() < 0.45 {
		t.Errorf("%+v on a path that loses 30 %%", path)
	}
}
