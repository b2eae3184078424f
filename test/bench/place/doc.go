// Package place is where a measurement happens: a network namespace for the servers, joined to this one by a pair of
// virtual interfaces, and one core for the servers and one for the clients. Linux only.
package place
