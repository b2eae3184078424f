// Command loadtest joins many synthetic participants to a running server and reports what they and the server measured.
//
// It owns the scenario, the report and the command line; what one participant does is package participant's. It is
// bounded in count and in time, and refuses servers that are not on this machine unless it is told that they are yours.
package main
