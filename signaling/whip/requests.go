package whip

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"salon/signaling"
	"salon/signaling/protocol"
)

const (
	typeSDP      = "application/sdp"
	typeFragment = "application/trickle-ice-sdpfrag"

	acceptPost  = "Accept-Post"
	acceptPatch = "Accept-Patch"
)

// kindOfAddress is what one kind of address answers.
type kindOfAddress struct {
	methods        []string
	accept, bodies string // the header that says which bodies are taken
}

var (
	endpoints = kindOfAddress{[]string{http.MethodPost, http.MethodOptions}, acceptPost, typeSDP}
	resources = kindOfAddress{[]string{http.MethodPatch, http.MethodDelete, http.MethodOptions}, acceptPatch, typeFragment}
)

// guard decides what can be decided from a request's headers, and hands it on. What is returned as an error is told the
// client as a problem.
func (s *Server) guard(d door, k kindOfAddress, next func(http.ResponseWriter, *http.Request, door, netip.Prefix) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := signaling.Network(s.config.ClientAddress(r))
		err := s.admit(w.Header(), r, k, from)
		if err == nil && r.Method == http.MethodOptions {
			preflight(w.Header(), strings.Join(k.methods, ", "))
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if err == nil {
			err = next(w, r, d, from)
		}
		if err != nil {
			p := problemOf(err)
			s.counters.add(p.why)
			s.config.Log.Debug("a request was refused", "door", d.name, "method", r.Method, "status", p.Status, "reason", p.Detail)
			p.Write(w)
		}
	})
}

func (s *Server) admit(h http.Header, r *http.Request, k kindOfAddress, from netip.Prefix) error {
	if s.access.token.Off() {
		return refuse(http.StatusNotFound, refusedOff, "off", "WHIP and WHEP are off: the administrator can set signaling.whip_token")
	}
	h.Set(k.accept, k.bodies)
	if err := s.access.cors(h, r); err != nil {
		return err
	}
	if !slices.Contains(k.methods, r.Method) {
		methods := strings.Join(k.methods, ", ")
		h.Set("Allow", methods)
		return refuse(http.StatusMethodNotAllowed, refusedMethod, "bad_method", "use one of "+methods+" here")
	}
	if err := s.access.rate(from); err != nil || r.Method == http.MethodOptions {
		return err
	}
	return s.access.authorize(h, r)
}

// body reads a body of the wanted type.
func body(w http.ResponseWriter, r *http.Request, wanted string, limit int64) (string, error) {
	if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != wanted {
		return "", refuse(http.StatusUnsupportedMediaType, refusedRequest, "bad_type", "send the body as Content-Type: "+wanted)
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return "", refuse(http.StatusRequestEntityTooLarge, refusedRequest, "too_large", "the body is far larger than any SDP: send less")
	}
	if err != nil {
		return "", refuse(http.StatusBadRequest, refusedRequest, "bad_body", "the body could not be read: send it again")
	}
	return string(text), nil
}

// endpoint answers POST to a room: RFC 9725 4.2.
func (s *Server) endpoint(w http.ResponseWriter, r *http.Request, d door, from netip.Prefix) error {
	text, err := body(w, r, typeSDP, maxSDP)
	if err != nil {
		return err
	}
	o, err := shape(text, d)
	if err != nil {
		return err
	}
	name := r.URL.Query().Get("name")
	if name == "" {
		name = strings.ToUpper(d.name)
	}
	if err := s.open(from); err != nil {
		return err
	}
	one := newSession(s, d, r.PathValue("room"), from)
	ctx, cancel := context.WithTimeout(r.Context(), s.config.Timing.Request)
	defer cancel()
	answer, err := one.enter(ctx, name, o)
	if err != nil {
		one.cancel(nil)
		s.leave(from)
		return err
	}
	tag := one.tag // begin makes it everybody's
	s.begin(one)
	h := w.Header()
	for _, link := range links(one.out.iceServers()) {
		h.Add("Link", link)
	}
	h.Set("Location", "/"+d.name+"/"+url.PathEscape(one.room)+"/"+one.id)
	h.Set("Content-Type", typeSDP)
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, answer) // a client that has gone is noticed by its media
	return nil
}

// resource answers PATCH and DELETE to a session: RFC 9725 4.2 and 4.3.
func (s *Server) resource(w http.ResponseWriter, r *http.Request, d door, _ netip.Prefix) error {
	one := s.find(d, r.PathValue("room"), r.PathValue("session"))
	if one == nil {
		return refuse(http.StatusNotFound, refusedUnknown, "unknown_session", "there is no such session, or it has ended: POST an offer to begin one")
	}
	if r.Method == http.MethodPatch {
		return one.patch(w, r)
	}
	one.cancel(endDeleted)
	select {
	case <-one.ended:
	case <-r.Context().Done():
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// patch carries out an ICE restart, or takes candidates.
func (s *session) patch(w http.ResponseWriter, r *http.Request) error {
	condition := r.Header.Values("If-Match")
	if len(condition) == 0 {
		return refuse(http.StatusPreconditionRequired, refusedCondition, "no_etag", `send If-Match with the session's newest ETag, or * to restart ICE`)
	}
	text, err := body(w, r, typeFragment, maxFragment)
	if err != nil {
		return err
	}
	c, err := readFragment(text)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !matches(condition, s.tag) {
		return refuse(http.StatusPreconditionFailed, refusedCondition, "old_etag", "the ETag is of an earlier ICE session: use the newest, or * to restart ICE")
	}
	if c == (credentials{}) || c == s.remote {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.server.config.Timing.Request)
	defer cancel()
	fragment, err := s.restart(ctx, c)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", typeFragment)
	h.Set("ETag", s.tag)
	h.Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, fragment)
	return nil
}

// matches compares an If-Match condition with an entity tag (RFC 9110 13.1.1). RFC 9725 writes the asterisk in quotes in
// its examples, and so do clients.
func matches(condition []string, tag string) bool {
	for _, one := range strings.Split(strings.Join(condition, ","), ",") {
		if one = strings.TrimSpace(one); one == "*" || one == `"*"` || one == tag {
			return true
		}
	}
	return false
}

// links are the ICE servers as RFC 9725 4.6 writes them.
func links(servers []protocol.ICEServer) []string {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	var list []string
	for _, server := range servers {
		for _, address := range server.URLs {
			link := "<" + address + `>; rel="ice-server"`
			if server.Username != "" {
				link += `; username="` + quote.Replace(server.Username) + `"; credential="` + quote.Replace(server.Credential) + `"; credential-type="password"`
			}
			list = append(list, link)
		}
	}
	return list
}
