package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"time"

	"salon/cmd/linksim/link"
)

// control is the HTTP door through which tests look at a relay and change it.
type control struct {
	server   http.Server
	listener net.Listener
	done     chan struct{} // closed when the server has ended
}

func startControl(at netip.AddrPort, r *relay) (*control, error) {
	listener, err := net.Listen("tcp", at.String())
	if err != nil {
		return nil, fmt.Errorf("listen for control: %w", err)
	}
	c := &control{listener: listener, done: make(chan struct{})}
	c.server = http.Server{Handler: controlHandler(r), ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	go func() {
		defer close(c.done)
		_ = c.server.Serve(listener)
	}()
	return c, nil
}

func (c *control) url() string { return "http://" + c.listener.Addr().String() }

func (c *control) close() {
	_ = c.server.Close()
	<-c.done
}

// controlHandler answers GET /stats, POST /settings and POST /script; each answer is the stats afterwards.
func controlHandler(r *relay) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) { answer(w, r) })
	mux.HandleFunc("POST /settings", func(w http.ResponseWriter, request *http.Request) {
		change, err := read(w, request, link.ParseChange)
		if err == nil {
			err = r.apply(change)
		}
		if err != nil {
			refuse(w, err)
			return
		}
		answer(w, r)
	})
	mux.HandleFunc("POST /script", func(w http.ResponseWriter, request *http.Request) {
		script, err := read(w, request, link.ParseScript)
		if err != nil {
			refuse(w, err)
			return
		}
		r.play(script)
		answer(w, r)
	})
	return local(mux)
}

// local refuses what a web page of others could send: another host name (DNS rebinding) and any Origin.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		host, _, err := net.SplitHostPort(request.Host)
		if err != nil {
			host = request.Host
		}
		ip, err := netip.ParseAddr(host)
		if host != "localhost" && (err != nil || !ip.IsLoopback()) || request.Header.Get("Origin") != "" {
			http.Error(w, "only programs on this machine may use this, by a loopback address", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, request)
	})
}

func read[T any](w http.ResponseWriter, request *http.Request, parse func([]byte) (T, error)) (none T, err error) {
	if kind, _, err := mime.ParseMediaType(request.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return none, errors.New("send the body as application/json")
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxScriptFile))
	if err != nil {
		return none, err
	}
	return parse(text)
}

func answer(w http.ResponseWriter, r *relay) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(r.stats())
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	if errors.Is(err, errNoClient) {
		status = http.StatusNotFound
	}
	http.Error(w, err.Error(), status)
}
