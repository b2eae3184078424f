package main

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Bounds of an HTTP connection. A WebSocket has deadlines of its own once it is upgraded.
const (
	headerTimeout = 5 * time.Second  // for the request's headers: half-open connections go
	readTimeout   = 20 * time.Second // for the whole request
	writeTimeout  = 60 * time.Second // for the whole answer: the client is below 1 MiB, also over a slow line
	idleTimeout   = 2 * time.Minute  // between requests
	maxHeader     = 16 << 10         // bytes of request headers
	closeTimeout  = 2 * time.Second  // for answers that are under way when the server stops
)

// listener is one open port and what it serves.
type listener struct {
	net.Listener
	name      string
	encrypted bool // http.TLSConfig does not tell: net/http fills it when it serves
	http      *http.Server
}

// listen opens a port; start serves on it.
func (s *server) listen(name, key, address string, handler http.Handler, encryption *tls.Config) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return refusePort(name, key, err)
	}
	s.listening = append(s.listening, &listener{Listener: l, name: name, encrypted: encryption != nil, http: &http.Server{
		Handler: handler, TLSConfig: encryption, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		// Broken handshakes and half requests are what the internet is made of: not worth a line at the usual level.
		ErrorLog: slog.NewLogLogger(s.log.With("part", "http").Handler(), slog.LevelDebug),
	}})
	return nil
}

func (l *listener) serve() error {
	if l.encrypted {
		return l.http.ServeTLS(l.Listener, "", "")
	}
	return l.http.Serve(l.Listener)
}

// close lets answers that are under way end, for a moment.
func (l *listener) close() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if l.http.Shutdown(ctx) != nil {
		_ = l.http.Close()
	}
}
