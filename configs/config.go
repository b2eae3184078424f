package configs

import (
	"time"

	"salon/configs/yamlfile"
)

// Config is everything that can be configured. The yaml tag is the key's name in the file, in the environment
// (SALON_SECTION_KEY) and on the command line (--section-key). default.yaml says what each key means.
type Config struct {
	HTTP         HTTP          `yaml:"http"`
	TLS          TLS           `yaml:"tls"`
	Media        Media         `yaml:"media"`
	Rooms        Rooms         `yaml:"rooms"`
	SitePolicy   SitePolicy    `yaml:"site_policy"`
	Tokens       []Token       `yaml:"tokens"`
	Signaling    Signaling     `yaml:"signaling"`
	ICEServers   []ICEServer   `yaml:"ice_servers"`
	Accounts     Accounts      `yaml:"accounts"`
	Admin        Admin         `yaml:"admin"`
	Webhooks     []Webhook     `yaml:"webhooks"`
	Metrics      Metrics       `yaml:"metrics"`
	Log          Log           `yaml:"log"`
	DrainTimeout time.Duration `yaml:"drain_timeout"` // how long a stopping server waits for sessions to end
}

// HTTP is where browsers come to.
type HTTP struct {
	Listen         string    `yaml:"listen"`          // host:port, host may be empty, port 0 is any free one
	TrustedProxies []Network `yaml:"trusted_proxies"` // whose X-Forwarded-* headers are believed
	PublicURL      string    `yaml:"public_url"`      // scheme and host as browsers see them, "" when they see Listen
}

// TLSMode says where the certificate comes from.
type TLSMode string

// The TLS modes.
const (
	TLSOff        TLSMode = "off"         // plain HTTP: on this machine, or behind a proxy that does TLS
	TLSFiles      TLSMode = "files"       // a certificate that somebody else renews
	TLSSelfSigned TLSMode = "self-signed" // made here: for tests on a local network
	TLSAuto       TLSMode = "auto"        // from an ACME authority (RFC 8555)
)

// TLS says how connections are encrypted.
type TLS struct {
	Mode           TLSMode  `yaml:"mode"`
	CertFile       string   `yaml:"cert_file"`       // PEM, leaf first; mode files
	KeyFile        string   `yaml:"key_file"`        // PEM; mode files
	Domains        []string `yaml:"domains"`         // names to get or make a certificate for
	Email          string   `yaml:"email"`           // told to the ACME authority
	CacheDir       string   `yaml:"cache_dir"`       // keys and certificates live here; modes auto and self-signed
	ACMEDirectory  string   `yaml:"acme_directory"`  // "" is Let's Encrypt
	ACMECAFile     string   `yaml:"acme_ca_file"`    // PEM roots that the authority's own HTTPS is checked against
	RedirectListen string   `yaml:"redirect_listen"` // host:port that sends plain HTTP on to HTTPS, "" for none
}

// Media is where audio and video are received and how clients find it.
type Media struct {
	UDPPort         int       `yaml:"udp_port"` // one for everybody; 0 is any free one
	TCPPort         int       `yaml:"tcp_port"` // ICE-TCP (RFC 6544); 0 is any free one, -1 is off
	Bind            []Address `yaml:"bind"`     // listen on these only, empty is all
	Interfaces      []string  `yaml:"interfaces"`
	Loopback        bool      `yaml:"loopback"`
	IPv6            bool      `yaml:"ipv6"`
	PublicIP        []Address `yaml:"public_ip"` // told to clients in place of the machine's own
	AddressRewrites []Rewrite `yaml:"address_rewrites"`
	MaxViewerKbps   int       `yaml:"max_viewer_kbps"` // what one client gets at most, audio included; 0: what its link carries
	Codecs          Codecs    `yaml:"codecs"`
}

// Codecs are the video codecs that publishers are asked for, the preferred one first.
type Codecs struct {
	Camera []string `yaml:"camera"` // vp8, vp9, av1, h264
	Screen []string `yaml:"screen"`
}

// Rewrite tells clients To in place of From.
type Rewrite struct {
	From Address `yaml:"from"`
	To   Address `yaml:"to"`
}

// Rooms bounds what rooms may hold.
type Rooms struct {
	MaxRooms        int           `yaml:"max_rooms"`
	MaxParticipants int           `yaml:"max_participants"` // per room
	ChatHistory     int           `yaml:"chat_history"`     // lines kept per room
	ReconnectGrace  time.Duration `yaml:"reconnect_grace"`  // how long a lost participant keeps its place
	AudioSlots      int           `yaml:"audio_slots"`      // the loudest so many are heard
	MaxCameras      int           `yaml:"max_cameras"`      // so many are sent to a participant
	Store           string        `yaml:"store"`            // file in which rooms outlive the process; "" is a default, StoreNone is none
	Folder          string        `yaml:"folder"`           // of room files, "" for none
}

// SitePolicy is what rooms may say about themselves: two parts of a room file, which package rooms/policy reads.
type SitePolicy struct {
	Forced  yamlfile.Fragment `yaml:"forced"`  // no room can change these keys
	Default yamlfile.Fragment `yaml:"default"` // rooms have these unless they say otherwise
}

// StoreNone is the value of rooms.store that keeps nothing.
const StoreNone = "none"

// Token is somebody whose signed tokens (RFC 7519) are believed. Exactly one of Secret, KeyFile and KeysFile is set.
type Token struct {
	Issuer     string   `yaml:"issuer"`                      // iss
	Audience   string   `yaml:"audience"`                    // aud
	Prefix     string   `yaml:"prefix"`                      // of its subjects: "school" makes "alice" "school/alice"
	Secret     Secret   `yaml:"secret" secret:"secret_file"` // HS256
	SecretFile string   `yaml:"secret_file"`
	KeyFile    string   `yaml:"key_file"`  // PEM of a public key or certificate: RS256 or ES256
	KeysFile   string   `yaml:"keys_file"` // JSON Web Key Set (RFC 7517)
	Rooms      []string `yaml:"rooms"`     // that its tokens may open; empty: any
	MaxRole    string   `yaml:"max_role"`  // the most that they give; "": moderator
}

// Signaling says who may connect, and bounds the WebSocket side.
type Signaling struct {
	Origins               []string `yaml:"origins"` // other web origins that may connect
	MaxSessions           int      `yaml:"max_sessions"`
	MaxSessionsPerAddress int      `yaml:"max_sessions_per_address"`
	WHIPToken             Secret   `yaml:"whip_token" secret:"whip_token_file"` // opens WHIP and WHEP; "" is off
	WHIPTokenFile         string   `yaml:"whip_token_file"`
}

// ICEServer is handed to clients, which use it to find a way to the media port.
type ICEServer struct {
	URLs           []string `yaml:"urls"`
	Username       string   `yaml:"username"`
	Credential     Secret   `yaml:"credential" secret:"credential_file"`
	CredentialFile string   `yaml:"credential_file"`
}

// Accounts are of people who log in: owners of rooms, and others who should be known.
type Accounts struct {
	File string `yaml:"file"` // of names and password hashes; "": there are none
	OIDC OIDC   `yaml:"oidc"`
}

// OIDC is an OpenID Connect provider that knows people.
type OIDC struct {
	Issuer           string   `yaml:"issuer"` // "": none
	ClientID         string   `yaml:"client_id"`
	ClientSecret     Secret   `yaml:"client_secret" secret:"client_secret_file"` // "": a public client
	ClientSecretFile string   `yaml:"client_secret_file"`
	Name             string   `yaml:"name"`   // of the provider, on the button; "": the issuer's host
	Scopes           []string `yaml:"scopes"` // beside openid
	Prefix           string   `yaml:"prefix"` // of its subjects: "sso" makes "7" "sso/7"
}

// Admin is the administration API, /api/v1 on the public listener.
type Admin struct {
	Token     Secret `yaml:"token" secret:"token_file"` // opens it; "" is off
	TokenFile string `yaml:"token_file"`
}

// Webhook is somebody who is told over HTTP what happens in rooms.
type Webhook struct {
	URL          string   `yaml:"url"`
	Secret       Secret   `yaml:"secret" secret:"secret_file"` // signs what is sent
	SecretFile   string   `yaml:"secret_file"`
	Events       []string `yaml:"events"`        // of WebhookEvents; empty: all
	AllowPrivate bool     `yaml:"allow_private"` // it may be at an address that is not public
}

// WebhookEvents are what webhooks may be told of; a test holds them equal to those of package rooms.
var WebhookEvents = []string{"room_started", "room_ended", "participant_joined", "participant_left", "hand_raised", "ban_made"}

// Metrics is the second listener: /metrics, /debug/rooms and /debug/pprof. It has no login.
type Metrics struct {
	Listen string `yaml:"listen"` // host:port, "" for none
}

// LogFormat is how a log line looks.
type LogFormat string

// The log formats.
const (
	LogAuto LogFormat = "auto" // text on a terminal, JSON otherwise
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Log says what is logged and how.
type Log struct {
	Level  string    `yaml:"level"` // debug, info, warn or error
	Format LogFormat `yaml:"format"`
}

// Default is the configuration of a server that nobody configured: http://localhost:8080, media on one UDP port and the
// same TCP port.
func Default() Config {
	return Config{
		HTTP: HTTP{Listen: ":8080"},
		TLS:  TLS{Mode: TLSOff},
		// One fixed number, because somebody has to open it in a firewall. 7882 is unassigned by IANA.
		Media: Media{UDPPort: 7882, TCPPort: 7882, Codecs: Codecs{Camera: codecNames, Screen: codecNames}},
		Rooms: Rooms{MaxRooms: 200, MaxParticipants: 100, ChatHistory: 500, ReconnectGrace: 30 * time.Second, AudioSlots: 6, MaxCameras: 25},
		// A school or an office shares one address, so the bound per address is generous.
		Signaling:    Signaling{MaxSessions: 2000, MaxSessionsPerAddress: 200},
		Accounts:     Accounts{OIDC: OIDC{Scopes: []string{"profile", "email"}, Prefix: "sso"}},
		Metrics:      Metrics{Listen: "127.0.0.1:9090"},
		Log:          Log{Level: "info", Format: LogAuto},
		DrainTimeout: 10 * time.Second,
	}
}
