package transport

import (
	"strconv"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"salon/sfu/codec"
)

// uriTransportWide numbers packets for transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01).
const uriTransportWide = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

// What is registered is all that an answer can contain: every codec here can be forwarded, and nothing else.
var (
	videoFeedback = []webrtc.RTCPFeedback{
		{Type: "transport-cc"}, {Type: "goog-remb"}, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"},
	}
	audioFeedback = []webrtc.RTCPFeedback{{Type: "transport-cc"}}

	// audioCodecs: Opus with in-band FEC and discontinuous transmission (RFC 7587), and Opus that carries earlier packets
	// along (RFC 2198).
	audioCodecs = []webrtc.RTPCodecParameters{
		{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
			SDPFmtpLine: "minptime=10;useinbandfec=1;usedtx=1", RTCPFeedback: audioFeedback,
		}},
		{PayloadType: 63, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: mimeRED, ClockRate: 48000, Channels: 2, SDPFmtpLine: redLine(111), RTCPFeedback: audioFeedback,
		}},
	}
	// videoCodecs in the order of preference when the client has none. H.264 only as constrained baseline 3.1 with
	// packetization mode 1, which every browser has (RFC 7742 6.2); more profiles make negotiation ambiguous.
	videoCodecs = withRTX(
		video(96, webrtc.MimeTypeVP8, ""),
		video(98, webrtc.MimeTypeVP9, "profile-id=0"),
		video(102, webrtc.MimeTypeH264, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
		video(45, webrtc.MimeTypeAV1, "profile=0"),
	)

	audioExtensions = []string{sdp.SDESMidURI, sdp.AudioLevelURI, uriTransportWide}
	videoExtensions = []string{sdp.SDESMidURI, sdp.SDESRTPStreamIDURI, sdp.SDESRepairRTPStreamIDURI, uriTransportWide, uriDependencyDescriptor}
)

func video(payloadType webrtc.PayloadType, mime, fmtp string) webrtc.RTPCodecParameters {
	return webrtc.RTPCodecParameters{PayloadType: payloadType, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: mime, ClockRate: codec.VP8.ClockRate(), SDPFmtpLine: fmtp, RTCPFeedback: videoFeedback,
	}}
}

// withRTX gives every codec its retransmission format (RFC 4588) under the next payload type.
func withRTX(codecs ...webrtc.RTPCodecParameters) []webrtc.RTPCodecParameters {
	var all []webrtc.RTPCodecParameters
	for _, c := range codecs {
		all = append(all, c, webrtc.RTPCodecParameters{
			PayloadType: c.PayloadType + 1,
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: webrtc.MimeTypeRTX, ClockRate: c.ClockRate, SDPFmtpLine: aptLine(c.PayloadType),
			},
		})
	}
	return all
}

// newMediaEngine returns what a Peer may negotiate. Pion changes it during negotiation, so each Peer has its own.
func newMediaEngine() (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	for kind, codecs := range map[webrtc.RTPCodecType][]webrtc.RTPCodecParameters{
		webrtc.RTPCodecTypeAudio: audioCodecs, webrtc.RTPCodecTypeVideo: videoCodecs,
	} {
		for _, c := range codecs {
			if err := m.RegisterCodec(c, kind); err != nil {
				return nil, err
			}
		}
	}
	for kind, uris := range map[webrtc.RTPCodecType][]string{
		webrtc.RTPCodecTypeAudio: audioExtensions, webrtc.RTPCodecTypeVideo: videoExtensions,
	} {
		for _, uri := range uris {
			// The others are received only: nothing of a publisher's extensions reaches a receiver.
			directions := []webrtc.RTPTransceiverDirection{webrtc.RTPTransceiverDirectionRecvonly}
			if uri == uriTransportWide || uri == uriDependencyDescriptor {
				directions = append(directions, webrtc.RTPTransceiverDirectionSendonly)
			}
			if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind, directions...); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// mimeRED is the format of payloads that carry earlier ones along.
const mimeRED = "audio/red"

// redLine are the format parameters of such payloads when all of them have one payload type (RFC 2198 5).
func redLine(of webrtc.PayloadType) string {
	return strconv.Itoa(int(of)) + "/" + strconv.Itoa(int(of))
}

// aptLine is the format parameter of the RTX format of a payload type (RFC 4588 8.6).
func aptLine(of webrtc.PayloadType) string { return "apt=" + strconv.Itoa(int(of)) }
