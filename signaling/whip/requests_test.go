package whip

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"salon/signaling/protocol"
)

func TestStatusOfPOST(t *testing.T) {
	room := func(code protocol.ErrorCode) error { return protocol.Error{Code: code, Message: "do something"} }
	for name, c := range map[string]struct {
		method, path, body string
		headers            []string
		refusal            error
		want               int
	}{
		"WHIP":                        {"POST", "/whip/r", sdpOffer, nil, nil, 201},
		"WHEP":                        {"POST", "/whep/r", sdpPlay, nil, nil, 201},
		"type with parameter":         {"POST", "/whip/r", sdpOffer, []string{"Content-Type", "Application/SDP; charset=utf-8"}, nil, 201},
		"scheme in small letters":     {"POST", "/whip/r", sdpOffer, []string{"Authorization", "bearer " + token}, nil, 201},
		"page of the same host":       {"POST", "/whip/r", sdpOffer, []string{"Origin", "http://example.com"}, nil, 201},
		"listed page":                 {"POST", "/whip/r", sdpOffer, []string{"Origin", "https://app.example.org"}, nil, 201},
		"foreign page":                {"POST", "/whip/r", sdpOffer, []string{"Origin", "https://evil.example"}, nil, 403},
		"page without origin":         {"POST", "/whip/r", sdpOffer, []string{"Origin", "null"}, nil, 403},
		"no token":                    {"POST", "/whip/r", sdpOffer, []string{"Authorization", ""}, nil, 401},
		"wrong token":                 {"POST", "/whip/r", sdpOffer, []string{"Authorization", "Bearer 0123456789abcdef0123456789abcdee"}, nil, 401},
		"empty token":                 {"POST", "/whip/r", sdpOffer, []string{"Authorization", "Bearer "}, nil, 401},
		"token in another scheme":     {"POST", "/whip/r", sdpOffer, []string{"Authorization", "Basic " + token}, nil, 401},
		"GET":                         {"GET", "/whip/r", "", nil, nil, 405},
		"HEAD":                        {"HEAD", "/whip/r", "", nil, nil, 405},
		"PUT":                         {"PUT", "/whip/r", sdpOffer, nil, nil, 405},
		"PATCH":                       {"PATCH", "/whip/r", sdpOffer, nil, nil, 405},
		"a method that is a part":     {"OPTION", "/whip/r", "", nil, nil, 405},
		"OPTIONS without token":       {"OPTIONS", "/whip/r", "", []string{"Authorization", ""}, nil, 204},
		"OPTIONS of a foreign page":   {"OPTIONS", "/whip/r", "", []string{"Origin", "https://evil.example"}, nil, 403},
		"no type":                     {"POST", "/whip/r", sdpOffer, []string{"Content-Type", ""}, nil, 415},
		"JSON":                        {"POST", "/whip/r", sdpOffer, []string{"Content-Type", "application/json"}, nil, 415},
		"empty":                       {"POST", "/whip/r", "", nil, nil, 400},
		"no SDP":                      {"POST", "/whip/r", "hello", nil, nil, 400},
		"no sections":                 {"POST", "/whip/r", sdpHead, nil, nil, 400},
		"too large":                   {"POST", "/whip/r", sdpOffer + strings.Repeat("a=x\r\n", maxSDP), nil, nil, 413},
		"WHIP that receives":          {"POST", "/whip/r", sdpPlay, nil, nil, 422},
		"WHEP that sends":             {"POST", "/whep/r", sdpOffer, nil, nil, 422},
		"name refused":                {"POST", "/whip/r?name=%07", sdpOffer, nil, room(protocol.ErrBadName), 400},
		"room refused":                {"POST", "/whip/r%20r", sdpOffer, nil, room(protocol.ErrBadRoom), 400},
		"room full":                   {"POST", "/whip/r", sdpOffer, nil, room(protocol.ErrRoomFull), 503},
		"too many rooms":              {"POST", "/whip/r", sdpOffer, nil, room(protocol.ErrTooManyRooms), 503},
		"shutting down":               {"POST", "/whip/r", sdpOffer, nil, room(protocol.ErrShuttingDown), 503},
		"offer refused":               {"POST", "/whip/r", sdpOffer, nil, room(protocol.ErrBadOffer), 422},
		"anything else":               {"POST", "/whip/r", sdpOffer, nil, errors.New("details"), 500},
		"POST to a session":           {"POST", "/whip/r/x", sdpOffer, nil, nil, 405},
		"DELETE of no session":        {"DELETE", "/whip/r/x", "", nil, nil, 404},
		"PATCH of no session":         {"PATCH", "/whip/r/x", "", nil, nil, 404},
		"PATCH without token":         {"PATCH", "/whip/r/x", "", []string{"Authorization", ""}, nil, 401},
		"OPTIONS of no session":       {"OPTIONS", "/whip/r/x", "", nil, nil, 204},
		"GET of a session, no secret": {"GET", "/whip/r/x", "", nil, nil, 405},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, Config{Token: token, Origins: []string{"https://app.example.org"}})
			defer d.close()
			d.refusal = c.refusal
			answer := d.do(c.method, c.path, c.body, c.headers...)
			text, _ := io.ReadAll(answer.Body)
			if answer.StatusCode != c.want {
				t.Fatalf("%s, want %d: %s", answer.Status, c.want, text)
			}
			if c.want >= 400 && c.method != http.MethodHead {
				var p problem
				if err := json.Unmarshal(text, &p); err != nil || p.Status != c.want || p.Detail == "" || p.Code == "" {
					t.Errorf("no problem: %s", text)
				}
				if got := answer.Header.Get("Content-Type"); got != "application/problem+json" {
					t.Errorf("Content-Type: %s", got)
				}
				if strings.Contains(string(text), "details") || strings.Contains(string(text), token) {
					t.Errorf("the answer tells too much: %s", text)
				}
			}
			for status, header := range map[int]string{401: "WWW-Authenticate", 405: "Allow", 503: "Retry-After"} {
				if c.want == status && answer.Header.Get(header) == "" {
					t.Errorf("no %s", header)
				}
			}
			if origin := answer.Header.Get("Access-Control-Allow-Origin"); origin == "*" || c.want == 403 && origin != "" {
				t.Errorf("a page of %q may read it", origin)
			}
			if c.want != 201 && d.server.Sessions() != 0 {
				t.Error("a session is left")
			}
		})
	}
}

func TestOff(t *testing.T) {
	d := newDesk(t, Config{})
	defer d.close()
	for _, method := range []string{"POST", "OPTIONS", "GET"} {
		// The empty token opens nothing.
		if answer := d.do(method, "/whip/r", sdpOffer, "Authorization", "Bearer "); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", method, answer.Status)
		}
	}
	if len(d.joins) != 0 {
		t.Errorf("joined: %+v", d.joins)
	}
}

func TestCreated(t *testing.T) {
	d := newDesk(t, Config{Token: token})
	defer d.close()
	answer := d.do(http.MethodPost, "/whip/caf%C3%A9?name=Studio+1", sdpOffer)
	text, _ := io.ReadAll(answer.Body)
	h := answer.Header
	if !strings.HasPrefix(h.Get("Location"), "/whip/caf%C3%A9/") || len(h.Get("Location")) < len("/whip/caf%C3%A9/")+26 {
		t.Errorf("Location: %s", h.Get("Location"))
	}
	if h.Get("Content-Type") != typeSDP || h.Get("Accept-Post") != typeSDP || !strings.HasPrefix(h.Get("ETag"), `"`) || string(text) != sdpAnswer {
		t.Errorf("%v\n%s", h, text)
	}
	links := h.Values("Link")
	if len(links) != 2 || links[1] != `<turn:b.example>; rel="ice-server"; username="u\""; credential="c\\"; credential-type="password"` {
		t.Errorf("Link: %q", links)
	}
	if j := d.joins[0]; j.Watcher || j.Room != "café" || j.Name != "Studio 1" {
		t.Errorf("joined %+v", j)
	}
	p := d.all[0]
	if len(p.published) != 2 || p.published[0] != protocol.Microphone || p.published[1] != protocol.Camera {
		t.Errorf("published %v", p.published)
	}
	if d.begin("/whep/r", sdpPlay); d.joins[1].Name != "WHEP" || !d.joins[1].Watcher || len(d.all[1].published) != 0 || len(d.all[1].offers[0].Sections) != 0 {
		t.Errorf("joined %+v, published %v", d.joins[1], d.all[1].published)
	}
}

// What fails half-way leaves no participant.
func TestNothingIsLeftOfAFailure(t *testing.T) {
	d := newDesk(t, Config{Token: token})
	defer d.close()
	p := &fakeParticipant{answer: strings.ReplaceAll(sdpAnswer, "m=video 9", "m=video 0")}
	one := newSession(d.server, ingest, "r", noAddress)
	d.server.registry = registryOf{p}
	o, err := shape(sdpOffer, ingest)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.enter(t.Context(), "n", o); err == nil || problemOf(err).Status != http.StatusUnprocessableEntity || len(p.left) != 1 {
		t.Errorf("%v, left %v", err, p.left)
	}
	p.answer, p.err = sdpAnswer, errors.New("no")
	if _, err := one.enter(t.Context(), "n", o); err == nil || len(p.left) != 2 {
		t.Errorf("%v, left %v", err, p.left)
	}
	one.cancel(nil)
}

func TestStatusOfPATCH(t *testing.T) {
	const restart = "a=ice-ufrag:EFGH\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
	const same = "a=group:BUNDLE a v\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:a\r\n" + ice + "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
	const newest = "newest"
	for name, c := range map[string]struct {
		body    string
		headers []string
		err     error
		want    int
	}{
		"candidates":                    {same, []string{"If-Match", newest}, nil, 204},
		"candidates alone":              {"a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n", []string{"If-Match", newest}, nil, 204},
		"end of candidates":             {"a=end-of-candidates", []string{"If-Match", newest}, nil, 204},
		"restart":                       {restart, []string{"If-Match", "*"}, nil, 200},
		"restart as the RFC's examples": {restart, []string{"If-Match", `"*"`}, nil, 200},
		"restart with the tag":          {restart, []string{"If-Match", newest}, nil, 200},
		"one of several tags":           {same, []string{"If-Match", `"x", newest`}, nil, 204},
		"no condition":                  {same, nil, nil, 428},
		"old tag":                       {same, []string{"If-Match", `"old"`}, nil, 412},
		"restart with an old tag":       {restart, []string{"If-Match", `"old"`}, nil, 412},
		"weak tag":                      {same, []string{"If-Match", "W/newest"}, nil, 412},
		"an offer":                      {sdpOffer, []string{"If-Match", "*", "Content-Type", typeSDP}, nil, 415},
		"empty":                         {"", []string{"If-Match", "*"}, nil, 400},
		"short password":                {"a=ice-ufrag:EFGH\r\na=ice-pwd:short\r\n", []string{"If-Match", "*"}, nil, 400},
		"no password":                   {"a=ice-ufrag:EFGH\r\n", []string{"If-Match", "*"}, nil, 400},
		"strange name":                  {strings.ReplaceAll(restart, "EFGH", "E F H"), []string{"If-Match", "*"}, nil, 400},
		"too large":                     {restart + strings.Repeat("a=candidate:\r\n", maxFragment), []string{"If-Match", "*"}, nil, 413},
		"restart that cannot be":        {restart, []string{"If-Match", "*"}, protocol.Error{Code: protocol.ErrBadOffer, Message: "no"}, 422},
		"restart of who has left":       {restart, []string{"If-Match", "*"}, protocol.Error{Code: protocol.ErrNotJoined, Message: "no"}, 404},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, Config{Token: token})
			defer d.close()
			location, tag := d.begin("/whip/r", sdpOffer)
			for i := range c.headers {
				c.headers[i] = strings.ReplaceAll(c.headers[i], newest, tag)
			}
			d.all[0].set(true, c.err)
			answer := d.do(http.MethodPatch, location, c.body, c.headers...)
			text, _ := io.ReadAll(answer.Body)
			if answer.StatusCode != c.want {
				t.Fatalf("%s, want %d: %s", answer.Status, c.want, text)
			}
			switch c.want {
			case 200:
				fresh := answer.Header.Get("ETag")
				if fresh == "" || fresh == tag || answer.Header.Get("Content-Type") != typeFragment || !strings.Contains(string(text), "a=candidate:1 1 udp") {
					t.Errorf("%v\n%s", answer.Header, text)
				}
				sent := d.all[0].offers[1].SDP
				if got := credentialsOf(sent); got != (credentials{"EFGH", "abcdefghijklmnopqrstuv"}) || strings.Contains(sent, "abcd\r\n") {
					t.Errorf("offered again\n%s", sent)
				}
			case 204:
				if answer.Header.Get("ETag") != "" || len(text) != 0 || len(d.all[0].offers) != 1 {
					t.Errorf("%v %s", answer.Header, text)
				}
			}
			d.all[0].set(true, nil)
			if answer := d.do(http.MethodDelete, location, ""); answer.StatusCode != http.StatusOK {
				t.Errorf("the session does not go on: %s", answer.Status)
			}
		})
	}
}

// A session belongs to its door and its room.
func TestSessionsOfOthers(t *testing.T) {
	d := newDesk(t, Config{Token: token})
	defer d.close()
	location, _ := d.begin("/whip/r", sdpOffer)
	id := location[strings.LastIndex(location, "/"):]
	for _, path := range []string{"/whep/r" + id, "/whip/s" + id, "/whip/r/" + strings.ToLower(id[1:])} {
		if answer := d.do(http.MethodDelete, path, ""); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, answer.Status)
		}
	}
	if d.server.Sessions() != 1 {
		t.Error("the session is gone")
	}
	preflight := d.do(http.MethodOptions, location, "", "Origin", "http://example.com")
	if h := preflight.Header; h.Get("Access-Control-Allow-Methods") != "PATCH, DELETE, OPTIONS" || h.Get("Accept-Patch") != typeFragment ||
		h.Get("Access-Control-Allow-Origin") != "http://example.com" || !strings.Contains(h.Get("Access-Control-Allow-Headers"), "If-Match") {
		t.Errorf("%v", h)
	}
}
