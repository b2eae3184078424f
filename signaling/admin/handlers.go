package admin

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"salon/rooms"
	"salon/rooms/policy"
	"salon/signaling"
	"salon/signaling/protocol"
)

// description is the API in OpenAPI 3.1; a test holds it equal to the routes.
//
//go:embed openapi.json
var description []byte

const (
	defaultPage, maxPage = 100, 500         // rooms in one answer
	maxBackup            = 256 << 20        // bytes that are held in memory: a client that reads slowly must not hold up the store
	backupTimeout        = 10 * time.Minute // for the client to take it
)

func (s *Server) describe(w http.ResponseWriter, _ *http.Request) (any, error) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(description)
	return nil, nil
}

// operate sends a room a message, which is checked like one of a client.
func (s *Server) operate(r *http.Request, m protocol.ClientMessage, mayMake bool) (any, error) {
	if err := protocol.Validate(m); err != nil {
		return nil, err
	}
	reply, err := s.registry.Operate(r.Context(), rooms.Operation{Room: r.PathValue("room"), Make: mayMake, Message: m})
	if err != nil {
		return nil, err
	}
	if _, plain := reply.(protocol.OK); plain {
		return nil, nil
	}
	return reply, nil
}

func (s *Server) list(_ http.ResponseWriter, r *http.Request) (any, error) {
	limit := defaultPage
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPage {
			return nil, signaling.NewProblem(http.StatusBadRequest, "bad_limit", fmt.Sprintf("limit must be 1 to %d", maxPage))
		}
		limit = n
	}
	list, err := s.registry.List(r.Context(), r.URL.Query().Get("after"), limit)
	if err != nil {
		return nil, err
	}
	answer := roomList{Rooms: list}
	if len(list) == limit {
		answer.Next = list[limit-1].Name
	}
	return answer, nil
}

func (s *Server) show(_ http.ResponseWriter, r *http.Request) (any, error) {
	return s.registry.Show(r.Context(), r.PathValue("room"))
}

func (s *Server) lobby(_ http.ResponseWriter, r *http.Request) (any, error) {
	d, err := s.registry.Show(r.Context(), r.PathValue("room"))
	return protocol.Lobby{Waiting: d.Lobby}, err
}

// forget makes a room one that is not kept, and ends it.
func (s *Server) forget(_ http.ResponseWriter, r *http.Request) (any, error) {
	off := protocol.Configure{Settings: []protocol.SettingChange{{Key: "persistent", Value: "false"}}}
	if _, err := s.operate(r, off, false); err != nil {
		return nil, err
	}
	_, err := s.operate(r, protocol.End{}, false)
	if refused, ok := errors.AsType[protocol.Error](err); ok && refused.Code == protocol.ErrUnknown {
		return nil, nil // nobody was in it: it went when it was no longer to be kept
	}
	return nil, err
}

func (s *Server) explain(_ http.ResponseWriter, r *http.Request) (any, error) {
	query := r.URL.Query()
	q := rooms.Question{Who: query.Get("who")}
	if text := query.Get("role"); text != "" {
		if err := q.Role.UnmarshalText([]byte(text)); err != nil {
			return nil, signaling.NewProblem(http.StatusBadRequest, "bad_role", "role "+err.Error())
		}
	}
	var only policy.Right
	if text := query.Get("right"); text != "" {
		if err := only.UnmarshalText([]byte(text)); err != nil {
			return nil, signaling.NewProblem(http.StatusBadRequest, "bad_right", "right "+err.Error())
		}
	}
	x, err := s.registry.Explain(r.Context(), r.PathValue("room"), q)
	if query.Get("right") != "" {
		x.Rights = slices.DeleteFunc(x.Rights, func(a rooms.RightAnswer) bool { return a.Right != only.String() })
	}
	return x, err
}

func (s *Server) ban(w http.ResponseWriter, r *http.Request) (any, error) {
	body, err := read[subject](w, r)
	if err != nil {
		return nil, err
	}
	who, err := policy.ParseSubject(body.Subject)
	if err != nil {
		return nil, signaling.NewProblem(http.StatusBadRequest, "bad_subject", "subject "+err.Error())
	}
	return nil, s.registry.Ban(r.Context(), r.PathValue("room"), who)
}

func (s *Server) deleteLine(_ http.ResponseWriter, r *http.Request) (any, error) {
	line, err := strconv.ParseUint(r.PathValue("line"), 10, 64)
	if err != nil || line == 0 {
		return nil, signaling.NewProblem(http.StatusNotFound, string(protocol.ErrUnknown), "there is no such line here")
	}
	return s.operate(r, protocol.DeleteLine{Line: line}, false)
}

var errTooLarge = errors.New("the store is too large for a copy over the API")

// bounded keeps what is written, up to maxBackup.
type bounded struct{ bytes.Buffer }

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxBackup {
		return 0, errTooLarge
	}
	return b.Buffer.Write(p)
}

func (s *Server) backup(w http.ResponseWriter, _ *http.Request) (any, error) {
	if s.config.Backup == nil {
		return nil, signaling.NewProblem(http.StatusNotFound, "nothing_kept", "this server keeps nothing: set rooms.store to a file")
	}
	if !s.copying.TryLock() {
		return nil, signaling.NewProblem(http.StatusConflict, "busy", "another backup is being made: wait for its end")
	}
	defer s.copying.Unlock()
	var data bounded
	if err := s.config.Backup(&data); errors.Is(err, errTooLarge) {
		return nil, signaling.NewProblem(http.StatusInsufficientStorage, "too_large", "the store has more than 256 MiB: stop the server and copy its file")
	} else if err != nil {
		return nil, err
	}
	s.config.Log.Info("moderation", "who", rooms.OperatorName, "act", "backup", "room", "", "target", "")
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(backupTimeout)) // where it cannot be set, the listener's holds
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="salon-backup.db"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", strconv.Itoa(data.Len()))
	_, _ = w.Write(data.Bytes())
	return nil, nil
}

// changes are settings in the order of their keys.
func changes(b settings) []protocol.SettingChange {
	var all []protocol.SettingChange
	for _, key := range slices.Sorted(maps.Keys(b.Settings)) {
		all = append(all, protocol.SettingChange{Key: key, Value: b.Settings[key]})
	}
	return all
}
