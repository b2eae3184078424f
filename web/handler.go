package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

const (
	// immutable is for files whose name contains a hash of their content.
	immutable = "public, max-age=31536000, immutable"
	// fresh is for files that keep their name: the browser asks each time whether they changed.
	fresh = "no-cache"
)

// file is one file of the build, ready to be sent.
type file struct {
	plain, zipped []byte // zipped is nil where compression does not help
	contentType   string
	cache         string
	etag          string
}

// handler serves a fixed set of files from memory. It is never written after newHandler, so it needs no lock.
type handler struct {
	files map[string]*file // by path without the leading slash
	page  *file            // index.html, or the page that says how to build it
}

func newHandler(build fs.FS) *handler {
	h := &handler{files: map[string]*file{}}
	err := fs.WalkDir(build, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		content, err := fs.ReadFile(build, name)
		if err != nil {
			return err
		}
		h.files[name] = newFile(name, content)
		return nil
	})
	if err != nil {
		// The files are part of the program: they can always be read.
		panic("web: the embedded build cannot be read: " + err.Error())
	}
	h.page = h.files["index.html"]
	if h.page == nil {
		h.page = newFile("index.html", []byte(unbuilt))
	}
	return h
}

func newFile(name string, content []byte) *file {
	sum := sha256.Sum256(content)
	f := &file{plain: content, contentType: contentType(name), cache: fresh, etag: `"` + hex.EncodeToString(sum[:12]) + `"`}
	if strings.HasPrefix(name, "assets/") {
		f.cache = immutable
	}
	if compressible(f.contentType) {
		var buffer bytes.Buffer
		w, _ := gzip.NewWriterLevel(&buffer, gzip.BestCompression) // the level is valid
		_, _ = w.Write(content)                                    // a bytes.Buffer takes everything
		_ = w.Close()
		if buffer.Len() < len(content)*9/10 {
			f.zipped = buffer.Bytes()
		}
	}
	return f
}

// ServeHTTP answers GET and HEAD: a file of the build, else the page. Addresses of files that do not exist are 404, so
// that an old page asking for a script of the last version does not get HTML.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	SetSecurityHeaders(w.Header())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "Only GET and HEAD are answered here.")
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if f, ok := h.files[name]; ok && name != "index.html" {
		f.serve(w, r)
		return
	}
	if strings.Contains(name, "/") || looksLikeFile(name) {
		// A room is one part of an address; deeper ones only exist as files.
		refuse(w, http.StatusNotFound, "There is no such file. Reload the page.")
		return
	}
	if name != "" {
		// The name of a room is half a secret: search engines shall not list it.
		w.Header().Set("X-Robots-Tag", "noindex")
	}
	h.page.serve(w, r)
}

// looksLikeFile says whether a name ends like what browsers and robots ask every server for (favicon.ico, robots.txt):
// those get a 404 instead of a room. Other dots are fine in the name of a room; the client knows this list too.
func looksLikeFile(name string) bool {
	switch path.Ext(name) {
	case ".css", ".ico", ".js", ".json", ".map", ".mjs", ".php", ".png", ".svg", ".txt", ".wasm", ".webmanifest", ".woff2", ".xml":
		return true
	}
	return false
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", f.contentType)
	header.Set("Cache-Control", f.cache)
	body, etag := f.plain, f.etag
	if f.zipped != nil {
		header.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			body, etag = f.zipped, strings.TrimSuffix(f.etag, `"`)+`-gz"`
			header.Set("Content-Encoding", "gzip")
		}
	}
	header.Set("ETag", etag)
	if matches(r.Header.Get("If-None-Match"), etag) {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the browser went away; there is nobody to tell
	}
}

func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text)
}

// types are fixed here, because mime.TypeByExtension depends on the machine.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".json": "application/json", ".png": "image/png", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
	".wasm": "application/wasm", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2",
}

func contentType(name string) string {
	extension := path.Ext(name)
	if t, ok := types[extension]; ok {
		return t
	}
	if t := mime.TypeByExtension(extension); t != "" {
		return t
	}
	return "application/octet-stream"
}

func compressible(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.Contains(contentType, "json") ||
		strings.Contains(contentType, "svg") || strings.Contains(contentType, "wasm")
}

// acceptsGzip reads Accept-Encoding (RFC 9110 12.5.3) as far as it concerns gzip.
func acceptsGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, parameters, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		weight, found := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
		if !found {
			return true
		}
		q, err := strconv.ParseFloat(weight, 64)
		return err == nil && q > 0
	}
	return false
}

// matches reads If-None-Match (RFC 9110 13.1.2).
func matches(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if candidate := strings.TrimPrefix(strings.TrimSpace(part), "W/"); candidate == etag || candidate == "*" {
			return true
		}
	}
	return false
}
