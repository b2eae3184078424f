package stats

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// CPUTime returns what a process has used, user and system time of all its threads, those that ended included. It is
// read from the process' own clock (clock_getcpuclockid(3)), which counts nanoseconds; /proc/PID/stat counts hundredths
// of a second.
func CPUTime(pid int) (time.Duration, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(cpuClock(pid), &t); err != nil {
		return 0, fmt.Errorf("read the CPU time of process %d: %w (has it ended?)", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// cpuClock is the number of a process' clock: the complement of the pid in the upper bits, and CPUCLOCK_SCHED.
func cpuClock(pid int) int32 { return ^int32(pid)<<3 | 2 }

// Resident returns how many KiB of a process are in memory.
func Resident(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	return residentOf(string(text))
}

// residentOf reads VmRSS from the text of /proc/PID/status (proc_pid_status(5)).
func residentOf(status string) (float64, error) {
	for line := range strings.Lines(status) {
		value, ok := strings.CutPrefix(line, "VmRSS:")
		if !ok {
			continue
		}
		fields := strings.Fields(value)
		if len(fields) != 2 || fields[1] != "kB" {
			return 0, fmt.Errorf("%q is not an amount of memory in kB", strings.TrimSpace(line))
		}
		return strconv.ParseFloat(fields[0], 64)
	}
	return 0, fmt.Errorf("the status has no line VmRSS: has the process ended?")
}
