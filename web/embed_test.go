package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

var client = fstest.MapFS{
	"index.html":        {Data: []byte("<!doctype html><title>app</title>" + strings.Repeat(" ", 500))},
	"assets/app-abc.js": {Data: []byte(strings.Repeat("let x = 1;\n", 100))},
	"icon.svg":          {Data: []byte("<svg/>")},
	".placeholder":      {Data: nil},
}

func get(t *testing.T, h http.Handler, method, target string, header http.Header) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for k, v := range header {
		r.Header[k] = v
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestPaths(t *testing.T) {
	h := newHandler(client)
	for _, c := range []struct {
		method, path string
		status       int
		kind, cache  string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8", "no-cache"},
		{"GET", "/cuisine", 200, "text/html; charset=utf-8", "no-cache"},
		{"GET", "/réunion-du-lundi", 200, "text/html; charset=utf-8", "no-cache"},
		{"GET", "/v1.2", 200, "text/html; charset=utf-8", "no-cache"},
		{"HEAD", "/cuisine", 200, "text/html; charset=utf-8", "no-cache"},
		{"GET", "/assets/app-abc.js", 200, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		{"GET", "/icon.svg", 200, "image/svg+xml", "public, max-age=3600"},
		{"GET", "/assets/gone.js", 404, "text/plain; charset=utf-8", ""},
		{"GET", "/assets/", 200, "text/html; charset=utf-8", "no-cache"}, // a room of that name is allowed
		{"GET", "/wp-login.php", 404, "text/plain; charset=utf-8", ""},
		{"GET", "/.placeholder", 200, "text/html; charset=utf-8", "no-cache"},
		{"GET", "/../../etc/passwd", 404, "text/plain; charset=utf-8", ""},
		{"GET", "/a/b", 404, "text/plain; charset=utf-8", ""},
		{"POST", "/cuisine", 405, "text/plain; charset=utf-8", ""},
	} {
		r := get(t, h, c.method, c.path, nil)
		if r.StatusCode != c.status || r.Header.Get("Content-Type") != c.kind || r.Header.Get("Cache-Control") != c.cache {
			t.Errorf("%s %s: %d %q %q, want %d %q %q", c.method, c.path, r.StatusCode, r.Header.Get("Content-Type"), r.Header.Get("Cache-Control"), c.status, c.kind, c.cache)
		}
		for _, name := range []string{"Content-Security-Policy", "Permissions-Policy", "X-Content-Type-Options", "Referrer-Policy"} {
			if r.Header.Get(name) == "" {
				t.Errorf("%s %s lacks %s", c.method, c.path, name)
			}
		}
		if strings.Contains(r.Header.Get("Content-Security-Policy"), "unsafe") {
			t.Error("the policy allows something unsafe")
		}
	}
}

func TestGzip(t *testing.T) {
	h := newHandler(client)
	for accept, want := range map[string]string{"gzip, br": "gzip", "br": "", "": "", "gzip;q=0": "", "br, GZIP;q=0.5": "gzip"} {
		r := get(t, h, "GET", "/assets/app-abc.js", http.Header{"Accept-Encoding": {accept}})
		if got := r.Header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: %q, want %q", accept, got, want)
			continue
		}
		var body io.Reader = r.Body
		if want == "gzip" {
			z, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = z
		}
		if content, err := io.ReadAll(body); err != nil || string(content) != string(client["assets/app-abc.js"].Data) {
			t.Errorf("Accept-Encoding %q: content differs, %v", accept, err)
		}
	}
}

func TestUnbuiltClientSaysWhatToDo(t *testing.T) {
	r := get(t, newHandler(fstest.MapFS{".placeholder": {}}), "GET", "/cuisine", nil)
	body, _ := io.ReadAll(r.Body)
	if r.StatusCode != 200 || !strings.Contains(string(body), "make build") {
		t.Errorf("%d %s", r.StatusCode, body)
	}
}

func TestHandlerServesTheEmbeddedFolder(t *testing.T) {
	if r := get(t, Handler(), "GET", "/", nil); r.StatusCode != 200 {
		t.Errorf("status %d", r.StatusCode)
	}
}
