package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"salon/configs"
	"salon/rooms/policy"
	"salon/rooms/token"
)

const tokenUsage = `Usage: salon token make --room ROOM [--name NAME] [--role ROLE] [--subject ID] [--expires DURATION] [--issuer ISSUER] [FLAGS]

Signs a token with the secret of an issuer in the configuration (tokens), and prints it. The server need not run.

  --room ROOM               that it opens; "*" for all
  --name NAME               of whoever has the token
  --role ROLE               viewer, participant, presenter or moderator; else as the room says
  --subject ID              who it is, for bans and rules: known as ISSUER/ID
  --expires DURATION        until it ends; else 1h
  --issuer ISSUER           where the configuration has several with a secret
` + configFlagsUsage

func tokenCommand(p *program, args []string) int {
	if len(args) == 0 || args[0] != "make" {
		p.complain("write \"salon token make --room ROOM\"")
		return exitUsage
	}
	var room, issuer string
	var claims token.Claims
	f, c := p.newConfigFlags("token make", tokenUsage)
	f.StringVar(&room, "room", "", "")
	f.StringVar(&claims.Name, "name", "", "")
	f.StringVar(&claims.Role, "role", "", "")
	f.StringVar(&claims.Subject, "subject", "", "")
	f.StringVar(&issuer, "issuer", "", "")
	expires := f.Duration("expires", time.Hour, "")
	if code, ok := p.parse(f, args[1:]); !ok {
		return code
	}
	if room == "" {
		p.complain("name the room: --room weekly, or --room '*' for all")
		return exitUsage
	}
	var role policy.Role
	if err := role.UnmarshalText([]byte(claims.Role)); claims.Role != "" && err != nil {
		p.complain("--role %q %v", claims.Role, err)
		return exitUsage
	}
	loaded, ok := c.load(p)
	if !ok {
		return exitUsage
	}
	by, err := signer(loaded.Tokens, issuer)
	if err != nil {
		p.complain("%v", err)
		return exitUsage
	}
	now := time.Now()
	claims.Expires = now.Add(*expires)
	raw, err := token.Sign(token.Issuer{Name: by.Issuer, Audience: by.Audience}, []byte(by.Secret), room, claims, now)
	if err != nil {
		p.complain("%v", err)
		return exitUsage
	}
	fmt.Fprintln(p.stdout, raw)
	return exitOK
}

// signer finds the issuer whose secret signs: the one that is named, or the only one.
func signer(all []configs.Token, name string) (configs.Token, error) {
	with := slices.DeleteFunc(slices.Clone(all), func(t configs.Token) bool { return t.Secret == "" || name != "" && t.Issuer != name })
	switch {
	case len(with) == 1:
		return with[0], nil
	case len(with) > 1:
		return configs.Token{}, errors.New("several issuers have a secret: choose one with --issuer")
	}
	return configs.Token{}, errors.New("no issuer in the configuration has a secret that could sign: add one to tokens, or sign where the private key is")
}
