// Package accounts lets owners of rooms say who they are: a file of names and password hashes, a login over HTTP, and the
// sessions that follow from it.
//
// What an account may do is a matter of rooms and their rules; here is only who it is.
package accounts
