package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
)

// readyAddresses say where a running server is. The JSON form is the ready file.
type readyAddresses struct {
	HTTP      string   `json:"http"`              // URL of the web client, as reached from this machine
	Metrics   string   `json:"metrics,omitempty"` // URL of the second listener
	UDPPort   int      `json:"udp_port"`
	TCPPort   int      `json:"tcp_port"` // 0: off
	Addresses []string `json:"addresses"`
}

func (s *server) addresses() readyAddresses {
	a := readyAddresses{UDPPort: s.engine.UDPPort(), TCPPort: s.engine.TCPPort(), Addresses: []string{}}
	for _, l := range s.listening {
		scheme := "http"
		if l.encrypted {
			scheme = "https"
		}
		switch url := scheme + "://" + reachable(l.Addr()); l.name {
		case "web pages":
			a.HTTP = url
		case "metrics":
			a.Metrics = url
		}
	}
	for _, ip := range s.engine.Addresses() {
		a.Addresses = append(a.Addresses, ip.String())
	}
	return a
}

// reachable is host:port for this machine: a listener on all addresses is reached as localhost.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip, err := netip.ParseAddr(host); err == nil && (ip.IsUnspecified() || ip.IsLoopback() && ip.Is4() && strings.HasPrefix(host, "127.0.0.1")) {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// write makes the file appear whole: whoever waits for it may read it at once.
func (a readyAddresses) write(path string) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".ready-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // gone already when all went well
	_, err = fmt.Fprintf(temporary, "%s\n", text)
	if e := temporary.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}
