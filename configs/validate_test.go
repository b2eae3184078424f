package configs

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestValidate(t *testing.T) {
	address := func(s string) Address { return Address{netip.MustParseAddr(s)} }
	for _, c := range []struct {
		name   string
		change func(*Config)
		key    string // "" when nothing is wrong
	}{
		{"listen without port", func(c *Config) { c.HTTP.Listen = "localhost" }, "http.listen"},
		{"listen without colon", func(c *Config) { c.HTTP.Listen = "8080" }, "http.listen"},
		{"listen beyond", func(c *Config) { c.HTTP.Listen = ":65536" }, "http.listen"},
		{"listen service", func(c *Config) { c.HTTP.Listen = ":http" }, "http.listen"},
		{"listen v6", func(c *Config) { c.HTTP.Listen = "[::1]:0" }, ""},
		{"metrics off", func(c *Config) { c.Metrics.Listen = "" }, ""},
		{"metrics wrong", func(c *Config) { c.Metrics.Listen = "x" }, "metrics.listen"},
		{"metrics in public", func(c *Config) { c.Metrics.Listen = c.HTTP.Listen }, "metrics.listen"},
		{"both any port", func(c *Config) { c.HTTP.Listen, c.Metrics.Listen = "localhost:0", "localhost:0" }, ""},
		{"public url", func(c *Config) { c.HTTP.PublicURL = "https://salon.example" }, ""},
		{"public url port", func(c *Config) { c.HTTP.PublicURL = "http://salon.example:8080/" }, ""},
		{"public url path", func(c *Config) { c.HTTP.PublicURL = "https://salon.example/app" }, "http.public_url"},
		{"public url scheme", func(c *Config) { c.HTTP.PublicURL = "salon.example" }, "http.public_url"},
		{"public url user", func(c *Config) { c.HTTP.PublicURL = "https://a@salon.example" }, "http.public_url"},
		{"origin", func(c *Config) { c.Signaling.Origins = []string{"https://a.example", "http://b.example:81"} }, ""},
		{"origin wildcard", func(c *Config) { c.Signaling.Origins = []string{"https://a.example", "*"} }, "signaling.origins[1]"},
		{"origin wildcard host", func(c *Config) { c.Signaling.Origins = []string{"https://*.a.example"} }, "signaling.origins[0]"},
		{"origin null", func(c *Config) { c.Signaling.Origins = []string{"null"} }, "signaling.origins[0]"},
		{"whip token", func(c *Config) { c.Signaling.WHIPToken = "0123456789abcdefABCDEF-._~+/012==" }, ""},
		{"whip token short", func(c *Config) { c.Signaling.WHIPToken = Secret(strings.Repeat("a", 31)) }, "signaling.whip_token"},
		{"whip token long enough", func(c *Config) { c.Signaling.WHIPToken = Secret(strings.Repeat("a", 32)) }, ""},
		{"whip token not for HTTP", func(c *Config) { c.Signaling.WHIPToken = Secret(strings.Repeat("a b ", 10)) }, "signaling.whip_token"},
		{"one issuer", issuers(""), ""},
		{"issuers", issuers("a", "b-1"), ""},
		{"issuers alike", issuers("a", "a"), "tokens[1].prefix"},
		{"issuers without", issuers("", ""), "tokens[1].prefix"},
		{"a prefix with a slash", issuers("a/b"), "tokens[0].prefix"},
		{"an issuer beside accounts", func(c *Config) { issuers("")(c); c.Accounts.File = "accounts" }, "tokens[0].prefix"},
		{"a provider", provider(nil), ""},
		{"a provider without TLS", provider(func(o *OIDC) { o.Issuer = "http://login.example" }), "accounts.oidc.issuer"},
		{"a provider of this machine", provider(func(o *OIDC) { o.Issuer = "http://127.0.0.1:9000/realm" }), ""},
		{"a provider with a query", provider(func(o *OIDC) { o.Issuer = "https://login.example/?a" }), "accounts.oidc.issuer"},
		{"a provider that is none", provider(func(o *OIDC) { o.Issuer = "login.example" }), "accounts.oidc.issuer"},
		{"a client without a name", provider(func(o *OIDC) { o.ClientID = "" }), "accounts.oidc.client_id"},
		{"a client without a provider", func(c *Config) { c.Accounts.OIDC.ClientID = "salon" }, "accounts.oidc.issuer"},
		{"a provider without prefix", provider(func(o *OIDC) { o.Prefix = "" }), "accounts.oidc.prefix"},
		{"a provider and a public client", provider(func(o *OIDC) { o.ClientSecret = "" }), ""},
		{"scopes", provider(func(o *OIDC) { o.Scopes = []string{"profile", "two words"} }), "accounts.oidc.scopes[1]"},
		{"many scopes", provider(func(o *OIDC) { o.Scopes = strings.Split(strings.Repeat("a,", 21)+"a", ",") }), "accounts.oidc.scopes"},
		{"a provider without an address", func(c *Config) { provider(nil)(c); c.HTTP.PublicURL = "" }, "http.public_url"},
		{"a provider beside an issuer", func(c *Config) { provider(nil)(c); issuers("sso")(c) }, "accounts.oidc.prefix"},
		{"a provider beside an issuer without prefix", func(c *Config) { provider(nil)(c); issuers("")(c) }, "tokens[0].prefix"},
		{"tls mode", func(c *Config) { c.TLS.Mode = "on" }, "tls.mode"},
		{"tls no key", func(c *Config) { c.TLS.Mode, c.TLS.CertFile = TLSFiles, "a" }, "tls.key_file"},
		{"tls no cert", func(c *Config) { c.TLS.Mode, c.TLS.KeyFile = TLSFiles, "a" }, "tls.cert_file"},
		{"tls auto", func(c *Config) { c.TLS.Mode, c.TLS.Domains = TLSAuto, []string{"a.example"} }, ""},
		{"tls auto nameless", func(c *Config) { c.TLS.Mode = TLSAuto }, "tls.domains"},
		{"tls wildcard", func(c *Config) { c.TLS.Domains = []string{"*.a.example"} }, "tls.domains[0]"},
		{"tls address", func(c *Config) { c.TLS.Domains = []string{"192.0.2.1"} }, "tls.domains[0]"},
		{"tls long label", func(c *Config) { c.TLS.Domains = []string{strings.Repeat("a", 64)} }, "tls.domains[0]"},
		{"tls edge label", func(c *Config) { c.TLS.Domains = []string{strings.Repeat("a", 63)} }, ""},
		{"tls hyphen", func(c *Config) { c.TLS.Domains = []string{"-a.example"} }, "tls.domains[0]"},
		{"tls auto one label", func(c *Config) { c.TLS.Mode, c.TLS.Domains = TLSAuto, []string{"salon"} }, "tls.domains[0]"},
		{"tls one label", func(c *Config) { c.TLS.Mode, c.TLS.Domains = TLSSelfSigned, []string{"salon"} }, ""},
		{"acme http", func(c *Config) { c.TLS.ACMEDirectory = "http://a.example" }, "tls.acme_directory"},
		{"redirect off", func(c *Config) { c.TLS.RedirectListen = ":80" }, "tls.redirect_listen"},
		{"redirect", func(c *Config) { c.TLS.RedirectListen, c.TLS.Mode = ":80", TLSSelfSigned }, ""},
		{"udp any", func(c *Config) { c.Media.UDPPort = 0 }, ""},
		{"udp beyond", func(c *Config) { c.Media.UDPPort = 65536 }, "media.udp_port"},
		{"udp negative", func(c *Config) { c.Media.UDPPort = -1 }, "media.udp_port"},
		{"tcp off", func(c *Config) { c.Media.TCPPort = -1 }, ""},
		{"tcp negative", func(c *Config) { c.Media.TCPPort = -2 }, "media.tcp_port"},
		{"tcp same as http", func(c *Config) { c.Media.TCPPort = 8080 }, "media.tcp_port"},
		{"tcp same, bound", func(c *Config) { c.Media.TCPPort, c.Media.Bind = 8080, []Address{address("192.0.2.1")} }, ""},
		{"public ip", func(c *Config) { c.Media.PublicIP = []Address{address("203.0.113.7")} }, ""},
		{"public ip none", func(c *Config) { c.Media.PublicIP = []Address{address("0.0.0.0")} }, "media.public_ip[0]"},
		{"rewrite half", func(c *Config) { c.Media.AddressRewrites = []Rewrite{{From: address("10.0.0.1")}} }, "media.address_rewrites[0]"},
		{"rewrite mixed", func(c *Config) { c.Media.AddressRewrites = []Rewrite{{address("10.0.0.1"), address("2001:db8::1")}} }, "media.address_rewrites[0]"},
		{"grace edge", func(c *Config) { c.Rooms.ReconnectGrace = 10 * time.Minute }, ""},
		{"grace beyond", func(c *Config) { c.Rooms.ReconnectGrace = 10*time.Minute + 1 }, "rooms.reconnect_grace"},
		{"participants", func(c *Config) { c.Rooms.MaxParticipants = 1001 }, "rooms.max_participants"},
		{"audio", func(c *Config) { c.Rooms.AudioSlots = 0 }, "rooms.audio_slots"},
		{"cameras", func(c *Config) { c.Rooms.MaxCameras = 65 }, "rooms.max_cameras"},
		{"viewer without limit", func(c *Config) { c.Media.MaxViewerKbps = 0 }, ""},
		{"viewer edge", func(c *Config) { c.Media.MaxViewerKbps = 100 }, ""},
		{"viewer too little", func(c *Config) { c.Media.MaxViewerKbps = 99 }, "media.max_viewer_kbps"},
		{"no codec of ours", func(c *Config) { c.Media.Codecs.Camera = []string{"vp8", "h265"} }, "media.codecs.camera[1]"},
		{"a codec twice", func(c *Config) { c.Media.Codecs.Screen = []string{"vp9", "vp9"} }, "media.codecs.screen[1]"},
		{"viewer negative", func(c *Config) { c.Media.MaxViewerKbps = -1 }, "media.max_viewer_kbps"},
		{"drain", func(c *Config) { c.DrainTimeout = -1 }, "drain_timeout"},
		{"level", func(c *Config) { c.Log.Level = "INFO" }, "log.level"},
		{"ice empty", func(c *Config) { c.ICEServers = []ICEServer{{}} }, "ice_servers[0].urls"},
		{"ice scheme", func(c *Config) { c.ICEServers = []ICEServer{{URLs: []string{"http://a"}}} }, "ice_servers[0].urls"},
		{"ice hostless", func(c *Config) { c.ICEServers = []ICEServer{{URLs: []string{"stun:"}}} }, "ice_servers[0].urls"},
		{"ice turn", func(c *Config) { c.ICEServers = []ICEServer{{URLs: []string{"turn:a"}}} }, "ice_servers[0]"},
		{"ice stun", func(c *Config) { c.ICEServers = []ICEServer{{URLs: []string{"stun:a"}}} }, ""},
		{"ice many", func(c *Config) {
			for range maxICEServers + 1 {
				c.ICEServers = append(c.ICEServers, ICEServer{URLs: []string{"stun:a"}})
			}
		}, "ice_servers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := Default()
			c.change(&config)
			problems := config.Validate()
			switch {
			case c.key == "" && len(problems) > 0:
				t.Error(problems)
			case c.key != "" && (len(problems) != 1 || problems[0].Key != c.key):
				t.Errorf("want one problem of %s, got %v", c.key, problems)
			}
		})
	}
}

func TestNetworkOfOneAddress(t *testing.T) {
	var n Network
	for text, want := range map[string]string{"127.0.0.1": "127.0.0.1/32", "::1": "::1/128", "10.1.2.3/8": "10.0.0.0/8", "::ffff:10.0.0.1": "10.0.0.1/32"} {
		if err := n.UnmarshalText([]byte(text)); err != nil || n.String() != want {
			t.Errorf("%s is %s, want %s (%v)", text, n, want, err)
		}
	}
	var a Address
	for _, text := range []string{"fe80::1%eth0", "", "1.2.3"} {
		if err := a.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken for an address", text)
		}
	}
}

// issuers makes issuers with these prefixes.
func issuers(prefixes ...string) func(*Config) {
	return func(c *Config) {
		for _, p := range prefixes {
			c.Tokens = append(c.Tokens, Token{Issuer: "i", Audience: "a", Secret: "s", Prefix: p})
		}
	}
}

// provider makes a provider that is complete, and changes it.
func provider(change func(*OIDC)) func(*Config) {
	return func(c *Config) {
		c.HTTP.PublicURL = "https://salon.example"
		o := &c.Accounts.OIDC
		o.Issuer, o.ClientID, o.ClientSecret = "https://login.example/realms/school", "salon", "s"
		if change != nil {
			change(o)
		}
	}
}
