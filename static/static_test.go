package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func packed(t *testing.T, content []byte) int {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := FS.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// A first visit may cost 100 KB; what every page loads must leave room for words.
func TestWeight(t *testing.T) {
	if n := packed(t, read(t, "civic.css")); n > 14<<10 {
		t.Errorf("civic.css weighs %d bytes packed, 14 KB at most", n)
	}
	scripts, err := fs.Glob(FS, "js/*.js")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	total := 0
	for _, path := range scripts {
		total += packed(t, read(t, path))
	}
	if total > 12<<10 {
		t.Errorf("our scripts weigh %d bytes packed, 12 KB at most", total)
	}
}

// Physical directions would break right-to-left languages.
func TestStyleSheetIsLogical(t *testing.T) {
	physical := regexp.MustCompile(`(margin|padding|border|inset|float|text-align)?[-: ]*\b(left|right)\b\s*[:;]`)
	for n, line := range strings.Split(string(read(t, "civic.css")), "\n") {
		if physical.MatchString(line) {
			t.Errorf("civic.css:%d names a physical side: %s", n+1, strings.TrimSpace(line))
		}
	}
}

// Every file that the sheet or a script names is embedded beside it.
func TestReferencesExist(t *testing.T) {
	named := regexp.MustCompile(`url\("([^"]+)"\)`)
	for _, m := range named.FindAllStringSubmatch(string(read(t, "civic.css")), -1) {
		read(t, m[1])
	}
	modules := regexp.MustCompile(`"\./([a-z]+\.js)"`)
	for _, m := range modules.FindAllStringSubmatch(string(read(t, "js/site.js")), -1) {
		read(t, "js/"+m[1])
	}
}

// VENDORED.md tells the truth about what others made.
func TestVendoredSums(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| `([^`]+)` .*`([0-9a-f]{64})` \\|$")
	rows := row.FindAllStringSubmatch(string(read(t, "VENDORED.md")), -1)
	if len(rows) < 7 {
		t.Fatalf("VENDORED.md has %d rows", len(rows))
	}
	for _, m := range rows {
		content, err := os.ReadFile(filepath.Join("..", m[1]))
		if err != nil {
			t.Error(err)
			continue
		}
		sum := sha256.Sum256(content)
		if got := hex.EncodeToString(sum[:]); got != m[2] {
			t.Errorf("%s has SHA-256 %s, VENDORED.md says %s", m[1], got, m[2])
		}
	}
}

func TestVersion(t *testing.T) {
	if v := Version(); len(v) != 12 || v != Version() {
		t.Errorf("Version = %q", v)
	}
}
