package admin

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"salon/rooms"
	"salon/rooms/store"
	"salon/signaling/protocol"
)

const token = "0123456789abcdef0123456789abcdef"

// outbox keeps what a participant is sent.
type outbox struct {
	mu     sync.Mutex
	all    []protocol.ServerMessage
	closed protocol.ByeReason
}

func (o *outbox) Send(m protocol.ServerMessage, _, _ uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, m)
}

func (o *outbox) Close(reason protocol.ByeReason) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = reason
}

func (o *outbox) bye() protocol.ByeReason {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}

// desk is the API over real rooms, and who sits at it.
type desk struct {
	*testing.T
	registry *rooms.Registry
	store    *store.Store
	server   *Server
	log      bytes.Buffer
}

func newDesk(t *testing.T) *desk {
	d := &desk{T: t}
	var err error
	if d.store, err = store.Open(filepath.Join(t.TempDir(), "salon.db")); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(&d.log, nil))
	d.registry = rooms.NewRegistry(rooms.Config{Store: d.store, Log: log})
	d.server = NewServer(Config{Registry: d.registry, Token: token, Backup: d.store.Backup, Log: log})
	t.Cleanup(func() {
		d.registry.Close()
		d.store.Close()
	})
	return d
}

func (d *desk) join(room, name string) (*rooms.Participant, *outbox) {
	d.Helper()
	out := &outbox{}
	p, err := d.registry.Join(d.Context(), rooms.Entrance{Join: protocol.Join{Room: room, Name: name, Device: "0123456789abcdef" + name}, Out: out})
	if err != nil {
		d.Fatal(err)
	}
	return p, out
}

// do sends a request with the token. Headers come in pairs.
func (d *desk) do(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, Prefix+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	d.server.ServeHTTP(w, r)
	return w
}

// expect sends a request and checks the status, and that a part of the answer is there.
func (d *desk) expect(method, path, body string, status int, part string) string {
	d.Helper()
	w := d.do(method, path, body)
	text := w.Body.String()
	if w.Code != status || !strings.Contains(text, part) {
		d.Errorf("%s %s %s\ngot %d %s\nwant %d with %q", method, path, body, w.Code, text, status, part)
	}
	if w.Code >= 400 {
		var p struct{ Title, Detail, Code string }
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Title == "" || p.Detail == "" || p.Code == "" || w.Header().Get("Content-Type") != "application/problem+json" {
			d.Errorf("%s %s: not a problem: %v %s", method, path, w.Header(), text)
		}
	}
	return text
}

func TestRoomsOverHTTP(t *testing.T) {
	d := newDesk(t)
	d.expect("GET", "/rooms", "", 200, `"rooms": []`)
	d.expect("GET", "/rooms/kitchen", "", 404, "create it first")
	d.expect("PUT", "/rooms/kitchen", `{"settings":{"policy.speak":"ask"}}`, 200, `"value": "ask"`)
	d.expect("PUT", "/rooms/kitchen", `{"settings":{"policy.speak":"loud"}}`, 422, "policy.speak")
	d.expect("PATCH", "/rooms/kitchen", `{"settings":{"nope":"1"}}`, 422, "nope")
	d.expect("PATCH", "/rooms/kitchen", `{"settings":{}}`, 422, "change 1 to 64")
	d.expect("PATCH", "/rooms/nowhere", `{"settings":{"title":"x"}}`, 404, "create it first")
	d.expect("PATCH", "/rooms/KITCHEN", `{"settings":{"title":"The kitchen"}}`, 200, "The kitchen")
	d.expect("PUT", "/rooms/kitchen/lock", `{"locked":true}`, 204, "")
	d.expect("GET", "/rooms", "", 200, `"title": "The kitchen",`)
	d.expect("GET", "/rooms?limit=1", "", 200, `"next": "kitchen"`)
	d.expect("GET", "/rooms?limit=0", "", 400, "1 to 500")
	d.expect("GET", "/rooms/kitchen", "", 200, `"locked": true`)
	d.expect("GET", "/rooms/kitchen/explain?right=speak", "", 200, `"reason": "ask"`)
	d.expect("GET", "/rooms/kitchen/explain?right=fly", "", 400, "is not a right")
	d.expect("GET", "/rooms/kitchen/explain?role=king", "", 400, "is not a role")
	d.expect("POST", "/rooms/kitchen/close", "", 204, "")
	d.expect("GET", "/rooms/kitchen", "", 200, "The kitchen")
	d.expect("DELETE", "/rooms/kitchen", "", 204, "")
	d.expect("GET", "/rooms/kitchen", "", 404, "")
	d.expect("GET", "/rooms/..%2f..%2fetc", "", 400, "name the room")
}

func TestPeopleOverHTTP(t *testing.T) {
	d := newDesk(t)
	ann, out := d.join("weekly", "Ann")
	at := "/rooms/weekly/participants/" + ann.ID()
	d.expect("GET", "/rooms/weekly", "", 200, `"name": "Ann"`)
	d.expect("PUT", at+"/role", `{"role":"presenter"}`, 204, "")
	d.expect("PUT", at+"/role", `{"role":"king"}`, 400, "role must be")
	d.expect("PUT", at+"/rights/speak", `{"state":"denied"}`, 204, "")
	d.expect("PUT", at+"/rights/fly", `{"state":"denied"}`, 400, "right must be")
	d.expect("POST", at+"/silence", `{"source":"microphone"}`, 204, "")
	d.expect("POST", "/rooms/weekly/silence", `{"source":"camera"}`, 204, "")
	d.expect("POST", "/rooms/weekly/silence", `{"source":"nose"}`, 400, "source must be")
	d.expect("PUT", "/rooms/weekly/floor", `{}`, 204, "")
	d.expect("POST", "/rooms/weekly/hands/lower", `{}`, 204, "")
	d.expect("POST", "/rooms/weekly/participants/nobody/send_back", "", 404, "no such participant")
	if _, err := ann.Do(t.Context(), protocol.Say{Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	d.expect("DELETE", "/rooms/weekly/chat/7", "", 404, "")
	d.expect("DELETE", "/rooms/weekly/chat/x", "", 404, "")
	d.expect("DELETE", "/rooms/weekly/chat/1", "", 204, "")
	d.expect("DELETE", "/rooms/weekly/chat", "", 204, "")
	d.expect("POST", at+"/send_back", "", 204, "")
	d.expect("GET", "/rooms/weekly/lobby", "", 200, `"name": "Ann"`)
	d.expect("POST", "/rooms/weekly/lobby/admit", `{"participants":["`+ann.ID()+`"]}`, 204, "")
	d.expect("POST", "/rooms/weekly/lobby/refuse", `{"participants":["nobody"]}`, 404, "")
	d.expect("POST", at+"/ban", `{"message":"bye"}`, 204, "")
	if out.bye() != protocol.ByeBanned {
		t.Errorf("bye %q", out.bye())
	}
	text := d.expect("GET", "/rooms/weekly/bans", "", 200, `"by": "operator"`)
	var bans protocol.Bans
	if err := json.Unmarshal([]byte(text), &bans); err != nil || len(bans.Bans) != 1 {
		t.Fatal(text, err)
	}
	d.expect("DELETE", "/rooms/weekly/bans/"+bans.Bans[0].ID, "", 204, "")
	d.expect("DELETE", "/rooms/weekly/bans/"+bans.Bans[0].ID, "", 404, "")
	bob, out := d.join("weekly", "Bob")
	d.expect("POST", "/rooms/weekly/participants/"+bob.ID()+"/remove", `{"message":"`+strings.Repeat("x", 501)+`"}`, 400, "at most 500")
	d.expect("POST", "/rooms/weekly/participants/"+bob.ID()+"/remove", `{}`, 204, "")
	if out.bye() != protocol.ByeRemoved {
		t.Errorf("bye %q", out.bye())
	}
	for _, line := range []string{"who=operator act=set_role", "act=remove", "act=unban", "act=delete_line"} {
		if !strings.Contains(d.log.String(), line) {
			t.Errorf("the log has no %q", line)
		}
	}
	if strings.Contains(d.log.String(), token) || strings.Contains(d.log.String(), "Ann") {
		t.Error("a secret or a name is in the log")
	}
}

func TestInvitationsAndBansOverHTTP(t *testing.T) {
	d := newDesk(t)
	d.expect("PUT", "/rooms/board", `{"settings":{"join.guests":"deny"}}`, 200, "")
	text := d.expect("POST", "/rooms/board/invitations", `{"role":"moderator","name":"Olga","uses":1}`, 200, `"code"`)
	var i protocol.Invitation
	if err := json.Unmarshal([]byte(text), &i); err != nil || i.Code == "" {
		t.Fatal(text, err)
	}
	if strings.Contains(d.log.String(), i.Code) {
		t.Error("the code is in the log")
	}
	d.expect("POST", "/rooms/board/invitations", `{"role":"moderator","uses":-1}`, 400, "at most")
	if all := d.expect("GET", "/rooms/board/invitations", "", 200, "Olga"); strings.Contains(all, i.Code) {
		t.Error("the code is shown again")
	}
	if _, err := d.registry.Join(t.Context(), rooms.Entrance{Join: protocol.Join{Room: "board", Invite: i.Code}, Out: &outbox{}}); err != nil {
		t.Error(err)
	}
	d.expect("DELETE", "/rooms/board/invitations/"+i.ID, "", 204, "")
	d.expect("POST", "/rooms/board/bans", `{"subject":"mallory"}`, 204, "")
	d.expect("POST", "/rooms/board/bans", `{"subject":""}`, 400, "subject")
	d.expect("GET", "/rooms/board/bans", "", 200, "mallory")
}

// Whatever is sent, the answer is a problem that says what to do.
func TestHostileRequests(t *testing.T) {
	d := newDesk(t)
	d.join("weekly", "Ann")
	for _, c := range []struct {
		method, path, body string
		headers            []string
		status             int
	}{
		{"GET", "/rooms", "", []string{"Authorization", ""}, 401},
		{"GET", "/rooms", "", []string{"Authorization", "Bearer " + token[1:]}, 401},
		{"GET", "/rooms", "", []string{"Authorization", "Basic " + token}, 401},
		{"DELETE", "/nothing", "", []string{"Authorization", ""}, 401},
		{"GET", "/nothing", "", nil, 404},
		{"GET", "/", "", nil, 404},
		{"POST", "/rooms", "{}", nil, 405},
		{"TRACE", "/rooms/weekly", "", nil, 405},
		{"PUT", "/rooms/weekly/lock", `{"locked":true}`, []string{"Content-Type", "text/plain"}, 415},
		{"PUT", "/rooms/weekly/lock", `{"locked":true}`, []string{"Content-Type", ""}, 415},
		{"PUT", "/rooms/weekly/lock", `{"locked":true,"more":1}`, nil, 400},
		{"PUT", "/rooms/weekly/lock", `{"locked":true}{}`, nil, 400},
		{"PUT", "/rooms/weekly/lock", `{"locked":1}`, nil, 400},
		{"PUT", "/rooms/weekly/lock", `[`, nil, 400},
		{"PUT", "/rooms/weekly/lock", `{"locked":` + strings.Repeat(" ", maxBody) + `true}`, nil, 413},
		{"PUT", "/rooms/weekly", `{"settings":{"` + strings.Repeat("k", 100) + `":""}}`, nil, 422},
		{"POST", "/rooms/weekly/lobby/admit", `{"participants":[""]}`, nil, 404},
		{"GET", "/rooms/" + strings.Repeat("x", 5000), "", nil, 400},
		{"GET", "/rooms/%00", "", nil, 400},
		{"GET", "/rooms/weekly/explain?who=%00", "", nil, 400},
	} {
		w := d.do(c.method, c.path, c.body, c.headers...)
		var p struct{ Detail string }
		if err := json.Unmarshal(w.Body.Bytes(), &p); w.Code != c.status || err != nil || p.Detail == "" {
			t.Errorf("%s %.60s %.60s: %d %s", c.method, c.path, c.body, w.Code, w.Body)
		}
	}
	if d.registry.Totals().ParticipantsNow != 1 {
		t.Error("Ann is gone")
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	d := newDesk(t)
	counts := map[int]int{}
	for range 100 {
		counts[d.do("GET", "/rooms", "", "Authorization", "Bearer guess").Code]++
	}
	if counts[401] > 25 || counts[429] < 75 {
		t.Errorf("%v", counts)
	}
	d.expect("GET", "/rooms", "", 200, "")
	counters := d.server.Counters()
	if counters["refused_token"]+counters["refused_rate"] != 100 || counters["requests"] != 101 {
		t.Errorf("%v", counters)
	}
}

func TestWithoutATokenTheAPIIsOff(t *testing.T) {
	s := NewServer(Config{})
	for _, path := range []string{"/rooms", "/openapi.json"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", Prefix+path, nil)
		r.Header.Set("Authorization", "Bearer ")
		s.ServeHTTP(w, r)
		if w.Code != 404 || !strings.Contains(w.Body.String(), "admin.token") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestDescriptionAndBackupOverHTTP(t *testing.T) {
	d := newDesk(t)
	if w := d.do("GET", "/openapi.json", "", "Authorization", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"openapi": "3.1.0"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	d.expect("PUT", "/rooms/kitchen", `{"settings":{}}`, 200, "")
	w := d.do("GET", "/backup", "")
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := writeFile(copied, w.Body); err != nil {
		t.Fatal(err)
	}
	if n, err := store.Check(copied); err != nil || n != 1 || w.Header().Get("Content-Type") != "application/octet-stream" {
		t.Errorf("%d rooms, %v, %v", n, err, w.Header())
	}
	d.server.config.Backup = nil
	d.expect("GET", "/backup", "", 404, "rooms.store")
	d.server.config.Backup = func(w io.Writer) error { _, err := w.Write(make([]byte, maxBackup+1)); return err }
	d.expect("GET", "/backup", "", http.StatusInsufficientStorage, "256 MiB")
	d.server.copying.Lock()
	d.expect("GET", "/backup", "", 409, "another backup")
	d.server.copying.Unlock()
}

func writeFile(path string, from io.Reader) error {
	data, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}
