package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	markdownLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	markdownHeading = regexp.MustCompile(`(?m)^#+ +(.+?)\s*$`)
	codeBlock       = regexp.MustCompile("(?s)```.*?```")
	notInAnchors    = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// Links to files and headings of this repository must lead somewhere. Links to the rest of the world are not followed.
func TestDocumentLinks(t *testing.T) {
	root := filepath.Join("..", "..")
	pages := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "dist" || d.Name() == "bin"):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".md":
			return nil
		}
		pages++
		checkLinks(t, path)
		return nil
	})
	if err != nil || pages == 0 {
		t.Errorf("%d pages, %v", pages, err)
	}
}

func checkLinks(t *testing.T, page string) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Error(err)
		return
	}
	for _, match := range markdownLink.FindAllStringSubmatch(codeBlock.ReplaceAllString(string(text), ""), -1) {
		link := match[1]
		if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
			continue
		}
		target, anchor, _ := strings.Cut(link, "#")
		path := page
		if target != "" {
			path = filepath.Join(filepath.Dir(page), filepath.FromSlash(target))
		}
		content, err := readPage(path)
		if err != nil {
			t.Errorf("%s links to %s: there is no such file", page, link)
		} else if anchor != "" && !anchors(content)[anchor] {
			t.Errorf("%s links to %s: there is no such heading", page, link)
		}
	}
}

// readPage returns nothing for a folder, which may be linked to.
func readPage(path string) (string, error) {
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return "", err
	}
	content, err := os.ReadFile(path)
	return string(content), err
}

// anchors are the names that GitHub and its likes give to headings.
func anchors(page string) map[string]bool {
	all := make(map[string]bool)
	for _, match := range markdownHeading.FindAllStringSubmatch(codeBlock.ReplaceAllString(page, ""), -1) {
		name := notInAnchors.ReplaceAllString(strings.ToLower(match[1]), "")
		all[strings.ReplaceAll(name, " ", "-")] = true
	}
	return all
}
