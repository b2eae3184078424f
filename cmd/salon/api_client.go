package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"salon/configs"
	"salon/signaling"
	"salon/signaling/admin"
)

const (
	apiTimeout = 15 * time.Second // for one request but a backup
	maxAnswer  = 16 << 20         // bytes of one answer but a backup
)

// api is the administration API of a running server.
type api struct {
	base  string // with Prefix
	pages string // where people go, as far as the configuration says it
	token string
	http  *http.Client
}

// newAPI finds the server and its token in the configuration that the server itself reads; address is "" or says where it is.
func newAPI(c configs.Config, address string) (*api, error) {
	if c.Admin.Token == "" {
		return nil, errors.New("the administration API is off in this configuration: set admin.token, or admin.token_file, for the server and for this command")
	}
	base, encryption, err := serverAddress(c, address)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: encryption, DisableKeepAlives: true}
	pages := cmp.Or(strings.TrimSuffix(c.HTTP.PublicURL, "/"), base)
	return &api{base: base + admin.Prefix, pages: pages, token: string(c.Admin.Token), http: &http.Client{
		Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// serverAddress says how to reach a server on this machine, or at the address that is given.
func serverAddress(c configs.Config, given string) (base string, encryption *tls.Config, err error) {
	if given != "" {
		u, err := url.Parse(given)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "", nil, fmt.Errorf("--url is %q: write scheme and host, such as https://salon.example.org", given)
		}
		return strings.TrimSuffix(u.Scheme+"://"+u.Host, "/"), nil, nil
	}
	host, port, err := net.SplitHostPort(c.HTTP.Listen)
	if err != nil || port == "0" {
		return "", nil, errors.New("http.listen does not say at which port the server is: add --url http://localhost:PORT")
	}
	if a, err := netip.ParseAddr(host); host == "" || err == nil && a.IsUnspecified() {
		host = "localhost"
	}
	if c.TLS.Mode == configs.TLSOff {
		return "http://" + net.JoinHostPort(host, port), nil, nil
	}
	return "https://" + net.JoinHostPort(host, port), localTLS(c, host), nil
}

// localTLS checks the certificate for the name that it is for: this machine is reached by another. A self-signed one can only
// be believed, which is done where nobody stands between.
func localTLS(c configs.Config, host string) *tls.Config {
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if public, err := url.Parse(c.HTTP.PublicURL); err == nil && public.Hostname() != "" {
		t.ServerName = public.Hostname()
	} else if len(c.TLS.Domains) > 0 {
		t.ServerName = c.TLS.Domains[0]
	}
	a, err := netip.ParseAddr(host)
	local := host == "localhost" || err == nil && a.IsLoopback()
	t.InsecureSkipVerify = local && c.TLS.Mode == configs.TLSSelfSigned
	return t
}

// do sends a request with a JSON body, if it is not nil, and reads the answer into one, if that is not nil.
func (a *api) do(method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeout(context.Background(), apiTimeout)
	defer cancel()
	response, err := a.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("the answer broke off: %w: try again", err)
	}
	if answer == nil || response.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return a.stranger(response)
	}
	return nil
}

// send returns the answer to a request that was not refused.
func (a *api) send(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var text io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		text = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(ctx, method, a.base+path, text)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := a.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("no server answers at %s: start it, or say where it is with --url: %w", strings.TrimSuffix(a.base, admin.Prefix), causeOf(err))
	}
	if response.StatusCode < 300 {
		return response, nil
	}
	defer func() { _ = response.Body.Close() }()
	var p signaling.Problem
	if json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&p) != nil || p.Detail == "" {
		return nil, a.stranger(response)
	}
	return nil, errors.New(p.Detail)
}

func (a *api) stranger(response *http.Response) error {
	return fmt.Errorf("what answers at %s is not the administration API of Salon (%s): say where that is with --url", strings.TrimSuffix(a.base, admin.Prefix), response.Status)
}

// causeOf leaves out of an error what it repeats of the request.
func causeOf(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}
