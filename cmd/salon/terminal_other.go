//go:build !linux

package main

import "os"

// hideTyping is for Linux only: elsewhere what is typed is shown.
func hideTyping(*os.File) (restore func(), ok bool) { return nil, false }
