package signaling

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"salon/signaling/protocol"
)

// Problem is a request over HTTP that is refused, as RFC 9457 writes it. It implements error.
type Problem struct {
	Title      string `json:"title"`
	Status     int    `json:"status"`
	Detail     string `json:"detail"`           // one sentence that says what to do
	Code       string `json:"code"`             // for machines: a protocol.ErrorCode, or one of HTTP's own
	Reason     string `json:"reason,omitempty"` // a protocol.ReasonCode, where a right is missing
	RetryAfter int    `json:"-"`                // seconds; 0: not said
}

// NewProblem returns a problem with the title of its status.
func NewProblem(status int, code, detail string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Detail: detail, Code: code}
}

// Error implements error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// statuses are what a room's refusals are in HTTP.
var statuses = map[protocol.ErrorCode]int{
	protocol.ErrBadMessage:   http.StatusBadRequest,
	protocol.ErrBadRoom:      http.StatusBadRequest,
	protocol.ErrBadName:      http.StatusBadRequest,
	protocol.ErrChatEmpty:    http.StatusBadRequest,
	protocol.ErrChatTooLong:  http.StatusBadRequest,
	protocol.ErrBadOffer:     http.StatusUnprocessableEntity,
	protocol.ErrBadSetting:   http.StatusUnprocessableEntity,
	protocol.ErrForced:       http.StatusConflict,
	protocol.ErrOfferBusy:    http.StatusConflict,
	protocol.ErrForbidden:    http.StatusForbidden,
	protocol.ErrBanned:       http.StatusForbidden,
	protocol.ErrNeedsToken:   http.StatusForbidden,
	protocol.ErrBadToken:     http.StatusForbidden,
	protocol.ErrBadInvite:    http.StatusForbidden,
	protocol.ErrRoomLocked:   http.StatusForbidden,
	protocol.ErrRoomClosed:   http.StatusForbidden,
	protocol.ErrUnknown:      http.StatusNotFound,
	protocol.ErrNotJoined:    http.StatusNotFound,
	protocol.ErrRoomFull:     http.StatusServiceUnavailable,
	protocol.ErrLobbyFull:    http.StatusServiceUnavailable,
	protocol.ErrTooManyRooms: http.StatusServiceUnavailable,
	protocol.ErrShuttingDown: http.StatusServiceUnavailable,
	protocol.ErrRateLimited:  http.StatusTooManyRequests,
}

// ProblemOf makes any error one that a client may see.
func ProblemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	refused, ok := errors.AsType[protocol.Error](err)
	if !ok {
		refused = protocol.Error{Code: protocol.ErrInternal, Message: "the server failed to carry this out: try again"}
	}
	status := statuses[refused.Code]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	p := NewProblem(status, string(refused.Code), refused.Message)
	p.Reason = string(refused.Reason)
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		p.RetryAfter = max(refused.RetryAfter, 1)
	}
	return p
}

// Write sends the problem.
func (p *Problem) Write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	text, _ := json.Marshal(p) // strings and numbers: it cannot fail
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(text, '\n')) // a client that has gone does not read
}
