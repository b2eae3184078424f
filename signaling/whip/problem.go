package whip

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"salon/signaling/protocol"
)

// problem is a request that is refused, as RFC 9457 writes it. It implements error.
type problem struct {
	Title      string `json:"title"`
	Status     int    `json:"status"`
	Detail     string `json:"detail"` // one sentence that says what to do
	Code       string `json:"code"`   // for machines: a protocol.ErrorCode, or one of HTTP's own
	retryAfter int    // seconds; 0: not said
	why        counter
}

// Error implements error.
func (p *problem) Error() string { return p.Code + ": " + p.Detail }

func refuse(status int, why counter, code, detail string) *problem {
	return &problem{Title: http.StatusText(status), Status: status, Detail: detail, Code: code, why: why}
}

// later adds when to try again.
func (p *problem) later(seconds int) *problem {
	p.retryAfter = max(seconds, 1)
	return p
}

// statuses are what a room's refusals are in HTTP.
var statuses = map[protocol.ErrorCode]int{
	protocol.ErrBadRoom:      http.StatusBadRequest,
	protocol.ErrBadName:      http.StatusBadRequest,
	protocol.ErrBadOffer:     http.StatusUnprocessableEntity,
	protocol.ErrOfferBusy:    http.StatusConflict,
	protocol.ErrRoomFull:     http.StatusServiceUnavailable,
	protocol.ErrTooManyRooms: http.StatusServiceUnavailable,
	protocol.ErrShuttingDown: http.StatusServiceUnavailable,
	protocol.ErrNotJoined:    http.StatusNotFound,
	protocol.ErrRateLimited:  http.StatusTooManyRequests,
}

// problemOf makes any error one that a client may see.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
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
	p := refuse(status, refusedRoom, string(refused.Code), refused.Message)
	if refused.Code == protocol.ErrBadOffer {
		p.why = refusedOffer
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		p.later(refused.RetryAfter)
	}
	return p
}

// write sends the problem.
func (p *problem) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	text, _ := json.Marshal(p) // strings and numbers: it cannot fail
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(text, '\n')) // a client that has gone does not read
}
