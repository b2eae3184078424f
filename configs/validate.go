package configs

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"salon/configs/yamlfile"
)

// Validate says what is wrong with the values. It looks at nothing but the values: no file, no port, no name server.
func (c Config) Validate() Problems {
	var p Problems
	c.validateNumbers(&p)
	c.validateWords(&p)
	c.validateHTTP(&p)
	c.validateTLS(&p)
	c.validateMedia(&p)
	bearerToken(&p, "signaling.whip_token", c.Signaling.WHIPToken)
	bearerToken(&p, "admin.token", c.Admin.Token)
	c.validateTokens(&p)
	c.validateOIDC(&p)
	c.validateICEServers(&p)
	c.validateWebhooks(&p)
	return p
}

// validateNumbers is the limits table of docs/operations.md.
func (c Config) validateNumbers(p *Problems) {
	yamlfile.Between(p, "media.udp_port", c.Media.UDPPort, 0, 65535)
	yamlfile.Between(p, "media.tcp_port", c.Media.TCPPort, -1, 65535)
	if c.Media.MaxViewerKbps != 0 { // less than that is no picture
		yamlfile.Between(p, "media.max_viewer_kbps", c.Media.MaxViewerKbps, 100, 1_000_000)
	}
	yamlfile.Between(p, "rooms.max_rooms", c.Rooms.MaxRooms, 1, 100_000)
	yamlfile.Between(p, "rooms.max_participants", c.Rooms.MaxParticipants, 1, 1000)
	yamlfile.Between(p, "rooms.chat_history", c.Rooms.ChatHistory, 1, 10_000)
	yamlfile.Between(p, "rooms.reconnect_grace", c.Rooms.ReconnectGrace, time.Second, 10*time.Minute)
	yamlfile.Between(p, "rooms.audio_slots", c.Rooms.AudioSlots, 1, 24)
	yamlfile.Between(p, "rooms.max_cameras", c.Rooms.MaxCameras, 1, 64)
	yamlfile.Between(p, "signaling.max_sessions", c.Signaling.MaxSessions, 1, 100_000)
	yamlfile.Between(p, "signaling.max_sessions_per_address", c.Signaling.MaxSessionsPerAddress, 1, 100_000)
	yamlfile.Between(p, "drain_timeout", c.DrainTimeout, 0, time.Hour)
}

func (c Config) validateWords(p *Problems) {
	yamlfile.OneOf(p, "tls.mode", c.TLS.Mode, TLSOff, TLSFiles, TLSSelfSigned, TLSAuto)
	yamlfile.OneOf(p, "log.level", c.Log.Level, "debug", "info", "warn", "error")
	yamlfile.OneOf(p, "log.format", c.Log.Format, LogAuto, LogText, LogJSON)
}

func (c Config) validateHTTP(p *Problems) {
	listenAddress(p, "http.listen", c.HTTP.Listen)
	if c.Metrics.Listen != "" {
		listenAddress(p, "metrics.listen", c.Metrics.Listen)
		if c.Metrics.Listen == c.HTTP.Listen && !strings.HasSuffix(c.HTTP.Listen, ":0") {
			p.Add("", "metrics.listen", "is the same as http.listen: metrics have no login, give them an address of their own")
		}
	}
	if c.HTTP.PublicURL != "" && !isOrigin(c.HTTP.PublicURL, "http", "https") {
		p.Add("", "http.public_url", "is %q: write scheme and host and nothing else, such as https://salon.example.org", c.HTTP.PublicURL)
	}
	for i, o := range c.Signaling.Origins {
		if !isOrigin(o, "http", "https") {
			p.Add("", fmt.Sprintf("signaling.origins[%d]", i),
				"is %q: write scheme and host of one site, such as https://example.org; there is no wildcard", o)
		}
	}
}

func listenAddress(p *Problems, key, address string) {
	_, port, err := net.SplitHostPort(address)
	if n, e := strconv.Atoi(port); err != nil || e != nil || n < 0 || n > 65535 {
		p.Add("", key, "is %q: write host:port, such as 127.0.0.1:8080, or :8080 for all addresses", address)
	}
}

// isOrigin tells scheme://host[:port] with one of the schemes (RFC 6454).
func isOrigin(text string, schemes ...string) bool {
	u, err := url.Parse(text)
	return err == nil && slices.Contains(schemes, u.Scheme) && u.Hostname() != "" && !strings.Contains(u.Host, "*") &&
		u.Scheme+"://"+u.Host == strings.TrimSuffix(text, "/")
}

func (c Config) validateTLS(p *Problems) {
	t := c.TLS
	if t.Mode == TLSFiles {
		for _, f := range []struct{ key, value string }{{"tls.cert_file", t.CertFile}, {"tls.key_file", t.KeyFile}} {
			if f.value == "" {
				p.Add("", f.key, "is empty: tls.mode files needs the path of a PEM file")
			}
		}
	}
	if t.Mode == TLSAuto && len(t.Domains) == 0 {
		p.Add("", "tls.domains", "is empty: tls.mode auto needs the names to get a certificate for")
	}
	for i, name := range t.Domains {
		if !isDomain(name) || t.Mode == TLSAuto && !strings.Contains(name, ".") {
			p.Add("", fmt.Sprintf("tls.domains[%d]", i), "is %q: write a host name without scheme, port or wildcard, such as salon.example.org", name)
		}
	}
	if t.ACMEDirectory != "" {
		if u, err := url.Parse(t.ACMEDirectory); err != nil || u.Scheme != "https" || u.Host == "" {
			p.Add("", "tls.acme_directory", "is %q: write the authority's directory, which begins with https://", t.ACMEDirectory)
		}
	}
	if t.RedirectListen != "" {
		listenAddress(p, "tls.redirect_listen", t.RedirectListen)
		if t.Mode == TLSOff {
			p.Add("", "tls.redirect_listen", "is set but tls.mode is off: there is no HTTPS to send people to")
		}
	}
}

// isDomain tells a host name (RFC 1123 2.1), not an address.
func isDomain(name string) bool {
	if len(name) == 0 || len(name) > 253 || net.ParseIP(name) != nil {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-') {
				return false
			}
		}
	}
	return true
}

// codecNames are what publishers can be asked for.
var codecNames = []string{"vp8", "vp9", "av1", "h264"}

func validateCodecs(p *Problems, key string, names []string) {
	for i, name := range names {
		if !slices.Contains(codecNames, name) {
			p.Add("", fmt.Sprintf("%s[%d]", key, i), "is %q, which is no codec that is forwarded: write %s", name, strings.Join(codecNames, ", "))
		} else if slices.Index(names, name) < i {
			p.Add("", fmt.Sprintf("%s[%d]", key, i), "is %s once more: name each codec once", name)
		}
	}
}

func (c Config) validateMedia(p *Problems) {
	validateCodecs(p, "media.codecs.camera", c.Media.Codecs.Camera)
	validateCodecs(p, "media.codecs.screen", c.Media.Codecs.Screen)
	if _, port, err := net.SplitHostPort(c.HTTP.Listen); err == nil && c.Media.TCPPort > 0 && port == strconv.Itoa(c.Media.TCPPort) &&
		len(c.Media.Bind) == 0 {
		p.Add("", "media.tcp_port", "is %s, the port of http.listen: give media another, -1 for no TCP, or addresses of its own with media.bind", port)
	}
	for i, a := range c.Media.PublicIP {
		if a.IsUnspecified() || a.IsMulticast() {
			p.Add("", fmt.Sprintf("media.public_ip[%d]", i), "is %s, to which nobody can connect: write the address that clients reach", a)
		}
	}
	for i, r := range c.Media.AddressRewrites {
		key := fmt.Sprintf("media.address_rewrites[%d]", i)
		if !r.From.IsValid() || !r.To.IsValid() {
			p.Add("", key, "needs both from and to")
		} else if r.From.Is4() != r.To.Is4() {
			p.Add("", key, "mixes IPv4 and IPv6: from and to must be of one family")
		}
	}
}

// minToken is the least length of a token that opens rooms: 16 bytes as hexadecimal digits cannot be guessed.
const minToken = 32

// bearer is what can be sent as a token in HTTP (RFC 6750 2.1).
var bearer = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

// bearerToken checks a secret that opens something over HTTP, "" for off.
func bearerToken(p *Problems, key string, secret Secret) {
	switch token := string(secret); {
	case token == "":
	case len(token) < minToken:
		p.Add("", key, "has %d characters: it needs %d or more, \"openssl rand -hex 32\" makes a good one", len(token), minToken)
	case !bearer.MatchString(token):
		p.Add("", key, "cannot be sent in HTTP: use letters, digits and -._~+/ only")
	}
}

// maxICEServers is generous: browsers slow down and warn from five on.
const maxICEServers = 16

func (c Config) validateICEServers(p *Problems) {
	if len(c.ICEServers) > maxICEServers {
		p.Add("", "ice_servers", "has %d entries: keep at most %d", len(c.ICEServers), maxICEServers)
	}
	for i, s := range c.ICEServers {
		key := fmt.Sprintf("ice_servers[%d]", i)
		if len(s.URLs) == 0 {
			p.Add("", key+".urls", "is empty: write one such as stun:stun.example.org:3478 or turns:turn.example.org:443?transport=tcp")
		}
		for _, u := range s.URLs {
			scheme, rest, _ := strings.Cut(u, ":")
			turn := scheme == "turn" || scheme == "turns"
			switch {
			case rest == "" || !turn && scheme != "stun" && scheme != "stuns":
				p.Add("", key+".urls", "has %q: it must begin with stun:, stuns:, turn: or turns: and name a host", u)
			case turn && (s.Username == "" || s.Credential == ""):
				p.Add("", key, "is a TURN server without username and credential: browsers refuse that, set both (or credential_file)")
			}
		}
	}
}

// maxWebhooks is generous: each has a queue of its own.
const maxWebhooks = 16

func (c Config) validateWebhooks(p *Problems) {
	if len(c.Webhooks) > maxWebhooks {
		p.Add("", "webhooks", "has %d entries: keep at most %d", len(c.Webhooks), maxWebhooks)
	}
	for i, w := range c.Webhooks {
		key := fmt.Sprintf("webhooks[%d]", i)
		if u, err := url.Parse(w.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
			p.Add("", key+".url", "must be an address such as https://example.org/salon, without a name and password in it")
		}
		if len(w.Secret) < minToken {
			p.Add("", key+".secret", "has %d characters: it needs %d or more, \"openssl rand -hex 32\" makes a good one", len(w.Secret), minToken)
		}
		for _, e := range w.Events {
			if !slices.Contains(WebhookEvents, e) {
				p.Add("", key+".events", "has %q: write some of %s", e, strings.Join(WebhookEvents, ", "))
			}
		}
	}
}
