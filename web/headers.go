package web

import (
	"net/http"
	"strings"
)

// policy allows what the client does and nothing else: no inline script or style, nothing from another origin, and no
// other site may frame it. 'self' in connect-src covers wss on https pages; ws and wss of the own host are added per
// request, because older Safari does not count them as 'self'.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; connect-src 'self'%s; font-src 'self'; manifest-src 'self'; worker-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// permissions gives the page what a call needs and turns everything else off.
var permissions = strings.Join([]string{
	"camera=(self)", "microphone=(self)", "display-capture=(self)", "autoplay=(self)", "fullscreen=(self)",
	"screen-wake-lock=(self)", "speaker-selection=(self)", "clipboard-write=(self)", "picture-in-picture=(self)",
	"accelerometer=()", "bluetooth=()", "browsing-topics=()", "clipboard-read=()", "encrypted-media=()", "gamepad=()", "geolocation=()",
	"gyroscope=()", "hid=()", "identity-credentials-get=()", "idle-detection=()", "local-fonts=()", "magnetometer=()",
	"midi=()", "payment=()", "publickey-credentials-get=()", "serial=()", "storage-access=()", "usb=()", "web-share=()", "xr-spatial-tracking=()",
}, ", ")

// secure sets the headers that belong on every response, errors included.
func secure(h http.Header, host string) {
	h.Set("Content-Security-Policy", strings.Replace(policy, "%s", sockets(host), 1))
	h.Set("Permissions-Policy", permissions)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// sockets returns the sources for WebSockets of the host, or "" when the host could break out of the header's syntax.
func sockets(host string) string {
	if host == "" || strings.ContainsFunc(host, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-:[]", r))
	}) {
		return ""
	}
	return " ws://" + host + " wss://" + host
}
