package main

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"salon/configs"
)

// behindProxies lets trusted proxies say who the client is and which host it asked for. Everything behind it may take
// RemoteAddr and Host for the client's; the headers of anybody else are removed.
func behindProxies(trusted []configs.Network, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer := hostOf(r.RemoteAddr)
		if isTrusted(trusted, peer) {
			if client := clientAddress(trusted, r.Header.Values("X-Forwarded-For")); client.IsValid() {
				r.RemoteAddr = netip.AddrPortFrom(client, 0).String()
			}
			if host := r.Header.Get("X-Forwarded-Host"); host != "" {
				r.Host = host
			}
		}
		for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded"} {
			r.Header.Del(name)
		}
		next.ServeHTTP(w, r)
	})
}

// clientAddress is the last address that no trusted proxy has: what stands before it, a client may have written itself.
func clientAddress(trusted []configs.Network, headers []string) netip.Addr {
	var client netip.Addr
	hops := strings.Split(strings.Join(headers, ","), ",")
	for _, hop := range slices.Backward(hops) {
		a := hostOf(strings.TrimSpace(hop))
		if !a.IsValid() {
			break
		}
		client = a
		if !isTrusted(trusted, a) {
			break
		}
	}
	return client
}

func isTrusted(trusted []configs.Network, a netip.Addr) bool {
	return a.IsValid() && slices.ContainsFunc(trusted, func(n configs.Network) bool { return n.Contains(a) })
}

// hostOf reads "192.0.2.1", "192.0.2.1:80", "2001:db8::1" and "[2001:db8::1]:80".
func hostOf(text string) netip.Addr {
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}
