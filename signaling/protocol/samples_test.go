package protocol

import "reflect"

// samples has one message of each type, every member set, so that golden files and round trips cover all of them.
var samples = []struct {
	message     Message
	id, re, seq uint64
}{
	{message: Join{Room: "weekly", Name: "Ada", Watcher: true, Token: "eyJhbGciOiJFUzI1NiJ9.e30.c2ln", Invite: "6f1ed002ab559585", Device: "b6d767d2f8ed5d21a44b0e5886680cb9", Resume: &Resume{Participant: "p-7f3a", Token: "9e107d9d372bb682", LastSeq: 41}}, id: 1},
	{message: Offer{SDP: "v=0\r\n", Sections: []Section{{Mid: "0", Source: Microphone}, {Mid: "1", Source: Camera}}}, id: 2},
	{message: Publish{Source: Camera, Muted: true}, id: 3},
	{message: Mute{Source: Microphone, Muted: true}, id: 4},
	{message: Unpublish{Source: ScreenAudio}, id: 5},
	{message: View{Tiles: []Tile{{Participant: "p-7f3b", Source: Screen, Width: 1920, Height: 1080, Pinned: true}, {Participant: "p-7f3b", Source: Camera, Width: 320, Height: 180}}}, id: 6},
	{message: Say{Text: "Good morning, <b>Grüße</b> & 👋", To: "p-7f3b"}, id: 7},
	{message: Leave{}, id: 8},
	{message: Ping{}, id: 9},
	{message: Rename{Name: "Ada Lovelace"}, id: 10},
	{message: Ask{Right: RightSpeak, Wanted: true}, id: 11},
	{message: Raise{Raised: true}, id: 12},
	{message: TakeFloor{Wanted: true}, id: 13},
	{message: LobbySay{Participant: "p-7f3d", Text: "One moment, please."}, id: 14},
	{message: Admit{Participants: []string{"p-7f3d"}}, id: 15},
	{message: Refuse{Participants: []string{"p-7f3e"}}, id: 16},
	{message: SendBack{Participant: "p-7f3c"}, id: 17},
	{message: Grant{Participant: "p-7f3b", Right: RightVideo, State: Denied}, id: 18},
	{message: Silence{Participant: "p-7f3b", Source: Microphone}, id: 19},
	{message: AskUnmute{Participant: "p-7f3b", Source: Microphone}, id: 20},
	{message: SetRole{Participant: "p-7f3b", Role: RolePresenter}, id: 21},
	{message: Remove{Participant: "p-7f3c", Ban: true, Message: "Please come back tomorrow."}, id: 22},
	{message: GetBans{}, id: 23},
	{message: Unban{Ban: "b-01"}, id: 24},
	{message: Lock{Locked: true}, id: 25},
	{message: Spotlight{Participant: "p-7f3b", Source: Camera}, id: 26},
	{message: LowerHands{Participant: "p-7f3b"}, id: 27},
	{message: OrderHands{Participants: []string{"p-7f3c", "p-7f3b"}}, id: 28},
	{message: GiveFloor{Participant: "p-7f3b"}, id: 29},
	{message: DeleteLine{Line: 2}, id: 30},
	{message: GetSettings{}, id: 31},
	{message: Configure{Settings: []SettingChange{{Key: "policy.speak", Value: "ask"}}}, id: 32},
	{message: GetInvitations{}, id: 33},
	{message: Invite{Role: RolePresenter, Name: "Grace", Expires: 86400, Uses: 1}, id: 34},
	{message: RevokeInvitation{Invitation: "i-01"}, id: 35},
	{message: End{}, id: 36},

	{message: Joined{
		Self: "p-7f3a", Token: "9e107d9d372bb682", Resumed: true, Replayed: true, Seq: 12,
		Room:  Room{Name: "weekly", Title: "Weekly", Locked: true, TalkMode: TalkFloor, ScreenHint: "text", Spotlight: &Spotlight{Participant: "p-7f3b", Source: Screen}},
		Start: Start{Muted: true, CameraOff: true},
		Participants: []Participant{
			{ID: "p-7f3a", Name: "Ada", Role: RoleModerator, State: Here, Publications: []Publication{{Source: Microphone, Muted: true}}},
			{ID: "p-7f3b", Name: "Grace", Role: RoleParticipant, State: Reconnecting, Publications: []Publication{}},
		},
		Chat:       []ChatLine{{ID: 1, Participant: "p-7f3b", Name: "Grace", Text: "hello", At: 1767225600000, To: "p-7f3a"}},
		ICEServers: []ICEServer{{URLs: []string{"turn:turn.example.org:3478"}, Username: "1767226200:p-7f3a", Credential: "c2VjcmV0"}},
		Server:     ServerInfo{Version: "0.1.0"},
	}, re: 1},
	{message: Answer{SDP: "v=0\r\n", Slots: []SlotInfo{{Mid: "2", Kind: Audio}, {Mid: "3", Kind: Video}}}, re: 2},
	{message: Slots{Slots: []SlotFill{{Mid: "3", Participant: "p-7f3b", Source: Camera}, {Mid: "4", Participant: "p-19d0", Source: Camera, State: SlotPaused}}}},
	{message: Encodings{Source: Camera, Max: 1, Codec: "vp9"}},
	{message: ParticipantJoined{Participant: Participant{ID: "p-7f3c", Name: "Edsger", Role: RoleViewer, State: Here, Watcher: true, Publications: []Publication{}}}, seq: 13},
	{message: ParticipantChanged{ID: "p-7f3b", Name: "Grace", Role: RoleParticipant, State: Here}, seq: 14},
	{message: ParticipantLeft{ID: "p-7f3c", Reason: LeftTimeout}, seq: 15},
	{message: PublicationChanged{Participant: "p-7f3b", Publication: Publication{Source: Screen, Muted: true}}, seq: 16},
	{message: PublicationEnded{Participant: "p-7f3b", Source: Screen}, seq: 17},
	{message: ChatLine{ID: 2, Participant: "p-7f3b", Name: "Grace", Text: "see you", At: 1767225660123, To: "p-7f3a"}, seq: 18},
	{message: Speakers{Participants: []string{"p-7f3b", "p-7f3a"}}},
	{message: Stats{
		Up:   []StreamStats{{Participant: "p-7f3a", Source: Microphone, Bitrate: 32000, Loss: 0.0125}},
		Down: []StreamStats{{Participant: "p-7f3b", Source: Camera, Bitrate: 900000, Loss: 0.5, Width: 640, Height: 360}},
	}},
	{message: OK{}, re: 3},
	{message: Pong{}, re: 9},
	{message: Waiting{
		Self: "p-7f3d", Token: "e4d909c290d0fb1c", Why: BecauseLobby, Message: "We begin at six.", Chat: true, Until: 1767226200000,
		Lines: []LobbyLine{{Name: "Ada", Own: true, Text: "Hello?", At: 1767225600500}},
	}, re: 1},
	{message: Lobby{Waiting: []Knock{{ID: "p-7f3d", Name: "Edsger", Verified: true, Since: 1767225600000, Lines: []LobbyLine{{Name: "Edsger", Own: true, Text: "Hello?", At: 1767225600500}}}}}},
	{message: RoomChanged{Room: Room{Name: "weekly", Title: "Weekly", Locked: true, TalkMode: TalkOpen, ScreenHint: "detail", Spotlight: &Spotlight{Participant: "p-7f3b", Source: Camera}}}, seq: 19},
	{message: Rights{Role: RoleParticipant, Rights: []RightInfo{{Right: RightSpeak, Allowed: true, Askable: true, Requested: true, Reason: BecauseGranted}}}},
	{message: Notice{What: NoticeMuted, By: "Ada", Source: Microphone, Right: RightSpeak, Role: RoleViewer}, seq: 20},
	{message: Hands{Hands: []Hand{{Participant: "p-7f3b", At: 1767225600000}}}},
	{message: Floor{Talker: "p-7f3b", Until: 1767225620000, Queue: []string{"p-7f3a"}}},
	{message: Requests{Requests: []RightRequest{{Participant: "p-7f3b", Right: RightScreen, At: 1767225600000}}}},
	{message: Settings{Settings: []Setting{{Key: "policy.speak", Value: "ask", Origin: "weekly.yaml:12", Forced: true, OwnersOnly: true}}}, re: 31},
	{message: Bans{Bans: []Ban{{ID: "b-01", Name: "Mallory", By: "Ada", At: 1767225600000, Until: 1767312000000}}}, re: 23},
	{message: Invitation{ID: "i-01", Code: "6f1ed002ab559585", Role: RolePresenter, Name: "Grace", Until: 1767312000000, Left: 1}, re: 34},
	{message: Invitations{Invitations: []Invitation{{ID: "i-01", Code: "6f1ed002ab559585", Role: RolePresenter, Name: "Grace", Until: 1767312000000, Left: 1}}}, re: 33},
	{message: ChatDeleted{Line: 2}, seq: 21},
	{message: Error{Code: ErrForbidden, Message: "ask a moderator", RetryAfter: 2, Reason: BecauseAsk, Setting: "policy.speak"}, re: 7},
	{message: Bye{Reason: ByeShutdown, RetryAfter: 3, Message: "Until tomorrow."}, re: 8},
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
