package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestControl(t *testing.T) {
	r := relayTo(t, socket(t), nil)
	handler := controlHandler(r)
	for _, test := range []struct {
		name, method, path, kind, host, origin, body string
		status                                       int
		answer                                       string
	}{
		{name: "stats", method: "GET", path: "/stats", status: 200, answer: `"clients":[]`},
		{name: "settings", method: "POST", path: "/settings", body: `{"down": {"loss": "5%"}}`, status: 200, answer: `"loss":"0.05"`},
		{name: "script", method: "POST", path: "/script", body: `{"steps": []}`, status: 200, answer: `"uptime"`},
		{name: "by name", method: "GET", path: "/stats", host: "localhost:80", status: 200},
		{name: "unknown field", method: "POST", path: "/settings", body: `{"sideways": {}}`, status: 400, answer: "unknown field"},
		{name: "out of bounds", method: "POST", path: "/settings", body: `{"up": {"loss": "500%"}}`, status: 400, answer: "outside of 0% to 100%"},
		{name: "nobody", method: "POST", path: "/settings", body: `{"client": "127.0.0.1:1"}`, status: 404, answer: "GET /stats lists them"},
		{name: "no JSON", method: "POST", path: "/script", body: `at 10s`, status: 400},
		{name: "too long", method: "POST", path: "/script", body: strings.Repeat(" ", maxScriptFile+1), status: 400, answer: "too large"},
		{name: "a form of a web page", method: "POST", path: "/settings", kind: "text/plain", body: `{}`, status: 400, answer: "application/json"},
		{name: "a rebound name", method: "GET", path: "/stats", host: "evil.example:80", status: 403},
		{name: "a web page", method: "POST", path: "/settings", origin: "http://evil.example", body: `{}`, status: 403},
		{name: "reading by POST", method: "POST", path: "/stats", status: 405},
	} {
		t.Run(test.name, func(t *testing.T) {
			request := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body))
			request.Host = "127.0.0.1:80"
			if test.host != "" {
				request.Host = test.host
			}
			if test.origin != "" {
				request.Header.Set("Origin", test.origin)
			}
			request.Header.Set("Content-Type", "application/json")
			if test.kind != "" {
				request.Header.Set("Content-Type", test.kind)
			}
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			if recorder.Code != test.status || !strings.Contains(recorder.Body.String(), test.answer) {
				t.Errorf("%d %s, want %d with %q", recorder.Code, recorder.Body, test.status, test.answer)
			}
		})
	}
}

// TestStatsNames are what tests in other languages read.
func TestStatsNames(t *testing.T) {
	server, client := socket(t), socket(t)
	r := relayTo(t, server, nil)
	write(t, client, r.address(), "1")
	receive(t, server)
	c, err := startControl(loopbackPort, r)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	defer http.DefaultClient.CloseIdleConnections()
	response, err := http.Get(c.url() + "/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var s struct {
		Clients []struct {
			Client, Upstream string
			Up               map[string]json.RawMessage
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&s); err != nil || len(s.Clients) != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	if s.Clients[0].Client != addressOf(client).String() || s.Clients[0].Upstream == "" {
		t.Errorf("%+v", s)
	}
	for _, name := range []string{"settings", "arrived", "departed", "dropped", "waiting", "travelling", "send_failed", "late_max"} {
		if s.Clients[0].Up[name] == nil {
			t.Errorf("%s is missing in %v", name, s.Clients[0].Up)
		}
	}
}
