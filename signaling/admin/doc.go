// Package admin is the HTTP API for whoever runs the server, at /api/v1: rooms, participants, lobbies, bans, invitations,
// chat, what the rules say, and a backup.
//
// It owns the routes, their description (OpenAPI 3.1) and the check of the token. What a request does is a verb of package
// rooms, the same that moderators use; nothing of that belongs here.
package admin

//go:generate go test -run TestDescription -update .
