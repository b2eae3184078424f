package protocol

import (
	"errors"
	"strings"
)

// Error makes the message usable as a Go error.
func (e Error) Error() string { return string(e.Code) + ": " + e.Message }

// maxRefusalLength bounds, in bytes, what a refusal repeats of the text of a decoding error: a client may have chosen
// most of it.
const maxRefusalLength = 160

// Refusal turns an error of [DecodeClient] or [Validate] into the message that says so.
func Refusal(err error) Error {
	var e Error
	if errors.As(err, &e) {
		return e
	}
	text := strings.TrimPrefix(err.Error(), "json: ")
	if len(text) > maxRefusalLength {
		text = strings.ToValidUTF8(text[:maxRefusalLength], "") + "..."
	}
	return Error{Code: ErrBadMessage, Message: "correct the message: " + text}
}
