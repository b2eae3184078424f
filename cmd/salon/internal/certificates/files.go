package certificates

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
)

// files serves a certificate that somebody else renews. Every handshake looks whether the files changed: two stat
// calls cost far less than a handshake, and no signal is needed after a renewal.
type files struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex // guards all below; held while files are read
	current *tls.Certificate
	seen    [2]os.FileInfo
}

func newFiles(cert, key string, log *slog.Logger) (*Source, error) {
	f := &files{cert: cert, key: key, log: log}
	if err := f.load(); err != nil {
		return nil, err
	}
	return &Source{config: serverConfig(f.get)}, nil
}

func (f *files) load() error {
	for i, path := range []string{f.cert, f.key} {
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("read the certificate: %w: check tls.cert_file and tls.key_file, and that this account may read them", err)
		}
		f.seen[i] = info
	}
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return fmt.Errorf("read the certificate in %s and its key in %s: %w: both must be PEM and belong together", f.cert, f.key, err)
	}
	f.current = &pair
	return nil
}

func (f *files) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.changed() {
		// Two files are never replaced in one step: a pair that does not fit keeps the old one until the next look.
		if err := f.load(); err != nil {
			f.log.Warn("the changed certificate is not used, the old one stays", "reason", err)
		} else {
			f.log.Info("the certificate was read again", "expires", f.current.Leaf.NotAfter)
		}
	}
	return f.current, nil
}

// changed says whether a file is another one than the one that was read. A missing file is no change.
func (f *files) changed() bool {
	for i, path := range []string{f.cert, f.key} {
		info, err := os.Stat(path)
		if err != nil {
			return false
		}
		was := f.seen[i]
		if !os.SameFile(info, was) || !info.ModTime().Equal(was.ModTime()) || info.Size() != was.Size() {
			return true
		}
	}
	return false
}
