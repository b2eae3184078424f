package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"salon/signaling"
	"salon/signaling/protocol"
)

// nothing is the body of a request that has none, and the answer that has none.
type nothing struct{}

// route is one method of one address, and what is said of it in the description.
type route struct {
	method, path string // path as in the description, below Prefix: {room} is a part
	summary      string
	query        []parameter
	body, answer any  // zero values of what is sent; nothing{}: nothing is
	raw          bool // the answer is not JSON: it is written by run
	run          func(s *Server, w http.ResponseWriter, r *http.Request) (any, error)
}

type parameter struct{ name, summary string }

// register makes the routes answer.
func (s *Server) register() {
	methods := map[string][]string{}
	for _, t := range routes {
		methods[t.path] = append(methods[t.path], t.method)
		s.mux.HandleFunc(t.method+" "+Prefix+t.path, func(w http.ResponseWriter, r *http.Request) { s.answer(t, w, r) })
	}
	for path, allowed := range methods {
		s.mux.HandleFunc(Prefix+path, func(w http.ResponseWriter, _ *http.Request) {
			list := strings.Join(allowed, ", ")
			w.Header().Set("Allow", list)
			s.fail(w, signaling.NewProblem(http.StatusMethodNotAllowed, "bad_method", "use one of "+list+" here"))
		})
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		s.fail(w, signaling.NewProblem(http.StatusNotFound, "no_such_address", "there is nothing at this address: "+Prefix+"/openapi.json lists what there is"))
	})
}

// answer runs a route and writes what comes of it.
func (s *Server) answer(t route, w http.ResponseWriter, r *http.Request) {
	if !t.raw {
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		r = r.WithContext(ctx)
	}
	result, err := t.run(s, w, r)
	switch {
	case err != nil:
		p := signaling.ProblemOf(err)
		s.config.Log.Info("an operator's request was refused", "act", t.method+" "+t.path, "room", r.PathValue("room"), "reason", p.Code)
		s.fail(w, p)
	case t.raw:
	case result == nil, result == any(nothing{}):
		w.WriteHeader(http.StatusNoContent)
	default:
		writeJSON(w, result)
	}
}

func (s *Server) fail(w http.ResponseWriter, p *signaling.Problem) {
	if p.Status < http.StatusInternalServerError && p.Code == string(protocol.ErrUnknown) || p.Status == http.StatusConflict {
		s.counters.room.Add(1)
	} else {
		s.counters.request.Add(1)
	}
	p.Write(w)
}

func writeJSON(w http.ResponseWriter, v any) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		signaling.ProblemOf(err).Write(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(text.Bytes()) // a client that has gone does not read
}

// read decodes the body of a request: JSON, of which every member is known.
func read[B any](w http.ResponseWriter, r *http.Request) (body B, err error) {
	if any(body) == any(nothing{}) {
		return body, nil
	}
	if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != "application/json" {
		return body, signaling.NewProblem(http.StatusUnsupportedMediaType, "bad_type", "send the body as Content-Type: application/json")
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(&body)
	if err == nil {
		if _, more := decoder.Token(); more != io.EOF {
			err = errors.New("it goes on after its end")
		}
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return body, signaling.NewProblem(http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("send at most %d bytes", maxBody))
	}
	if err != nil {
		return body, badBody(err)
	}
	return body, nil
}

// maxRefusal bounds, in bytes, what a refusal repeats of the text of a decoding error.
const maxRefusal = 160

func badBody(err error) error {
	text := strings.TrimPrefix(err.Error(), "json: ")
	if len(text) > maxRefusal {
		text = strings.ToValidUTF8(text[:maxRefusal], "") + "..."
	}
	return signaling.NewProblem(http.StatusBadRequest, "bad_body", "correct the body: "+text)
}
