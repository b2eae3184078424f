// Package web serves the client: the files that Vite built into dist, embedded in the binary.
//
// Every answer carries the security headers, errors included. Paths that name no file are rooms, and get the
// application. It knows nothing of rooms or signaling; what the browser runs is in src.
package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

//go:embed all:dist
var embedded embed.FS

// policy is the Content-Security-Policy: everything comes from this origin, and nothing is evaluated. Browsers differ in
// whether 'self' covers WebSockets in connect-src; those that matter (Chromium, Firefox, Safari 15.4) agree that it does.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// features is the Permissions-Policy: what a call needs, for this origin only.
const features = "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), autoplay=(self), " +
	"fullscreen=(self), picture-in-picture=(self), screen-wake-lock=(self), geolocation=(), payment=(), usb=(), " +
	"serial=(), hid=(), midi=(), accelerometer=(), gyroscope=(), magnetometer=(), browsing-topics=()"

// SetSecurityHeaders adds the headers that every answer of the server carries.
func SetSecurityHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", features)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// Handler serves the client.
func Handler() http.Handler {
	dist, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic(err) // the folder is embedded: a build error
	}
	return newHandler(dist)
}

// file is one file of the client, compressed where that helps.
type file struct {
	content, gzipped []byte
	kind             string // media type
}

type handler struct {
	files map[string]file // by path, without leading slash
	built bool
}

func newHandler(dist fs.FS) *handler {
	h := &handler{files: map[string]file{}}
	_ = fs.WalkDir(dist, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		content, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		h.files[name] = newFile(name, content)
		return nil
	})
	_, h.built = h.files["index.html"]
	if !h.built {
		h.files["index.html"] = newFile("index.html", []byte(unbuilt))
	}
	return h
}

func newFile(name string, content []byte) file {
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".webmanifest" {
		kind = "application/manifest+json"
	}
	f := file{content: content, kind: kind}
	if strings.HasPrefix(kind, "text/") || strings.Contains(kind, "javascript") || strings.Contains(kind, "json") || strings.Contains(kind, "svg") {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = w.Write(content) // a bytes.Buffer does not fail
		_ = w.Close()
		if b.Len() < len(content) {
			f.gzipped = b.Bytes()
		}
	}
	return f
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	SetSecurityHeaders(w.Header())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are answered here", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	f, found := h.files[name]
	switch {
	case found && name != "index.html":
		// Vite's names in assets/ contain a hash of the content.
		if strings.HasPrefix(name, "assets/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			w.Header().Set("Cache-Control", "public, max-age=3600")
		}
	case isRoom(name):
		f = h.files["index.html"]
		w.Header().Set("Cache-Control", "no-cache")
	default:
		http.Error(w, "there is nothing here", http.StatusNotFound)
		return
	}
	f.serve(w, r)
}

// isRoom says whether a path that is no file can be a room's address: one segment without a dot, or the landing page.
// A missing asset stays a 404, so that an old tab notices instead of getting HTML for a script.
func isRoom(name string) bool {
	return name == "" || name == "index.html" || !strings.Contains(name, "/") && !assetLike(name)
}

// assetLike says whether a name ends like a file of the client's; room names may contain other dots.
func assetLike(name string) bool {
	switch path.Ext(name) {
	case ".js", ".mjs", ".css", ".map", ".html", ".svg", ".png", ".ico", ".json", ".txt", ".xml", ".php", ".wasm", ".webmanifest", ".woff2":
		return true
	}
	return false
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", f.kind)
	w.Header().Add("Vary", "Accept-Encoding")
	if f.gzipped != nil && acceptsGzip(r) && r.Header.Get("Range") == "" {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(f.gzipped)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(f.gzipped)
		}
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
}

// acceptsGzip reads Accept-Encoding (RFC 9110 12.5.3) as far as it matters: gzip named, and not refused with q=0.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return strings.ReplaceAll(quality, " ", "") != "q=0"
		}
	}
	return false
}

// unbuilt is the page of a binary that was built before the client.
const unbuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Salon</title>
<h1>Salon</h1>
<p>The server runs, but its web client has not been built yet. Run <code>make build</code> (it needs Node 20), then start the server again.</p>
<p lang="fr">Le serveur tourne, mais son client web n’a pas encore été construit. Lancez <code>make build</code> (Node 20 est nécessaire), puis redémarrez le serveur.</p>
</html>
`
