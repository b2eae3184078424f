package webhooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

// The headers of what is sent.
const (
	headerEvent     = "Salon-Event"
	headerDelivery  = "Salon-Delivery"
	headerSignature = "Salon-Signature"
)

const maxAnswer = 64 << 10 // bytes of an answer that are read, so that the connection can be used again

// errSpecial is why an address is not connected to.
var errSpecial = errors.New("the hook is at an address that is not public: set allow_private if that is meant")

// newClient returns a client that follows no redirect, uses no proxy, and connects to public addresses only.
func newClient(allowPrivate bool) *http.Client {
	dialer := &net.Dialer{Timeout: tryTimeout}
	if !allowPrivate {
		// The address is checked when it is connected to, after the name was resolved: a name may lead anywhere.
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			endpoint, err := netip.ParseAddrPort(address)
			if err != nil || !public(endpoint.Addr()) {
				return errSpecial
			}
			return nil
		}
	}
	return &http.Client{
		Timeout: tryTimeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: tryTimeout, ResponseHeaderTimeout: tryTimeout,
			MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 16 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// special are the ranges that are not public, beside those that package netip knows: RFC 6890 and what was added to its
// registries. Ranges that hold IPv4 addresses in IPv6 ones are among them, since those could be special as well.
var special = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

// public says whether an address is one of the internet at large.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// Sign makes the signature of a body that was sent at a time: "t=seconds,v1=hexadecimal", where v1 is HMAC-SHA256, with the
// hook's secret, of the seconds, a dot and the body.
func Sign(secret string, body []byte, at time.Time) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// send tries once. When it fails, again says whether it is worth another try.
func (h *hook) send(m message) (again bool, err error) {
	ctx, cancel := context.WithTimeout(h.sender.ctx, tryTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(m.body))
	if err != nil {
		return false, errors.New("the hook's url cannot be used: correct it")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Salon")
	r.Header.Set(headerEvent, string(m.kind))
	r.Header.Set(headerDelivery, m.id)
	r.Header.Set(headerSignature, Sign(h.Secret, m.body, time.Now()))
	response, err := h.client.Do(r)
	if err != nil {
		return !errors.Is(err, errSpecial), causeOf(err)
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswer))
	if response.StatusCode >= 200 && response.StatusCode < 300 {
		return false, nil
	}
	return mayPass(response.StatusCode), fmt.Errorf("the hook answered %d", response.StatusCode)
}

// mayPass says whether a status may be another later.
func mayPass(status int) bool {
	return status >= 500 || status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status == http.StatusTooEarly
}

// causeOf leaves the address out of an error: it may hold a secret.
func causeOf(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}

// host names the hook in the log.
func (h *hook) host() string {
	u, err := url.Parse(h.URL)
	if err != nil {
		return ""
	}
	return u.Host
}
