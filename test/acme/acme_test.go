package acme

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const domain = "salon.test"

// patience bounds every wait: an issuance takes about a second.
const patience = 60 * time.Second

func TestCertificateFromAnAuthority(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "salon")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", binary, "./cmd/salon")
	build.Dir = filepath.Join("..", "..")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the server: %v\n%s", err, output)
	}
	port := freePort(t)
	authority := startAuthority(t, port)
	flags := []string{
		"serve", "--rooms-store=none", "--http-listen", fmt.Sprintf("127.0.0.1:%d", port), "--metrics-listen=", "--media-udp-port=0", "--media-tcp-port=0",
		"--tls-mode=auto", "--tls-domains=" + domain, "--tls-cache-dir=" + t.TempDir(), "--tls-redirect-listen=127.0.0.1:0",
		"--tls-acme-directory=" + authority.directory, "--tls-acme-ca-file=" + authority.caFile, "--tls-email=admin@" + domain,
	}

	server := start(t, binary, flags)
	server.waitFor(t, "certificate ready")
	first := visit(t, port, domain, authority.roots)
	server.stop(t)

	// The second run must not ask again: authorities count.
	authority.server.Close()
	server = start(t, binary, flags)
	server.waitFor(t, "certificate ready")
	second := visit(t, port, domain, authority.roots)
	if !first.Equal(second) {
		t.Error("after a restart the server shows another certificate")
	}
	if conn, err := tls.Dial("tcp", address(port), &tls.Config{ServerName: "other.test", RootCAs: authority.roots}); err == nil {
		conn.Close()
		t.Error("a name that is not configured got a certificate")
	}
	server.stop(t)
}

func address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// freePort returns a port that was free just now. The authority has to know it before the server listens.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// visit asks as a browser that trusts the authority, and returns the certificate that it was shown.
func visit(t *testing.T, port int, name string, roots *x509.CertPool) *x509.Certificate {
	t.Helper()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", address(port))
		},
		ForceAttemptHTTP2: true,
	}}
	defer client.CloseIdleConnections()
	response, err := client.Get("https://" + name + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || strings.TrimSpace(string(body)) != "ok" {
		t.Errorf("status %d, body %q, error %v", response.StatusCode, body, err)
	}
	if response.Proto != "HTTP/2.0" || response.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("protocol %s, headers %v", response.Proto, response.Header)
	}
	return response.TLS.PeerCertificates[0]
}

// running is the built server as a process.
type running struct {
	process *exec.Cmd
	lines   chan string // of its log; closed when it has ended
}

func start(t *testing.T, binary string, flags []string) *running {
	t.Helper()
	r := &running{process: exec.Command(binary, flags...), lines: make(chan string, 1000)}
	r.process.Env = append(os.Environ(), "SALON_LOG_FORMAT=json", "SALON_LOG_LEVEL=debug")
	log, err := r.process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(r.lines)
		for decoder := json.NewDecoder(log); ; {
			var line map[string]any
			if decoder.Decode(&line) != nil {
				return
			}
			r.lines <- fmt.Sprint(line["msg"], " ", line["reason"])
		}
	}()
	t.Cleanup(func() { _ = r.process.Process.Kill() })
	return r
}

func (r *running) waitFor(t *testing.T, message string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case line, ok := <-r.lines:
			if !ok {
				t.Fatalf("the server ended before it said %q", message)
			}
			t.Log(line)
			if strings.HasPrefix(line, message) {
				return
			}
		case <-deadline:
			t.Fatalf("the server did not say %q", message)
		}
	}
}

func (r *running) stop(t *testing.T) {
	t.Helper()
	if err := r.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for line := range r.lines {
		t.Log(line)
	}
	if err := r.process.Wait(); err != nil {
		t.Errorf("the server did not stop cleanly: %v", err)
	}
}

// writePEM keeps a certificate where the server can read it.
func writePEM(t *testing.T, certificate *x509.Certificate) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
