package participant

import (
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// described is what an answer says of a section on which the server sends.
type described struct {
	ssrc, repair uint32
	formats      formats
	transport    uint8 // id of the header extension with transport-wide numbers, 0: none
}

// readAnswer returns the sections of an answer by mid.
func readAnswer(text string) (map[string]described, error) {
	var parsed sdp.SessionDescription
	if err := parsed.UnmarshalString(text); err != nil {
		return nil, err
	}
	sections := map[string]described{}
	for _, m := range parsed.MediaDescriptions {
		mid, _ := m.Attribute("mid")
		var d described
		for _, a := range m.Attributes {
			d.attribute(a)
		}
		sections[mid] = d
	}
	return sections, nil
}

func (d *described) attribute(a sdp.Attribute) {
	fields := strings.Fields(a.Value)
	switch {
	case a.Key == "ssrc" && len(fields) > 0 && d.ssrc == 0: // the first is the media's
		d.ssrc = number(fields[0])
	case a.Key == "ssrc-group" && len(fields) == 3 && fields[0] == "FID": // RFC 5576 4.2, RFC 4588 8.2
		d.ssrc, d.repair = number(fields[1]), number(fields[2])
	case a.Key == "extmap" && len(fields) >= 2 && fields[1] == transportWideURI:
		id, _, _ := strings.Cut(fields[0], "/") // RFC 8285 6: a direction may follow
		d.transport = uint8(number(id))
	case a.Key == "rtpmap" && len(fields) == 2:
		name, _, _ := strings.Cut(strings.ToLower(fields[1]), "/")
		switch name {
		case "opus", "vp8":
			d.formats.media = uint8(number(fields[0]))
		case "rtx":
			d.formats.repair = uint8(number(fields[0]))
		}
	}
}

func number(s string) uint32 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}
