package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"salon/cmd/salon/internal/certificates"
	"salon/configs"
	"salon/rooms"
	"salon/rooms/files"
	"salon/rooms/policy"
	"salon/rooms/store"
	"salon/sfu/codec"
	"salon/sfu/transport"
	"salon/signaling"
	"salon/signaling/accounts"
	"salon/signaling/admin"
	"salon/signaling/protocol"
	"salon/signaling/webhooks"
	"salon/signaling/whip"
	"salon/web"
)

// retryAfter is when clients of a stopping server may come back: the next process is up about then.
const retryAfter = time.Second

// server is everything that runs. Its fields are set before it starts and never change.
type server struct {
	config  configs.Config
	site    policy.Site
	log     *slog.Logger
	version string

	engine       *transport.Engine
	store        *store.Store  // nil: nothing is kept
	files        *files.Folder // nil: there are no room files
	registry     *rooms.Registry
	signaling    *signaling.Server
	whip         *whip.Server
	accounts     *accounts.Server
	admin        *admin.Server
	webhooks     *webhooks.Sender
	certificates *certificates.Source // nil without TLS

	listening []*listener // the first is the public one
	draining  atomic.Bool
	running   sync.WaitGroup // what start began
}

// newServer opens every port, so that a port that is taken is known before anybody is told that the server is ready.
func newServer(c configs.Config, site policy.Site, log *slog.Logger) (*server, error) {
	s := &server{config: c, site: site, log: log, version: thisBuild().Version}
	if err := s.open(); err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

func (s *server) open() (err error) {
	if s.certificates, err = certificates.New(s.config.TLS, s.log); err != nil {
		return err
	}
	if err := s.connect(); err != nil {
		return err
	}
	public := behindProxies(s.config.HTTP.TrustedProxies, s.publicRoutes())
	if err := s.listen("web pages", "http.listen", s.config.HTTP.Listen, public, s.tlsConfig()); err != nil {
		return err
	}
	if s.config.Metrics.Listen != "" {
		if err := s.listen("metrics", "metrics.listen", s.config.Metrics.Listen, s.privateRoutes(), nil); err != nil {
			return err
		}
	}
	if s.config.TLS.RedirectListen == "" {
		return nil
	}
	_, port, _ := net.SplitHostPort(s.listening[0].Addr().String())
	return s.listen("redirects", "tls.redirect_listen", s.config.TLS.RedirectListen, certificates.Redirect(port), nil)
}

// connect makes the parts and hands each what it needs.
func (s *server) connect() (err error) {
	if s.engine, err = transport.NewEngine(mediaConfig(s.config.Media), s.log.With("part", "transport")); err != nil {
		return err
	}
	ice := iceServers(s.config.ICEServers)
	if err := s.openRooms(); err != nil {
		return err
	}
	tokens, err := tokenVerifier(s.config.Tokens)
	if err != nil {
		return err
	}
	s.webhooks = webhooks.NewSender(hooks(s.config.Webhooks), s.log.With("part", "webhooks"))
	s.registry = rooms.NewRegistry(rooms.Config{
		Site: s.site, Files: s.roomFiles(), Store: s.store, Tokens: tokens, Observer: s.webhooks,
		Limits: rooms.Limits{
			Rooms: s.config.Rooms.MaxRooms, Participants: s.config.Rooms.MaxParticipants, Chat: s.config.Rooms.ChatHistory,
			AudioSlots: s.config.Rooms.AudioSlots, ReconnectGrace: s.config.Rooms.ReconnectGrace,
			Cameras: s.config.Rooms.MaxCameras, ViewerBitrate: 1000 * s.config.Media.MaxViewerKbps,
		},
		Codecs:     codecs(s.config.Media.Codecs),
		NewPeer:    func(events transport.Events) (rooms.Peer, error) { return s.newPeer(events) },
		ICEServers: func() []protocol.ICEServer { return ice },
		Version:    s.version, Log: s.log.With("part", "rooms"),
	})
	s.accounts, err = accounts.NewServer(accounts.Config{
		Path: s.config.Accounts.File, OIDC: provider(s.config), Origins: origins(s.config), Secure: s.secure(), Store: s.store,
		Log: s.log.With("part", "accounts"),
	})
	if err != nil {
		return fmt.Errorf("accounts.file: %w", err)
	}
	s.signaling = signaling.NewServer(signaling.Config{
		Registry: s.registry, Origins: origins(s.config), Account: s.accounts.Account,
		Limits: signaling.Limits{Sessions: s.config.Signaling.MaxSessions, SessionsPerAddress: s.config.Signaling.MaxSessionsPerAddress},
		Log:    s.log.With("part", "signaling"),
	})
	s.whip = whip.NewServer(whip.Config{
		Registry: s.registry, Token: string(s.config.Signaling.WHIPToken), Origins: origins(s.config),
		Limits: whip.Limits{Sessions: s.config.Signaling.MaxSessions, SessionsPerAddress: s.config.Signaling.MaxSessionsPerAddress},
		Log:    s.log.With("part", "whip"),
	})
	s.admin = admin.NewServer(admin.Config{
		Registry: s.registry, Token: string(s.config.Admin.Token), Backup: s.backup(), Log: s.log.With("part", "admin"),
	})
	return nil
}

// newPeer keeps a nil Peer from becoming an interface that is not nil.
func (s *server) newPeer(events transport.Events) (rooms.Peer, error) {
	p, err := s.engine.NewPeer(events)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// publicRoutes is everything that anybody may ask for.
func (s *server) publicRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/ws", guarded(s.signaling))
	for pattern, handler := range s.whip.Routes() {
		mux.Handle(pattern, guarded(handler))
	}
	for pattern, handler := range s.accounts.Routes() {
		mux.Handle(pattern, guarded(handler))
	}
	mux.Handle(admin.Prefix+"/", guarded(s.admin))
	mux.Handle("/healthz", guarded(plain(func() (int, string) { return http.StatusOK, "ok" })))
	mux.Handle("/readyz", guarded(plain(s.readiness)))
	mux.Handle("/", web.Handler())
	return s.strictTransport(mux)
}

// readiness says whether a load balancer may send people here.
func (s *server) readiness() (int, string) {
	if s.draining.Load() {
		return http.StatusServiceUnavailable, "draining"
	}
	if s.store != nil && s.store.Err() != nil {
		return http.StatusServiceUnavailable, "what rooms keep cannot be written: look into the log"
	}
	return http.StatusOK, "ready"
}

// plain answers GET and HEAD with one line.
func plain(answer func() (int, string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		status, line := answer()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		fmt.Fprintln(w, line)
	})
}

// guarded puts the headers on answers that are not pages; package web puts them on pages itself.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		web.SetSecurityHeaders(w.Header())
		next.ServeHTTP(w, r)
	})
}

// strictTransport tells browsers to come back with HTTPS only (RFC 6797), where the certificate is one that they trust.
func (s *server) strictTransport(next http.Handler) http.Handler {
	if s.config.TLS.Mode != configs.TLSAuto && s.config.TLS.Mode != configs.TLSFiles {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=15552000") // 180 days
		next.ServeHTTP(w, r)
	})
}

// secure says whether browsers come by HTTPS.
func (s *server) secure() bool {
	return s.certificates != nil || strings.HasPrefix(s.config.HTTP.PublicURL, "https://")
}

func (s *server) tlsConfig() *tls.Config {
	if s.certificates == nil {
		return nil
	}
	return s.certificates.Config()
}

// abandon closes what newServer had opened.
func (s *server) abandon() {
	if s.registry != nil {
		s.registry.Close()
	}
	if s.webhooks != nil {
		s.webhooks.Close()
	}
	s.closeRooms()
	for _, l := range s.listening {
		_ = l.Close()
	}
	if s.engine != nil {
		_ = s.engine.Close()
	}
}

func mediaConfig(c configs.Media) transport.Config {
	t := transport.Config{
		UDPPort: c.UDPPort, TCPPort: c.TCPPort, BindAddresses: addresses(c.Bind), Interfaces: c.Interfaces,
		IPv6: c.IPv6, PublicIPs: addresses(c.PublicIP), IncludeLoopback: c.Loopback || !hasNetwork(),
	}
	for _, r := range c.AddressRewrites {
		t.AddressRewrites = append(t.AddressRewrites, transport.AddressRewrite{From: r.From.Addr, To: r.To.Addr})
	}
	return t
}

func addresses(list []configs.Address) []netip.Addr {
	var plain []netip.Addr
	for _, a := range list {
		plain = append(plain, a.Addr)
	}
	return plain
}

// hasNetwork says whether the machine has any address but its loopback ones: a laptop on a train has none, and a call
// between two windows of its browser should work all the same.
func hasNetwork() bool {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			return true
		}
	}
	return false
}

// provider is who is asked who somebody is.
func provider(c configs.Config) accounts.OIDC {
	o := c.Accounts.OIDC
	return accounts.OIDC{
		Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: string(o.ClientSecret), Scopes: o.Scopes, Name: o.Name, Prefix: o.Prefix,
		PublicURL: c.HTTP.PublicURL,
	}
}

func hooks(list []configs.Webhook) []webhooks.Hook {
	var all []webhooks.Hook
	for _, w := range list {
		h := webhooks.Hook{URL: w.URL, Secret: string(w.Secret), AllowPrivate: w.AllowPrivate}
		for _, e := range w.Events {
			h.Events = append(h.Events, rooms.EventKind(e))
		}
		all = append(all, h)
	}
	return all
}

func iceServers(list []configs.ICEServer) []protocol.ICEServer {
	servers := make([]protocol.ICEServer, 0, len(list))
	for _, s := range list {
		servers = append(servers, protocol.ICEServer{URLs: s.URLs, Username: s.Username, Credential: string(s.Credential)})
	}
	return servers
}

// origins are the pages that may connect besides those of the host that was asked for.
func origins(c configs.Config) []string {
	var all []string
	for _, o := range append([]string{c.HTTP.PublicURL}, c.Signaling.Origins...) {
		if o != "" {
			all = append(all, strings.TrimSuffix(o, "/"))
		}
	}
	return all
}

// codecs reads the names of a valid configuration.
func codecs(c configs.Codecs) map[protocol.Source][]codec.Codec {
	all := map[protocol.Source][]codec.Codec{}
	for source, names := range map[protocol.Source][]string{protocol.Camera: c.Camera, protocol.Screen: c.Screen} {
		for _, name := range names {
			all[source] = append(all[source], codec.FromMIME("video/"+name))
		}
	}
	return all
}
