package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const maxCode = 4096 // bytes of an authorization code: providers put whole tokens into some

// Attempt is what binds the provider's answer to the browser that was sent to it. Only one answer fits.
type Attempt struct {
	State    string // RFC 6749 10.12: the answer is to this browser's question
	nonce    string // OpenID Connect Core 3.1.2.1: the token is for this question
	verifier string // RFC 7636: the code is of no use to others
}

// Person is who the provider says somebody is.
type Person struct {
	Subject string // never changes (OpenID Connect Core 5.7); unique with the issuer
	Name    string // to be shown; "": it is not said
	Email   string // that the provider has verified; "": none
}

// Start returns the address that the browser goes to, and what its answer must fit.
func (p *Provider) Start(now time.Time) (address string, a Attempt, err error) {
	_, config, err := p.find(now)
	if err != nil {
		return "", Attempt{}, err
	}
	a = Attempt{State: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier()}
	return config.AuthCodeURL(a.State, oidc.Nonce(a.nonce), oauth2.S256ChallengeOption(a.verifier)), a, nil
}

// Finish returns who the answer with which the browser came back is of.
func (p *Provider) Finish(ctx context.Context, a Attempt, answer url.Values, now time.Time) (Person, error) {
	found, config, err := p.find(now)
	if err != nil {
		return Person{}, err
	}
	code := answer.Get("code")
	issuer := answer.Get("iss") // RFC 9207, where the provider says it
	switch {
	case subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(a.State)) != 1:
		return Person{}, fmt.Errorf("%w: it is the answer to another question", ErrRefused)
	case issuer != "" && issuer != p.config.Issuer:
		return Person{}, fmt.Errorf("%w: it is the answer of %.100q", ErrRefused, issuer)
	case answer.Get("error") != "":
		return Person{}, fmt.Errorf("%w: %.60q", ErrDenied, answer.Get("error"))
	case code == "" || len(code) > maxCode:
		return Person{}, fmt.Errorf("%w: it has no code, or one of more than %d bytes", ErrRefused, maxCode)
	}
	ctx = oidc.ClientContext(ctx, p.client)
	tokens, err := config.Exchange(ctx, code, oauth2.VerifierOption(a.verifier))
	if err != nil {
		return Person{}, exchangeError(err)
	}
	return p.believe(ctx, found, tokens, a.nonce)
}

// exchangeError keeps what the provider wrote out of the log, save for its code of the error.
func exchangeError(err error) error {
	answer, answered := errors.AsType[*oauth2.RetrieveError](err)
	_, unreachable := errors.AsType[*url.Error](err)
	switch {
	case answered && answer.Response.StatusCode >= 500:
		return fmt.Errorf("%w: it answered the code with status %d", ErrAway, answer.Response.StatusCode)
	case answered:
		return fmt.Errorf("%w: it answered the code with status %d %.60q", ErrRefused, answer.Response.StatusCode, answer.ErrorCode)
	case unreachable:
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	return fmt.Errorf("%w: it answered the code with what is no token", ErrRefused)
}

// claims are the standard ones (OpenID Connect Core 5.1). Some providers write truth values as text.
type claims struct {
	Party    string `json:"azp"`
	Name     string `json:"name"`
	Username string `json:"preferred_username"`
	Email    string `json:"email"`
	Verified any    `json:"email_verified"`
}

// believe verifies the ID token (OpenID Connect Core 3.1.3.7) and reads it.
func (p *Provider) believe(ctx context.Context, found *oidc.Provider, tokens *oauth2.Token, nonce string) (Person, error) {
	raw, _ := tokens.Extra("id_token").(string)
	verifier := found.Verifier(&oidc.Config{ClientID: p.config.ClientID, SupportedSigningAlgs: algorithms})
	token, err := verifier.Verify(ctx, raw)
	if err != nil {
		return Person{}, fmt.Errorf("%w: %.300s", ErrRefused, err)
	}
	var c claims
	if err := token.Claims(&c); err != nil {
		return Person{}, fmt.Errorf("%w: its token is not readable", ErrRefused)
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1:
		return Person{}, fmt.Errorf("%w: its token is for another question", ErrRefused)
	case c.Party != "" && c.Party != p.config.ClientID, len(token.Audience) > 1 && c.Party == "":
		return Person{}, fmt.Errorf("%w: its token was made for another client", ErrRefused)
	case token.Subject == "":
		return Person{}, fmt.Errorf("%w: its token names nobody", ErrRefused)
	}
	if c.Name == "" || c.Email == "" {
		c = p.more(ctx, found, tokens, token.Subject, c)
	}
	return c.person(token.Subject), nil
}

// more asks for what the token does not say (OpenID Connect Core 5.3). Without an answer the person has no name, and can enter.
func (p *Provider) more(ctx context.Context, found *oidc.Provider, tokens *oauth2.Token, subject string, c claims) claims {
	if found.UserInfoEndpoint() == "" || p.trusts(found.UserInfoEndpoint()) != nil {
		return c
	}
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil || info.Subject != subject { // 5.3.4: another's answer is not used
		return c
	}
	var said claims
	if info.Claims(&said) != nil {
		return c
	}
	if c.Name == "" {
		c.Name = said.Name
	}
	if c.Username == "" {
		c.Username = said.Username
	}
	if c.Email == "" {
		c.Email, c.Verified = said.Email, said.Verified
	}
	return c
}

func (c claims) person(subject string) Person {
	who := Person{Subject: subject, Name: c.Name}
	if who.Name == "" {
		who.Name = c.Username
	}
	if slices.Contains([]any{true, "true"}, c.Verified) {
		who.Email = c.Email
	}
	return who
}
