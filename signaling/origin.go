package signaling

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// OriginAllowed decides whether the page that opens a session may.
//
// A browser sends the Origin of the page with every WebSocket handshake (RFC 6455 section 10.2) and the page cannot
// change it, so a foreign one means that some other site drives a visitor's browser. A request without Origin comes
// from a program that is no browser; such a program could write any Origin, and it carries nobody's cookies or
// network position, so refusing it would protect nobody. "null" is the origin of sandboxed frames and local files:
// anybody can make one, so it never passes.
func OriginAllowed(r *http.Request, allowed []string) bool {
	headers := r.Header.Values("Origin")
	if len(headers) == 0 {
		return true
	}
	if len(headers) > 1 {
		return false
	}
	origin, ok := parseOrigin(headers[0])
	if !ok {
		return false
	}
	for _, a := range allowed {
		if permitted, ok := parseOrigin(a); ok && permitted == origin {
			return true
		}
	}
	// Whether clients reach a proxy by TLS is not known here; but a page without TLS must not reach a server with it.
	if r.TLS != nil && origin.scheme != "https" {
		return false
	}
	host, port := splitHost(r.Host, origin.scheme)
	return host != "" && host == origin.host && port == origin.port
}

// webOrigin is RFC 6454's triple; equal values are the same origin.
type webOrigin struct{ scheme, host, port string }

func parseOrigin(text string) (webOrigin, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return webOrigin{}, false
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return webOrigin{}, false
	}
	host, port := splitHost(u.Host, u.Scheme)
	return webOrigin{scheme: u.Scheme, host: host, port: port}, host != "" && host != "*"
}

// splitHost separates the port, which defaults by the scheme.
func splitHost(hostport, scheme string) (host, port string) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		host, port = strings.Trim(hostport, "[]"), ""
	}
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[scheme]
	}
	return strings.ToLower(host), port
}
