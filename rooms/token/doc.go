// Package token reads signed tokens that say who enters a room and as what: JSON Web Tokens (RFC 7519) of Salon's own shape
// and those that Jitsi's users have.
//
// Only HS256, RS256 and ES256 are known, and each key is for one of them: what a token says about its own algorithm chooses
// nothing. A token must name its issuer, its audience, its end, and the room. Values only: no clock, no network, no files.
package token
