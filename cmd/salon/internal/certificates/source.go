package certificates

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"

	"salon/configs"
)

// Source is where the certificate comes from. Safe for concurrent use.
type Source struct {
	config *tls.Config
	// prepare gets what can be had before the first visitor waits for it.
	prepare func(context.Context)
}

// New returns the source that the configuration asks for, nil for tls.mode off. Files are read, and a self-signed
// certificate is made, before it returns; an ACME authority is asked by Prepare or by the first connection.
func New(c configs.TLS, log *slog.Logger) (*Source, error) {
	switch c.Mode {
	case configs.TLSFiles:
		return newFiles(c.CertFile, c.KeyFile, log)
	case configs.TLSSelfSigned:
		return newSelfSigned(c, log)
	case configs.TLSAuto:
		return newAuto(c, log)
	}
	return nil, nil
}

// Config is for the HTTPS listener.
func (s *Source) Config() *tls.Config { return s.config }

// Redirect sends plain HTTP on to HTTPS on the same host name, at the given port ("443" is left out).
func Redirect(port string) http.Handler { return redirect{port: port} }

// Prepare gets certificates ahead of the first visitor. The listener must be open, because an authority connects to it.
func (s *Source) Prepare(ctx context.Context) {
	if s.prepare != nil {
		s.prepare(ctx)
	}
}

// serverConfig is what all modes share.
func serverConfig(get func(*tls.ClientHelloInfo) (*tls.Certificate, error)) *tls.Config {
	return &tls.Config{GetCertificate: get, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
}

// errNoFolder says that nobody told where to keep things.
var errNoFolder = errors.New("set tls.cache_dir to a folder that outlives restarts")

// folder makes the folder for keys and certificates.
func folder(configured string) (string, error) {
	dir := configured
	if dir == "" {
		if state := os.Getenv("STATE_DIRECTORY"); state != "" {
			dir = filepath.Join(state, "tls")
		} else if cache, err := os.UserCacheDir(); err == nil {
			dir = filepath.Join(cache, "salon", "tls")
		} else {
			return "", errNoFolder
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("%w (%w)", err, errNoFolder)
	}
	return dir, nil
}
