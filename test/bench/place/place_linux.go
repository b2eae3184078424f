package place

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	serverCore = 0
	clientCore = 1

	priority = -15

	pinned        = "pinned"             // the first argument of this program when it shall become another on one core
	pinnedAlready = "SALON_BENCH_PINNED" // set for this program's second life
)

var (
	clientSide = netip.MustParseAddr("10.213.77.1")
	serverSide = netip.MustParseAddr("10.213.77.2")
)

// Place is where servers and clients run.
type Place struct {
	Server, Client netip.Addr // where they listen
	Notes          []string   // what is not as it should be

	session   string // priority of the session before; "": was not changed
	namespace string // "": none
	link      string
	program   string // this one
}

// New makes the namespace, or says in Notes why there is none.
func New() (*Place, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &Place{program: program}
	if runtime.NumCPU() > 1 || os.Getenv(pinnedAlready) == "" {
		p.note("server and clients are not on cores of their own: this machine has only one, or it does not let us choose")
	}
	p.raise()
	if err = p.separate(); err == nil {
		return p, nil
	}
	p.note("no network namespace (%v): servers and clients share the machine's own address", err)
	if p.Server, err = ownAddress(); err != nil {
		return nil, err
	}
	p.Client = p.Server
	return p, nil
}

func (p *Place) note(format string, values ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, values...))
}

// sessionFile holds the priority of this session against others (sched(7), autogroups), where there is such a thing.
const sessionFile = "/proc/self/autogroup"

// raise puts this session before others, where sessions share a machine: there, a process' priority counts only within
// its own.
func (p *Place) raise() {
	text, err := os.ReadFile(sessionFile)
	if err != nil {
		return
	}
	before, err := sessionPriority(string(text))
	if err == nil && os.WriteFile(sessionFile, []byte(strconv.Itoa(priority)), 0o644) == nil {
		p.session = before
	}
}

// sessionPriority reads the text of sessionFile, such as "/autogroup-31 nice 0".
func sessionPriority(text string) (string, error) {
	fields := strings.Fields(text)
	if len(fields) != 3 || fields[1] != "nice" {
		return "", fmt.Errorf("%q does not say a session's priority", text)
	}
	return fields[2], nil
}

// separate makes the namespace and the interfaces.
func (p *Place) separate() error {
	if os.Geteuid() != 0 {
		return errors.New("that needs root")
	}
	id := strconv.Itoa(os.Getpid())
	namespace, near, far := "salon-bench-"+id, "sb"+id+"a", "sb"+id+"b"
	if err := ip("netns", "add", namespace); err != nil {
		return err
	}
	p.namespace, p.link = namespace, near
	for _, command := range [][]string{
		{"link", "add", near, "type", "veth", "peer", "name", far, "netns", namespace},
		{"address", "add", clientSide.String() + "/30", "dev", near},
		{"link", "set", near, "up"},
		{"-n", namespace, "address", "add", serverSide.String() + "/30", "dev", far},
		{"-n", namespace, "link", "set", far, "up"},
		{"-n", namespace, "link", "set", "lo", "up"},
	} {
		if err := ip(command...); err != nil {
			p.leave()
			return err
		}
	}
	p.Server, p.Client = serverSide, clientSide
	return nil
}

// Close removes the namespace and gives the session its priority back.
func (p *Place) Close() {
	if p.session != "" {
		_ = os.WriteFile(sessionFile, []byte(p.session), 0o644)
	}
	p.leave()
}

// leave removes the namespace.
func (p *Place) leave() {
	if p.namespace == "" {
		return
	}
	_ = ip("link", "delete", p.link) // its other end goes with it; the namespace may live on while a process ends
	_ = ip("netns", "delete", p.namespace)
	p.namespace = ""
}

func ip(arguments ...string) error {
	text, err := exec.Command("ip", arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w %s", strings.Join(arguments, " "), err, strings.TrimSpace(string(text)))
	}
	return nil
}

// Command returns a command that will run where servers run. It ends when this program does.
func (p *Place) Command(ctx context.Context, name string, arguments ...string) *exec.Cmd {
	all := append([]string{p.program, pinned, strconv.Itoa(serverCore), name}, arguments...)
	if p.namespace != "" {
		all = append([]string{"ip", "netns", "exec", p.namespace}, all...)
	}
	c := exec.CommandContext(ctx, all[0], all[1:]...)
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}

// Program is this program.
func (p *Place) Program() string { return p.program }

// Become handles what this program was started for besides measuring: when the arguments say so it becomes another
// program on one core. Otherwise it moves itself to the clients' core, for which it starts again once. It returns when
// there is nothing to do.
func Become(arguments []string) error {
	if len(arguments) > 2 && arguments[0] == pinned {
		core, err := strconv.Atoi(arguments[1])
		if err != nil {
			return fmt.Errorf("%q is not a core", arguments[1])
		}
		path, err := exec.LookPath(arguments[2])
		if err != nil {
			return err
		}
		_ = pin(core) // without it the note says so
		return syscall.Exec(path, arguments[2:], os.Environ())
	}
	if os.Getenv(pinnedAlready) != "" || runtime.NumCPU() <= clientCore || pin(clientCore) != nil {
		return nil
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(program, os.Args, append(os.Environ(), pinnedAlready+"=1"))
}

// pin binds this thread, and what it becomes, to a core, before whatever else wants it.
func pin(core int) error {
	runtime.LockOSThread()
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, priority) // only root may; without it a busy machine shows more
	var set unix.CPUSet
	set.Set(core)
	return unix.SchedSetaffinity(0, &set)
}

// ownAddress returns an IPv4 address of this machine; Pion's servers like one that is not the loopback interface's.
func ownAddress() (netip.Addr, error) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return netip.Addr{}, fmt.Errorf("list the machine's addresses: %w", err)
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return netip.AddrFrom4([4]byte(n.IP.To4())), nil
		}
	}
	return netip.MustParseAddr("127.0.0.1"), nil
}
