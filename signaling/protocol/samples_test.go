package protocol

import "reflect"

// samples has one message of each type, every member set, so that golden files and round trips cover all of them.
var samples = []struct {
	message     Message
	id, re, seq uint64
}{
	{message: Join{Room: "weekly", Name: "Ada", Watcher: true, Resume: &Resume{Participant: "p-7f3a", Token: "9e107d9d372bb682", LastSeq: 41}}, id: 1},
	{message: Offer{SDP: "v=0\r\n", Sections: []Section{{Mid: "0", Source: Microphone}, {Mid: "1", Source: Camera}}}, id: 2},
	{message: Publish{Source: Camera, Muted: true}, id: 3},
	{message: Mute{Source: Microphone, Muted: true}, id: 4},
	{message: Unpublish{Source: ScreenAudio}, id: 5},
	{message: View{Tiles: []Tile{{Participant: "p-7f3b", Source: Screen, Width: 1920, Height: 1080, Pinned: true}, {Participant: "p-7f3b", Source: Camera, Width: 320, Height: 180}}}, id: 6},
	{message: Say{Text: "Good morning, <b>Grüße</b> & 👋"}, id: 7},
	{message: Leave{}, id: 8},
	{message: Ping{}, id: 9},

	{message: Joined{
		Self: "p-7f3a", Token: "9e107d9d372bb682", Resumed: true, Replayed: true, Seq: 12,
		Room: Room{Name: "weekly", Title: "Weekly"},
		Participants: []Participant{
			{ID: "p-7f3a", Name: "Ada", State: Here, Publications: []Publication{{Source: Microphone, Muted: true}}},
			{ID: "p-7f3b", Name: "Grace", State: Reconnecting, Publications: []Publication{}},
		},
		Chat:       []ChatLine{{ID: 1, Participant: "p-7f3b", Name: "Grace", Text: "hello", At: 1767225600000}},
		ICEServers: []ICEServer{{URLs: []string{"turn:turn.example.org:3478"}, Username: "1767226200:p-7f3a", Credential: "c2VjcmV0"}},
		Server:     ServerInfo{Version: "0.1.0"},
	}, re: 1},
	{message: Answer{SDP: "v=0\r\n", Slots: []SlotInfo{{Mid: "2", Kind: Audio}, {Mid: "3", Kind: Video}}}, re: 2},
	{message: Slots{Slots: []SlotFill{{Mid: "3", Participant: "p-7f3b", Source: Camera}, {Mid: "4", Participant: "p-19d0", Source: Camera, State: SlotPaused}}}},
	{message: Encodings{Source: Camera, Max: 1, Codec: "vp9"}},
	{message: ParticipantJoined{Participant: Participant{ID: "p-7f3c", Name: "Edsger", State: Here, Watcher: true, Publications: []Publication{}}}, seq: 13},
	{message: ParticipantChanged{ID: "p-7f3b", Name: "Grace", State: Here}, seq: 14},
	{message: ParticipantLeft{ID: "p-7f3c", Reason: LeftTimeout}, seq: 15},
	{message: PublicationChanged{Participant: "p-7f3b", Publication: Publication{Source: Screen, Muted: true}}, seq: 16},
	{message: PublicationEnded{Participant: "p-7f3b", Source: Screen}, seq: 17},
	{message: ChatLine{ID: 2, Participant: "p-7f3b", Name: "Grace", Text: "see you", At: 1767225660123}, seq: 18},
	{message: Speakers{Participants: []string{"p-7f3b", "p-7f3a"}}},
	{message: Stats{
		Up:   []StreamStats{{Participant: "p-7f3a", Source: Microphone, Bitrate: 32000, Loss: 0.0125}},
		Down: []StreamStats{{Participant: "p-7f3b", Source: Camera, Bitrate: 900000, Loss: 0.5, Width: 640, Height: 360}},
	}},
	{message: OK{}, re: 3},
	{message: Pong{}, re: 9},
	{message: Error{Code: ErrRateLimited, Message: "slow down", RetryAfter: 2}, re: 7},
	{message: Bye{Reason: ByeShutdown, RetryAfter: 3}, re: 8},
}

// emptyMember finds a member at its zero value somewhere in v, or returns "". Lists need one full element only.
func emptyMember(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "pointer"
		}
		return emptyMember(v.Elem())
	case reflect.Slice:
		if v.IsNil() {
			return "list"
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			optional := v.Type().Field(i).Name == "Width" || v.Type().Field(i).Name == "Height"
			if f.IsZero() && !optional {
				return v.Type().Name() + "." + v.Type().Field(i).Name
			}
			if inner := emptyMember(f); inner != "" {
				return v.Type().Name() + "." + inner
			}
		}
	}
	return ""
}
