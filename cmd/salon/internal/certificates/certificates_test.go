package certificates

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"salon/configs"
)

// logTo collects log lines.
func logTo(b *strings.Builder) *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }

// shown is the certificate of a source, and it must be one that a handshake accepts.
func shown(t *testing.T, s *Source) *x509.Certificate {
	t.Helper()
	c, err := s.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf
}

func TestOffIsNoSource(t *testing.T) {
	if s, err := New(configs.TLS{Mode: configs.TLSOff}, nil); s != nil || err != nil {
		t.Errorf("%v, %v", s, err)
	}
}

func writePair(t *testing.T, dir, name string) []byte {
	t.Helper()
	text, err := makeSelfSigned([]string{name}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"cert.pem", "key.pem"} {
		if err := os.WriteFile(filepath.Join(dir, file), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return text
}

func TestFilesAreReadAgain(t *testing.T) {
	dir := t.TempDir()
	writePair(t, dir, "one.example")
	var log strings.Builder
	c := configs.TLS{Mode: configs.TLSFiles, CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	s, err := New(c, logTo(&log))
	if err != nil {
		t.Fatal(err)
	}
	expect := func(want string) {
		t.Helper()
		if got := shown(t, s).DNSNames[0]; got != want {
			t.Errorf("%s is shown, want %s; log:\n%s", got, want, log.String())
		}
	}
	expect("one.example")
	later := time.Now().Add(time.Hour) // a file system's clock may be coarse
	touch := func(file string) {
		if err := os.Chtimes(filepath.Join(dir, file), later, later); err != nil {
			t.Fatal(err)
		}
		later = later.Add(time.Hour)
	}

	writePair(t, dir, "two.example")
	touch("cert.pem")
	expect("two.example")

	// Half of a renewal: the certificate is new, the key is not yet.
	key, err := os.ReadFile(filepath.Join(dir, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	three := writePair(t, dir, "three.example")
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	touch("cert.pem")
	touch("key.pem")
	expect("two.example")
	if !strings.Contains(log.String(), "the old one stays") {
		t.Error("nobody is told of the broken pair")
	}
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), three, 0o600); err != nil {
		t.Fatal(err)
	}
	touch("key.pem")
	expect("three.example")

	if err := os.Remove(c.CertFile); err != nil {
		t.Fatal(err)
	}
	expect("three.example")

	// As certbot and Kubernetes do it: a link leads elsewhere.
	other := t.TempDir()
	writePair(t, other, "four.example")
	for _, file := range []string{"cert.pem", "key.pem"} {
		_ = os.Remove(filepath.Join(dir, file))
		if err := os.Symlink(filepath.Join(other, file), filepath.Join(dir, file)); err != nil {
			t.Fatal(err)
		}
	}
	expect("four.example")
}

func TestFilesThatDoNotFit(t *testing.T) {
	dir := t.TempDir()
	writePair(t, dir, "one.example")
	c := configs.TLS{Mode: configs.TLSFiles, CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "missing.pem")}
	if _, err := New(c, nil); err == nil || !strings.Contains(err.Error(), "tls.key_file") {
		t.Error(err)
	}
	c.KeyFile = filepath.Join(dir, "text")
	if err := os.WriteFile(c.KeyFile, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(c, nil); err == nil || !strings.Contains(err.Error(), "must be PEM") {
		t.Error(err)
	}
}

func TestSelfSignedIsKept(t *testing.T) {
	var log strings.Builder
	c := configs.TLS{Mode: configs.TLSSelfSigned, Domains: []string{"salon.lan"}, CacheDir: filepath.Join(t.TempDir(), "tls")}
	make := func() *x509.Certificate {
		s, err := New(c, logTo(&log))
		if err != nil {
			t.Fatal(err)
		}
		return shown(t, s)
	}
	first := make()
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "salon.lan"} {
		if err := first.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if first.NotAfter.Sub(first.NotBefore) > 398*24*time.Hour {
		t.Error("Apple's systems refuse it for its length")
	}
	if !strings.Contains(log.String(), "sha256=") {
		t.Errorf("no fingerprint in %s", log.String())
	}
	if !make().Equal(first) {
		t.Error("another start made another certificate")
	}
	info, err := os.Stat(filepath.Join(c.CacheDir, selfSignedFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key is kept as %v, %v", info, err)
	}
	c.Domains = []string{"other.lan"}
	if second := make(); second.Equal(first) || second.VerifyHostname("other.lan") != nil {
		t.Error("a new name is not covered")
	}
	if err := os.WriteFile(filepath.Join(c.CacheDir, selfSignedFile), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if make().VerifyHostname("other.lan") != nil {
		t.Error("a damaged file is in the way")
	}
}

func TestSelfSignedIsRenewed(t *testing.T) {
	now := time.Now()
	s := &selfSigned{names: []string{"localhost"}, now: func() time.Time { return now }, log: slog.New(slog.DiscardHandler)}
	serial := func() string {
		c, err := s.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Leaf.SerialNumber.String()
	}
	first := serial()
	for _, step := range []struct {
		after time.Duration
		same  bool
	}{{0, true}, {selfSignedLife - selfSignedRenew - time.Second, true}, {2 * time.Second, false}} {
		now = now.Add(step.after)
		if same := serial() == first; same != step.same {
			t.Errorf("after %v the same certificate: %v", step.after, same)
		}
	}
}

// A read-only file system is no reason not to start.
func TestSelfSignedWithoutAPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	s, err := New(configs.TLS{Mode: configs.TLSSelfSigned, CacheDir: filepath.Join(file, "tls")}, logTo(&log))
	if err != nil || shown(t, s) == nil || !strings.Contains(log.String(), "tls.cache_dir") {
		t.Errorf("%v\n%s", err, log.String())
	}
}

func TestFolder(t *testing.T) {
	state := t.TempDir()
	t.Setenv("STATE_DIRECTORY", state)
	if dir, err := folder(""); err != nil || dir != filepath.Join(state, "tls") {
		t.Errorf("%s, %v", dir, err)
	}
	t.Setenv("STATE_DIRECTORY", "")
	t.Setenv("XDG_CACHE_HOME", state)
	if dir, err := folder(""); err != nil || dir != filepath.Join(state, "salon", "tls") {
		t.Errorf("%s, %v", dir, err)
	}
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if _, err := folder(""); err == nil || !strings.Contains(err.Error(), "tls.cache_dir") {
		t.Error(err)
	}
}

// What needs no authority is tested here; test/acme has one.
func TestAutoRefusesWhatCannotWork(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := configs.TLS{Mode: configs.TLSAuto, Domains: []string{"salon.example"}, CacheDir: t.TempDir(), ACMEDirectory: "https://127.0.0.1:1/dir"}
	for key, change := range map[string]func(*configs.TLS){
		"tls.cache_dir":    func(c *configs.TLS) { c.CacheDir = filepath.Join(text, "tls") },
		"tls.acme_ca_file": func(c *configs.TLS) { c.ACMECAFile = text },
		"acme_ca_file":     func(c *configs.TLS) { c.ACMECAFile = text + ".missing" },
	} {
		c := good
		change(&c)
		if _, err := New(c, nil); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
	var log strings.Builder
	s, err := New(good, logTo(&log))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s.Prepare(ctx)
	if log.Len() > 0 {
		t.Errorf("a stopping server asked the authority: %s", log.String())
	}
	if _, err := s.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: "other.example"}); err == nil {
		t.Error("the authority was asked for any name")
	}
}

func TestRedirect(t *testing.T) {
	for _, c := range []struct{ port, host, want string }{
		{"443", "salon.example", "https://salon.example/a%20b?c=d"},
		{"443", "salon.example:80", "https://salon.example/a%20b?c=d"},
		{"8443", "salon.example:80", "https://salon.example:8443/a%20b?c=d"},
		{"8443", "[2001:db8::1]:80", "https://[2001:db8::1]:8443/a%20b?c=d"},
		{"443", "[2001:db8::1]:80", "https://[2001:db8::1]/a%20b?c=d"},
		{"443", "[2001:db8::1]", "https://[2001:db8::1]/a%20b?c=d"},
		{"443", "", ""},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/a%20b?c=d", nil)
		r.Host = c.host
		Redirect(c.port).ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != c.want || c.want == "" && w.Code != http.StatusBadRequest {
			t.Errorf("%s to port %s: %d %q, want %q", c.host, c.port, w.Code, got, c.want)
		}
	}
}
