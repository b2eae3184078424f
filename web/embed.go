package web

import (
	"embed"
	"io/fs"
	"net/http"
)

// dist is the build of the client. A repository without a build holds only .placeholder in it.
//
//go:embed all:dist
var dist embed.FS

// Handler serves the embedded client: the page on every address that may be a room, the files of the build, and the
// security headers on every response. Without a build it serves a page that says how to make one.
func Handler() http.Handler {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		// The embed directive above guarantees the folder.
		panic("web: the folder dist is not embedded: " + err.Error())
	}
	return newHandler(files)
}
