// Command salon is the video-conferencing server and its command line.
//
// It owns the wiring: it reads the configuration, opens the listeners, connects transport, rooms, signaling and the web
// client, exposes metrics, and stops everything in order. It holds no rule about rooms or media.
package main
