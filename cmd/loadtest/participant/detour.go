package participant

import (
	"net/netip"
	"strconv"
	"strings"
)

// detour makes an answer's UDP candidates (RFC 8839 5.1) lead to another address, that of a simulated network in front of
// the server; the others are left out. An address that is not valid changes nothing.
func detour(answer string, via netip.AddrPort) string {
	if !via.IsValid() {
		return answer
	}
	lines := strings.SplitAfter(answer, "\n")
	kept := lines[:0]
	for _, line := range lines {
		if !strings.HasPrefix(line, "a=candidate:") {
			kept = append(kept, line)
			continue
		}
		fields := strings.Split(line, " ") // foundation component transport priority address port ...
		if len(fields) < 8 || !strings.EqualFold(fields[2], "udp") {
			continue
		}
		fields[4], fields[5] = via.Addr().String(), strconv.Itoa(int(via.Port()))
		kept = append(kept, strings.Join(fields, " "))
	}
	return strings.Join(kept, "")
}
