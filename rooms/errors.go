package rooms

import (
	"context"
	"errors"
	"time"

	"salon/signaling/protocol"
)

func refuse(code protocol.ErrorCode, message string) protocol.Error {
	return protocol.Error{Code: code, Message: message}
}

var (
	errDraining      = refuse(protocol.ErrShuttingDown, "the server is shutting down: join again later")
	errBadRoom       = refuse(protocol.ErrBadRoom, "name the room with 1 to 64 letters, digits, '-', '_' or '.'")
	errBadName       = refuse(protocol.ErrBadName, "give a name of 1 to 64 characters, without control characters")
	errGone          = refuse(protocol.ErrNotJoined, "the participant has left the room: join again")
	errResumeUnknown = refuse(protocol.ErrResumeUnknown, "there is no such participant to resume: join without resume")
)

// errStage says why a request is not carried out for a participant who waits, or is in.
var errStage = map[stage]error{
	waiting: refuse(protocol.ErrNotJoined, "wait until a moderator has admitted you"),
	here:    refuse(protocol.ErrAlreadyJoined, "you are in the room already"),

	operating: refuse(protocol.ErrForbidden, "this is for participants: whoever runs the server is in no room"),
}

// asProtocol makes any error one that a client may see. Details stay in the log.
func asProtocol(err error) error {
	var refused protocol.Error
	switch {
	case err == nil, errors.As(err, &refused):
		return err
	case errors.Is(err, errEnded):
		return errGone
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return refuse(protocol.ErrInternal, "the request was given up before it was carried out: send it again")
	}
	return refuse(protocol.ErrInternal, "the server failed to carry this out: send it again")
}

// seconds rounds up, so that nobody comes back too early.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
