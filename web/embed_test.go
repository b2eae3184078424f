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

var script = strings.Repeat("console.log('salon');\n", 100)

func built() http.Handler {
	return newHandler(fstest.MapFS{
		"index.html":                  {Data: []byte("<!doctype html><title>Salon</title>")},
		"assets/main-abc123.js":       {Data: []byte(script)},
		"assets/main-abc123.css":      {Data: []byte("body{}")},
		"static/icon.svg":             {Data: []byte("<svg/>")},
		"static/icon.png":             {Data: []byte("\x89PNG")},
		"static/manifest.webmanifest": {Data: []byte("{}")},
		".placeholder":                {Data: []byte("not for browsers")},
	})
}

func get(h http.Handler, method, target string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	content, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestAddresses(t *testing.T) {
	const page, none = "text/html; charset=utf-8", "text/plain; charset=utf-8"
	for _, c := range []struct {
		method, target string
		status         int
		contentType    string
		cache          string
	}{
		{"GET", "/", 200, page, fresh},
		{"GET", "/cuisine", 200, page, fresh},
		{"GET", "/caf%C3%A9?debug", 200, page, fresh},
		{"GET", "/v1.2", 200, page, fresh},
		{"GET", "/index.html", 200, page, fresh},
		{"GET", "/.placeholder", 200, page, fresh}, // an address like any room's, never the file
		{"GET", "/assets", 200, page, fresh},
		{"GET", "/assets/main-abc123.js", 200, "text/javascript; charset=utf-8", immutable},
		{"GET", "/assets/main-abc123.css", 200, "text/css; charset=utf-8", immutable},
		{"GET", "/static/icon.svg", 200, "image/svg+xml", fresh},
		{"GET", "/static/manifest.webmanifest", 200, "application/manifest+json", fresh},
		{"GET", "/assets/main-old.js", 404, none, "no-store"},
		{"GET", "/assets/", 404, none, "no-store"},
		{"GET", "/static/", 404, none, "no-store"},
		{"GET", "/favicon.ico", 404, none, "no-store"},
		{"GET", "/robots.txt", 404, none, "no-store"},
		{"GET", "/a/b", 404, none, "no-store"},
		{"GET", "/assets/../index.html", 404, none, "no-store"},
		{"GET", "/assets/..%2f..%2fetc/passwd", 404, none, "no-store"},
		{"GET", "//etc/passwd", 404, none, "no-store"},
		{"HEAD", "/cuisine", 200, page, fresh},
		{"POST", "/cuisine", 405, none, "no-store"},
		{"DELETE", "/assets/main-abc123.js", 405, none, "no-store"},
		{"OPTIONS", "/", 405, none, "no-store"},
	} {
		t.Run(c.method+" "+c.target, func(t *testing.T) {
			r := get(built(), c.method, "http://salon.example"+c.target)
			if r.StatusCode != c.status || r.Header.Get("Content-Type") != c.contentType || r.Header.Get("Cache-Control") != c.cache {
				t.Errorf("got %d %q %q, want %d %q %q", r.StatusCode, r.Header.Get("Content-Type"), r.Header.Get("Cache-Control"), c.status, c.contentType, c.cache)
			}
			if content := body(t, r); strings.Contains(content, "not for browsers") || c.method == "HEAD" && content != "" {
				t.Errorf("body %q", content)
			}
			checkHeaders(t, r)
		})
	}
}

func checkHeaders(t *testing.T, r *http.Response) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options":     "nosniff",
		"Referrer-Policy":            "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	csp := r.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "connect-src 'self';"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy %q has no %q", csp, want)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") || strings.Contains(csp, "%") {
		t.Errorf("the policy %q is too wide", csp)
	}
	for _, want := range []string{"camera=(self)", "microphone=(self)", "display-capture=(self)", "geolocation=()", "usb=()"} {
		if !strings.Contains(r.Header.Get("Permissions-Policy"), want) {
			t.Errorf("Permissions-Policy has no %q", want)
		}
	}
}

func TestCompression(t *testing.T) {
	h := built()
	for accept, zipped := range map[string]bool{
		"gzip": true, "br, gzip;q=0.8": true, "GZIP ; q=1": true, "": false, "br": false, "gzip;q=0": false, "gzip;q=0.0": false, "gzip;q=x": false, "xgzip": false,
	} {
		r := get(h, "GET", "/assets/main-abc123.js", "Accept-Encoding", accept)
		if got := r.Header.Get("Content-Encoding") == "gzip"; got != zipped {
			t.Errorf("Accept-Encoding %q: zipped %v, want %v", accept, got, zipped)
			continue
		}
		if r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: Vary is %q", accept, r.Header.Get("Vary"))
		}
		if zipped {
			unzipped, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			r.Body = unzipped
		}
		if body(t, r) != script {
			t.Errorf("Accept-Encoding %q: another content", accept)
		}
	}
	if r := get(h, "GET", "/static/icon.png", "Accept-Encoding", "gzip"); r.Header.Get("Content-Encoding") != "" || r.Header.Get("Vary") != "" {
		t.Error("a picture is compressed twice")
	}
}

func TestNotModified(t *testing.T) {
	h := built()
	plain := get(h, "GET", "/assets/main-abc123.js").Header.Get("ETag")
	zipped := get(h, "GET", "/assets/main-abc123.js", "Accept-Encoding", "gzip").Header.Get("ETag")
	if plain == "" || plain == zipped {
		t.Fatalf("ETags %q and %q", plain, zipped)
	}
	for _, c := range []struct {
		header, accept string
		status         int
	}{
		{plain, "", 304}, {"W/" + plain, "", 304}, {`"x", ` + plain, "", 304}, {"*", "", 304}, {`"x"`, "", 200}, {"", "", 200},
		{plain, "gzip", 200}, {zipped, "gzip", 304},
	} {
		r := get(h, "GET", "/assets/main-abc123.js", "If-None-Match", c.header, "Accept-Encoding", c.accept)
		if r.StatusCode != c.status {
			t.Errorf("If-None-Match %q, Accept-Encoding %q: %d, want %d", c.header, c.accept, r.StatusCode, c.status)
		}
		if c.status == 304 && body(t, r) != "" {
			t.Error("304 with a body")
		}
	}
}

func TestRoomsAreNotIndexed(t *testing.T) {
	if got := get(built(), "GET", "/cuisine").Header.Get("X-Robots-Tag"); got != "noindex" {
		t.Errorf("a room has X-Robots-Tag %q", got)
	}
	if got := get(built(), "GET", "/").Header.Get("X-Robots-Tag"); got != "" {
		t.Errorf("the landing page has X-Robots-Tag %q", got)
	}
}

func TestWithoutBuild(t *testing.T) {
	h := newHandler(fstest.MapFS{".placeholder": {}})
	for _, target := range []string{"http://salon.example/", "http://salon.example/cuisine"} {
		r := get(h, "GET", target)
		content := body(t, r)
		if r.StatusCode != 200 || strings.Count(content, "make web") != 2 || !strings.Contains(content, `lang="en"`) {
			t.Errorf("%s: %d %q", target, r.StatusCode, content)
		}
		checkHeaders(t, r)
	}
	if r := get(h, "GET", "/assets/main.js"); r.StatusCode != 404 {
		t.Errorf("assets: %d", r.StatusCode)
	}
}

func TestEmbedded(t *testing.T) {
	if r := get(Handler(), "GET", "/"); r.StatusCode != 200 || body(t, r) == "" {
		t.Errorf("the embedded client is not served: %d", r.StatusCode)
	}
}
