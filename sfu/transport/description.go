package transport

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"salon/sfu/codec"
	"salon/signaling/protocol"
)

// description is what matters here of an SDP offer or answer (RFC 8866, 9429).
type description struct {
	sections []section
	hasICE   bool   // ufrag and password (RFC 8839 5.4) for every section
	hasDTLS  bool   // a SHA-256 fingerprint (RFC 8122) for every section
	setup    string // who opens DTLS (RFC 8842 5.1); a bundle has one transport, so its first section says it
}

// section is one m= section.
type section struct {
	mid        string
	kind       protocol.Kind
	direction  string   // "sendonly", "recvonly", "sendrecv", "inactive"; from the view of who wrote it
	rids       []string // of the simulcast that the writer sends, in its order (RFC 8853)
	ssrcs      []uint32
	formats    map[uint8]format // by payload type
	stereo     bool             // the writer is about to send Opus of two channels (RFC 7587 6.1: sprop-stereo)
	extensions map[string]uint8 // id by URI (RFC 8285)
}

// format is what a payload type means.
type format struct {
	codec     codec.Codec
	repair    bool // RTX of that codec
	redundant bool // RED: that codec with earlier payloads (RFC 2198)
}

// maxRIDs are the encodings of a simulcast: q, h and f.
const maxRIDs = 3

// parseDescription reads an SDP text, whoever wrote it. Sections that are not audio or video are errors: Salon has no
// data channels.
func parseDescription(text string) (*description, error) {
	if len(text) > protocol.MaxMessageBytes {
		return nil, errors.New("the SDP is too long")
	}
	var parsed sdp.SessionDescription
	if err := parsed.UnmarshalString(text); err != nil {
		return nil, fmt.Errorf("the SDP cannot be read: %w", err)
	}
	if n := len(parsed.MediaDescriptions); n == 0 || n > protocol.MaxSections {
		return nil, fmt.Errorf("the SDP has %d sections, allowed are 1 to %d", n, protocol.MaxSections)
	}
	d := &description{hasICE: true, hasDTLS: true}
	for _, m := range parsed.MediaDescriptions {
		if rejected(m) {
			continue
		}
		d.transport(&parsed, m)
		s, err := parseSection(m)
		if err != nil {
			return nil, err
		}
		if d.section(s.mid) != nil {
			return nil, fmt.Errorf("two sections have the mid %q", s.mid)
		}
		d.sections = append(d.sections, s)
	}
	return d, nil
}

// decodes returns the video codecs of an answer's slots that the offer has in the same sections. Pion answers with what any
// section of the offer has.
func (d *description) decodes(offer *description) (all codec.Set) {
	for i := range d.sections {
		s := &d.sections[i]
		if s.kind == protocol.Video && s.sends() {
			all |= s.codecs() & offer.section(s.mid).codecs()
		}
	}
	return all
}

// codecs returns those of a section, none of no section.
func (s *section) codecs() (all codec.Set) {
	if s == nil {
		return 0
	}
	for _, f := range s.formats {
		all |= codec.SetOf(f.codec)
	}
	return all
}

// rejected tells a section that is not in use (RFC 3264 6, RFC 9143 6): it needs neither a mid nor a transport.
func rejected(m *sdp.MediaDescription) bool {
	_, bundleOnly := m.Attribute("bundle-only")
	return m.MediaName.Port.Value == 0 && !bundleOnly
}

// transport notes whether ICE and DTLS can be set up from a section, whose attributes may stand at the session's level.
func (d *description) transport(session *sdp.SessionDescription, m *sdp.MediaDescription) {
	value := func(key string) string {
		if v, ok := m.Attribute(key); ok {
			return v
		}
		v, _ := session.Attribute(key)
		return v
	}
	// RFC 8839 5.4: ufrag has 4 to 256 characters, the password 22 to 256.
	ufrag, password := value("ice-ufrag"), value("ice-pwd")
	d.hasICE = d.hasICE && len(ufrag) >= 4 && len(ufrag) <= 256 && len(password) >= 22 && len(password) <= 256
	d.hasDTLS = d.hasDTLS && fingerprint.MatchString(value("fingerprint"))
	if len(d.sections) == 0 {
		d.setup, _ = m.Attribute("setup") // where Pion looks for it, too
	}
}

var fingerprint = regexp.MustCompile(`(?i)^sha-256 [0-9a-f]{2}(:[0-9a-f]{2}){31}$`)

func (d *description) section(mid string) *section {
	for i := range d.sections {
		if d.sections[i].mid == mid {
			return &d.sections[i]
		}
	}
	return nil
}

func parseSection(m *sdp.MediaDescription) (section, error) {
	s := section{
		kind: protocol.Kind(m.MediaName.Media), direction: "sendrecv",
		formats: map[uint8]format{}, extensions: map[string]uint8{},
	}
	if s.kind != protocol.Audio && s.kind != protocol.Video {
		return s, fmt.Errorf("a section is %q, only audio and video are spoken here", m.MediaName.Media)
	}
	apt := map[uint8]uint8{}
	for _, a := range m.Attributes {
		s.attribute(a, apt)
	}
	for repair, primary := range apt {
		if f, ok := s.formats[primary]; ok && !f.repair && !f.redundant {
			s.formats[repair] = format{codec: f.codec, repair: true}
		}
	}
	if s.mid == "" || len(s.mid) > 16 {
		return s, errors.New("a section has no mid, or one of more than 16 characters")
	}
	if len(s.rids) > maxRIDs {
		return s, fmt.Errorf("section %q sends %d encodings, at most %d are forwarded", s.mid, len(s.rids), maxRIDs)
	}
	return s, nil
}

// attribute takes what one a= line says.
func (s *section) attribute(a sdp.Attribute, apt map[uint8]uint8) {
	fields := strings.Fields(a.Value)
	switch a.Key {
	case "mid":
		s.mid = a.Value
	case "sendonly", "recvonly", "sendrecv", "inactive":
		s.direction = a.Key
	case "simulcast":
		s.simulcast(fields)
	case "rtpmap": // 96 VP8/90000
		if len(fields) == 2 {
			name, _, _ := strings.Cut(fields[1], "/")
			mime := string(s.kind) + "/" + name
			f := format{codec: codec.FromMIME(mime)}
			if strings.EqualFold(mime, mimeRED) { // of Opus: there is no other audio
				f = format{codec: codec.Opus, redundant: true}
			}
			if pt, err := strconv.ParseUint(fields[0], 10, 7); err == nil && f.codec != codec.Unknown {
				s.formats[uint8(pt)] = f
			}
		}
	case "fmtp": // 97 apt=96
		s.fmtp(a.Value, apt)
	case "extmap": // 4 urn:... or 4/sendonly urn:...
		if len(fields) >= 2 {
			id, _, _ := strings.Cut(fields[0], "/")
			if n, err := strconv.ParseUint(id, 10, 8); err == nil && n > 0 {
				s.extensions[fields[1]] = uint8(n)
			}
		}
	case "ssrc": // 1234 cname:...
		if n, err := strconv.ParseUint(first(fields), 10, 32); err == nil && !slices.Contains(s.ssrcs, uint32(n)) {
			s.ssrcs = append(s.ssrcs, uint32(n))
		}
	}
}

// fmtp takes the format parameters of a payload type.
func (s *section) fmtp(value string, apt map[uint8]uint8) {
	format, list, _ := strings.Cut(value, " ")
	pt, err := strconv.ParseUint(format, 10, 7)
	if err != nil {
		return
	}
	parameters := strings.FieldsFunc(list, func(r rune) bool { return r == ';' || r == ' ' })
	if primary, ok := strings.CutPrefix(first(parameters), "apt="); ok && len(parameters) == 1 {
		if n, err := strconv.ParseUint(primary, 10, 7); err == nil {
			apt[uint8(pt)] = uint8(n)
		}
	}
	s.stereo = s.stereo || slices.Contains(parameters, "sprop-stereo=1")
}

// simulcast takes the list behind "send" of an a=simulcast line: encodings by ';', alternatives by ',' of which the
// first counts, '~' for those that start paused (RFC 8853 5.1).
func (s *section) simulcast(fields []string) {
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] != "send" {
			continue
		}
		for _, rid := range strings.Split(fields[i+1], ";") {
			rid, _, _ = strings.Cut(rid, ",")
			if rid = strings.TrimPrefix(rid, "~"); rid != "" && !slices.Contains(s.rids, rid) {
				s.rids = append(s.rids, rid)
			}
		}
	}
}

func first(fields []string) string {
	if len(fields) == 0 {
		return ""
	}
	return fields[0]
}

// sends says whether the writer of the section may send on it.
func (s *section) sends() bool { return s.direction == "sendonly" || s.direction == "sendrecv" }

// ridOrder are the names that clients use for encodings, smallest first. With other names the order of the simulcast
// line counts: some old clients rename.
var ridOrder = []string{"q", "h", "f"}

// encodings returns the RIDs, smallest encoding first.
func (s *section) encodings() []string {
	rids := slices.Clone(s.rids)
	if slices.ContainsFunc(rids, func(rid string) bool { return !slices.Contains(ridOrder, rid) }) {
		return rids
	}
	slices.SortFunc(rids, func(a, b string) int { return slices.Index(ridOrder, a) - slices.Index(ridOrder, b) })
	return rids
}

// withoutCandidates removes the candidates from an offer: the server never sends to an address that a client names, it
// answers to where authenticated checks come from.
func withoutCandidates(text string) string {
	lines := strings.SplitAfter(text, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "a=candidate:") || strings.HasPrefix(line, "a=end-of-candidates") ||
			strings.HasPrefix(line, "a=remote-candidates:")
	}), "")
}

// asDTLSClient says in an answer that the server opens DTLS. Pion does so when the offer is passive, but its answer says
// what the server does otherwise.
func asDTLSClient(answer string) string {
	return strings.ReplaceAll(answer, "a=setup:passive\r\n", "a=setup:active\r\n")
}
