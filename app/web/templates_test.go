package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tequio/app/i18n"
	"tequio/app/page"
	"tequio/data"
	"tequio/views"

	"github.com/jba/templatecheck"
)

// Every page's template fits its model, in every language.
func TestTemplatesFitTheirModels(t *testing.T) {
	words, err := i18n.Load(data.Locales())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range words.Languages() {
		set, err := page.Load(views.FS, Funcs(l, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		frameTemplate, err := set.Lookup("")
		if err != nil {
			t.Fatal(err)
		}
		if err := templatecheck.CheckHTML(frameTemplate.Lookup("layout"), frame{}); err != nil {
			t.Errorf("layout: %v", err)
		}
		for name, model := range page.All() {
			tmpl, err := set.Lookup(name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if err := templatecheck.CheckHTML(tmpl.Lookup("main"), model); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

var (
	keyInTemplate = regexp.MustCompile(`\bT "([^"]+)"`)
	keyInCode     = regexp.MustCompile(`(?:\.T|Flash|fault\.New)\((?:fault\.\w+, )?"([a-z][a-z0-9_.-]+)"[,)]`)
	forbidden     = regexp.MustCompile(`\sstyle="|\son[a-z]+="|<script>|javascript:`)
	unsafeForm    = regexp.MustCompile(`(?s)<form[^>]*method="post"[^>]*>(.*?)</form>`)
)

// Every key that a template or handler names is in the catalogues of every language; no template
// holds what the content policy forbids; every form that changes something carries its token.
func TestViewsKeepTheRulesOfTheHouse(t *testing.T) {
	words, err := i18n.Load(data.Locales())
	if err != nil {
		t.Fatal(err)
	}
	known := func(file, key string) {
		if strings.HasSuffix(key, ".") {
			return // completed at run time
		}
		for _, l := range words.Languages() {
			if !l.Has(key) {
				t.Errorf("%s: %s has no %q", file, l.Tag(), key)
			}
		}
	}
	for _, dir := range []string{"../../views", "..", "."} {
		err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			switch {
			case strings.HasSuffix(path, ".html") && strings.Contains(path, "views"):
				for _, m := range keyInTemplate.FindAllStringSubmatch(string(text), -1) {
					known(path, m[1])
				}
				if bad := forbidden.FindString(string(text)); bad != "" {
					t.Errorf("%s holds %q", path, bad)
				}
				for _, m := range unsafeForm.FindAllStringSubmatch(string(text), -1) {
					if !strings.Contains(m[1], "{{csrf}}") {
						t.Errorf("%s: a form without {{csrf}}: %.80s", path, m[0])
					}
				}
			case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
				for _, m := range keyInCode.FindAllStringSubmatch(string(text), -1) {
					known(path, m[1])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
