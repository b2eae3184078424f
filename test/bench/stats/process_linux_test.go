package stats

import (
	"os"
	"testing"
)

func TestResidentOf(t *testing.T) {
	for _, c := range []struct {
		status string
		want   float64
		ok     bool
	}{
		{"Name:\tsalon\nVmHWM:\t  30000 kB\nVmRSS:\t   20188 kB\nThreads:\t7\n", 20188, true},
		{"VmRSS:\t0 kB\n", 0, true},
		{"Name:\tsalon\nState:\tZ (zombie)\n", 0, false},
		{"VmRSS:\t20188\n", 0, false},
		{"VmRSS:\tmuch kB\n", 0, false},
	} {
		if got, err := residentOf(c.status); got != c.want || (err == nil) != c.ok {
			t.Errorf("%q: %v, %v", c.status, got, err)
		}
	}
}

func TestOwnProcess(t *testing.T) {
	if kib, err := Resident(os.Getpid()); err != nil || kib < 1000 {
		t.Errorf("resident %v KiB: %v", kib, err)
	}
	before, err := CPUTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for i := range 20_000_000 {
		sum += i
	}
	if after, err := CPUTime(os.Getpid()); err != nil || after <= before || sum == 0 {
		t.Errorf("CPU time %v after %v: %v", after, before, err)
	}
}
