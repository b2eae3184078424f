package web

import (
	"net/http"
	"strings"
)

// policy allows what the client does and nothing else: no inline script or style, nothing from another origin, and no
// other site may frame it. 'self' in connect-src covers the WebSocket of the own host (CSP 3; Safari since 15.4).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// permissions gives the page what a call needs and turns everything else off that browsers know to be off.
var permissions = strings.Join([]string{
	"camera=(self)", "microphone=(self)", "display-capture=(self)", "autoplay=(self)", "fullscreen=(self)",
	"screen-wake-lock=(self)", "speaker-selection=(self)", "picture-in-picture=(self)",
	"accelerometer=()", "browsing-topics=()", "geolocation=()", "gyroscope=()", "hid=()", "idle-detection=()",
	"local-fonts=()", "magnetometer=()", "midi=()", "payment=()", "serial=()", "usb=()", "xr-spatial-tracking=()",
}, ", ")

// SetSecurityHeaders sets the headers that belong on every response of the server, errors included.
func SetSecurityHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", permissions)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}
