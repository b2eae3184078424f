package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"salon/configs"
	"salon/rooms/policy"
	"salon/signaling/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds what a test waits for; nothing should come near it.
const patience = 20 * time.Second

// serving is a server in this process, run as the command line runs it.
type serving struct {
	readyAddresses
	signals chan os.Signal
	lines   <-chan map[string]any // of its log
	code    <-chan int
	client  *http.Client
}

// serve runs "salon serve" on free ports until it is ready.
func serve(t *testing.T, flags ...string) *serving {
	t.Helper()
	readyFile := filepath.Join(t.TempDir(), "ready.json")
	read, write := io.Pipe()
	lines, code := make(chan map[string]any, 1000), make(chan int, 1)
	signals := make(chan os.Signal, 2)
	p := &program{stdout: io.Discard, stderr: write, signals: signals}
	args := append([]string{
		"serve", "--ready-file", readyFile, "--rooms-store=none", "--http-listen=localhost:0", "--metrics-listen=localhost:0", "--media-udp-port=0", "--media-tcp-port=0",
		"--log-level=debug",
	}, flags...)
	go func() {
		code <- p.run(args)
		write.Close()
	}()
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(read); scanner.Scan(); {
			line := map[string]any{"msg": scanner.Text()}
			_ = json.Unmarshal(scanner.Bytes(), &line) // complaints are not JSON
			lines <- line
		}
	}()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	s := &serving{
		signals: signals, lines: lines, code: code,
		client: &http.Client{Transport: transport, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	t.Cleanup(transport.CloseIdleConnections)
	if s.waitFor("salon is ready") == nil {
		t.Fatalf("the server ended with %d", <-code)
	}
	s.eventually(t, func() bool {
		text, err := os.ReadFile(readyFile)
		return err == nil && json.Unmarshal(text, &s.readyAddresses) == nil
	})
	return s
}

// eventually waits for what follows a log line at once.
func (s *serving) eventually(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(patience); !done(); {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("it did not happen")
		}
	}
}

// waitFor returns nil when the log ends before.
func (s *serving) waitFor(message string) map[string]any {
	for line := range s.lines {
		if line["msg"] == message {
			return line
		}
	}
	return nil
}

func (s *serving) get(t *testing.T, url string) (int, http.Header, string) {
	t.Helper()
	response, err := s.client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(body)
}

func (s *serving) stop(t *testing.T, want int) {
	t.Helper()
	s.client.CloseIdleConnections()
	s.signals <- syscall.SIGTERM
	if code := <-s.code; code != want {
		t.Errorf("exit code %d, want %d", code, want)
	}
	for range s.lines { // until the log ends
	}
}

func TestServe(t *testing.T) {
	s := serve(t)
	for _, c := range []struct {
		url    string
		status int
		part   string
	}{
		{s.HTTP + "/healthz", 200, "ok\n"},
		{s.HTTP + "/readyz", 200, "ready\n"},
		{s.HTTP + "/metrics", 0, ""}, // a room of that name, perhaps, but no metrics
		{s.HTTP + "/debug/rooms", 0, ""},
		{s.HTTP + "/ws", http.StatusUpgradeRequired, "WebSocket"},
		{s.Metrics + "/metrics", 200, "salon_rooms 0"},
		{s.Metrics + "/metrics", 200, "go_goroutines"},
		{s.Metrics + "/metrics", 200, "process_cpu_seconds_total"},
		{s.Metrics + "/debug/rooms", 200, `"rooms": []`},
		{s.Metrics + "/debug/pprof/", 200, "goroutine"},
		{s.Metrics + "/debug/pprof/cmdline", 404, ""}, // it would show secrets of the command line
		{s.Metrics + "/ws", 404, ""},
	} {
		status, header, body := s.get(t, c.url)
		if c.status != 0 && status != c.status || !strings.Contains(body, c.part) || strings.Contains(body, "salon_rooms ") && strings.HasPrefix(c.url, s.HTTP) {
			t.Errorf("%s: %d %q", c.url, status, body)
		}
		if header.Get("Content-Security-Policy") == "" || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", c.url, header)
		}
		if header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s asks for HTTPS, which there is not", c.url)
		}
	}
	if s.UDPPort == 0 || s.TCPPort == 0 || len(s.Addresses) == 0 {
		t.Errorf("ready file: %+v", s.readyAddresses)
	}
	s.stop(t, exitOK)
}

// A session hears that the server stops, and when to come back.
func TestSessionsHearOfTheEnd(t *testing.T) {
	s := serve(t)
	dialer := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}, HandshakeTimeout: patience}
	socket, _, err := dialer.Dial("ws"+strings.TrimPrefix(s.HTTP, "http")+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	frame, err := protocol.Encode(protocol.Join{Room: "cuisine", Name: "Ada"}, 1, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := socket.WriteMessage(websocket.TextMessage, frame); err != nil {
		t.Fatal(err)
	}
	read := func() protocol.ServerMessage {
		_, frame, err := socket.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		m, _, err := protocol.DecodeServer(frame)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	joined, ok := read().(protocol.Joined)
	if !ok || joined.Room.Name != "cuisine" || joined.Server.Version == "" {
		t.Fatalf("%+v", joined)
	}
	if _, _, body := s.get(t, s.Metrics+"/metrics"); !strings.Contains(body, `salon_participants{state="here"} 1`) {
		t.Error("the participant is in no metric")
	}
	if _, _, body := s.get(t, s.Metrics+"/debug/rooms"); !strings.Contains(body, joined.Self) || strings.Contains(body, joined.Token) {
		t.Errorf("the snapshot is %s", body)
	}
	s.client.CloseIdleConnections()
	s.signals <- os.Interrupt
	for {
		if bye, ok := read().(protocol.Bye); ok {
			if bye.Reason != protocol.ByeShutdown || bye.RetryAfter != 1 {
				t.Errorf("%+v", bye)
			}
			break
		}
	}
	_, _, _ = socket.ReadMessage() // answers the close frame
	if code := <-s.code; code != exitOK {
		t.Errorf("exit code %d", code)
	}
	for range s.lines {
	}
}

func TestForeignOriginIsRefused(t *testing.T) {
	s := serve(t, "--signaling-origins=https://friend.example/", "--http-public-url=https://salon.example")
	for origin, want := range map[string]int{
		"https://evil.example": 403, "null": 403, "https://friend.example": 426, "https://salon.example": 426, s.HTTP: 426,
	} {
		request, err := http.NewRequest(http.MethodGet, s.HTTP+"/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", origin)
		response, err := s.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %d, want %d", origin, response.StatusCode, want)
		}
	}
	s.stop(t, exitOK)
}

func TestSelfSigned(t *testing.T) {
	s := serve(t, "--tls-mode=self-signed", "--tls-cache-dir="+t.TempDir(), "--tls-redirect-listen=localhost:0", "--metrics-listen=")
	if !strings.HasPrefix(s.HTTP, "https://localhost:") || s.Metrics != "" {
		t.Fatalf("%+v", s.readyAddresses)
	}
	if status, header, _ := s.get(t, s.HTTP+"/healthz"); status != 200 || header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%d %v: a certificate that nobody trusts must not be made compulsory", status, header)
	}
	s.stop(t, exitOK)
}

// WHIP is off until there is a token, which then never shows.
func TestWHIP(t *testing.T) {
	post := func(s *serving, token string) (int, string) {
		t.Helper()
		request, err := http.NewRequest(http.MethodPost, s.HTTP+"/whip/r", strings.NewReader("no SDP"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/sdp")
		request.Header.Set("Authorization", "Bearer "+token)
		answer, err := s.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		if answer.Header.Get("Content-Security-Policy") == "" {
			t.Error("no security headers")
		}
		return answer.StatusCode, string(text)
	}
	s := serve(t)
	if status, text := post(s, ""); status != http.StatusNotFound || !strings.Contains(text, "whip_token") {
		t.Errorf("%d %s", status, text)
	}
	s.stop(t, exitOK)
	token := strings.Repeat("0123456789abcdef", 2)
	s = serve(t, "--set", "signaling.whip_token="+token)
	for sent, want := range map[string]int{token: http.StatusBadRequest, token[1:]: http.StatusUnauthorized, "": http.StatusUnauthorized} {
		if status, text := post(s, sent); status != want || strings.Contains(text, token) {
			t.Errorf("%d, want %d: %s", status, want, text)
		}
	}
	if status, _, _ := s.get(t, s.HTTP+"/whip"); status != http.StatusOK {
		t.Errorf("the room called whip: %d", status)
	}
	_, _, metrics := s.get(t, s.Metrics+"/metrics")
	if !strings.Contains(metrics, "salon_whip_refused_total{reason=\"token\"} 2") || strings.Contains(metrics, token) {
		t.Error("the metrics do not tell of it, or too much")
	}
	s.client.CloseIdleConnections()
	s.signals <- syscall.SIGTERM
	refusals := 0
	for line := range s.lines {
		if line["msg"] == "a request was refused" {
			refusals++
		}
		if strings.Contains(fmt.Sprint(line), token) {
			t.Errorf("the token is in the log: %v", line)
		}
	}
	if code := <-s.code; code != exitOK || refusals != 3 {
		t.Errorf("exit code %d, %d refusals in the log", code, refusals)
	}
}

func TestNotReadyWhileDraining(t *testing.T) {
	s := &server{}
	s.draining.Store(true)
	w := httptest.NewRecorder()
	plain(s.readiness).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", w.Code)
	}
	w = httptest.NewRecorder()
	plain(s.readiness).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/readyz", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
		t.Errorf("status %d", w.Code)
	}
}

func testConfig() configs.Config {
	c := configs.Default()
	c.HTTP.Listen, c.Metrics.Listen, c.Media.UDPPort, c.Media.TCPPort = "localhost:0", "localhost:0", 0, -1
	c.Rooms.Store = configs.StoreNone
	return c
}

// A server that cannot stop must obey the second signal.
func TestSecondSignalStopsAtOnce(t *testing.T) {
	s, err := newServer(testConfig(), policy.Site{}, discardLog())
	if err != nil {
		t.Fatal(err)
	}
	s.running.Add(1) // something that never ends
	defer s.running.Done()
	signals := make(chan os.Signal, 2)
	signals <- syscall.SIGTERM
	signals <- syscall.SIGTERM
	if code := s.run(&program{signals: signals}, ""); code != exitError {
		t.Errorf("exit code %d", code)
	}
}

func TestReadyFileThatCannotBeWritten(t *testing.T) {
	s, err := newServer(testConfig(), policy.Site{}, discardLog())
	if err != nil {
		t.Fatal(err)
	}
	if code := s.run(&program{}, filepath.Join(t.TempDir(), "missing", "ready.json")); code != exitError {
		t.Errorf("exit code %d", code)
	}
}

// The error is read by somebody who wants to know what to change.
func TestPortsThatAreTaken(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	udp, err := net.ListenPacket("udp4", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	taken := tcp.Addr().(*net.TCPAddr).Port
	for key, change := range map[string]func(*configs.Config){
		"http.listen":    func(c *configs.Config) { c.HTTP.Listen = fmt.Sprintf("127.0.0.1:%d", taken) },
		"metrics.listen": func(c *configs.Config) { c.Metrics.Listen = fmt.Sprintf("127.0.0.1:%d", taken) },
		"tls.redirect_listen": func(c *configs.Config) {
			c.TLS.Mode, c.TLS.CacheDir, c.TLS.RedirectListen = configs.TLSSelfSigned, t.TempDir(), fmt.Sprintf("127.0.0.1:%d", taken)
		},
		"media.udp_port": func(c *configs.Config) { c.Media.UDPPort = udp.LocalAddr().(*net.UDPAddr).Port },
		"tls.cert_file":  func(c *configs.Config) { c.TLS.Mode, c.TLS.CertFile, c.TLS.KeyFile = configs.TLSFiles, "/no", "/no" },
	} {
		c := testConfig()
		change(&c)
		if _, err := newServer(c, policy.Site{}, discardLog()); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestNotify(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	s, err := newServer(testConfig(), policy.Site{}, discardLog())
	if err != nil {
		t.Fatal(err)
	}
	signals := make(chan os.Signal, 2)
	signals <- syscall.SIGTERM
	if code := s.run(&program{signals: signals, environ: []string{"NOTIFY_SOCKET=" + path}}, ""); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"READY=1", "STOPPING=1"} {
		buffer := make([]byte, 100)
		n, err := socket.Read(buffer)
		if err != nil || string(buffer[:n]) != want {
			t.Errorf("%q, %v; want %q", buffer[:n], err, want)
		}
	}
	notify("", "READY=1")
	notify(path+".missing", "READY=1")
	notify("@salon-test-missing", "READY=1")
}

func TestReachable(t *testing.T) {
	for address, want := range map[string]string{
		"0.0.0.0:80": "localhost:80", "[::]:80": "localhost:80", "127.0.0.1:80": "localhost:80", "192.0.2.1:80": "192.0.2.1:80", "[2001:db8::1]:80": "[2001:db8::1]:80",
	} {
		a, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if got := reachable(a); got != want {
			t.Errorf("%s is reached as %s, want %s", address, got, want)
		}
	}
}
