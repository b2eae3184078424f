package certificates

import (
	"net"
	"net/http"
	"strings"
)

// redirect sends every request to HTTPS on the same host.
type redirect struct{ port string }

// ServeHTTP implements http.Handler.
func (d redirect) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "" {
		http.Error(w, "Use HTTPS.", http.StatusBadRequest)
		return
	}
	host = strings.Trim(host, "[]")
	switch {
	case d.port != "443":
		host = net.JoinHostPort(host, d.port)
	case strings.Contains(host, ":"):
		host = "[" + host + "]"
	}
	// 307 keeps the method and is not remembered: the next start may use another port, or no TLS.
	http.Redirect(w, r, "https://"+host+r.URL.RequestURI(), http.StatusTemporaryRedirect)
}
