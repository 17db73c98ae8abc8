package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tequio/static"
	"tequio/views"
)

// Every icon that a template or a handler names is drawn: one that is not shows as an empty square.
func TestIconsExist(t *testing.T) {
	sheet, err := static.FS.ReadFile("icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	drawn := func(where, id string) {
		if !strings.Contains(string(sheet), `<symbol id="`+id+`"`) {
			t.Errorf("%s names icon %q, which icons.svg lacks", where, id)
		}
	}
	inTemplate := regexp.MustCompile(`\bicon "([^"]+)"`)
	err = fs.WalkDir(views.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := views.FS.ReadFile(path)
		for _, m := range inTemplate.FindAllStringSubmatch(string(text), -1) {
			drawn(path, m[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	inCode := regexp.MustCompile(`(?:\bIcon: +|\.Icon = |\bFact\{)"([a-z-]+)"`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inCode.FindAllStringSubmatch(string(text), -1) {
			drawn(path, m[1])
		}
	}
}
