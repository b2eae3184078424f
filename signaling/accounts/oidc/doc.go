// Package oidc asks an OpenID Connect provider who somebody is: the authorization code flow (OpenID Connect Core 3.1) with PKCE
// (RFC 7636).
//
// It knows the provider and nothing of browsers: cookies, sessions and pages are those of package accounts.
package oidc
