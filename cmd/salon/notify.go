package main

import "net"

// notify tells systemd how the service is doing (sd_notify(3)): "READY=1", "STOPPING=1". Without systemd it does
// nothing. A failure is not worth more than that: systemd will say that it heard nothing.
func notify(socket, state string) {
	if socket == "" {
		return
	}
	if socket[0] == '@' { // Linux's abstract names begin with a zero byte
		socket = "\x00" + socket[1:]
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = conn.Write([]byte(state))
}
