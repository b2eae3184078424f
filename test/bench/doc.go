// Command bench measures what a forwarded packet costs: a floor of system calls and encryption alone, a loop of Pion
// without features, and the whole of Salon, in turns within one run, and compares them round by round.
//
// What the machine can do, what a server can do and what the client can take are measured, not decided, here: there is
// no threshold in this program.
package main
