//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "bench: it measures by Linux' means (namespaces, sendmmsg, GSO): run it there")
	os.Exit(1)
}
