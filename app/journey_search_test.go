package app

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// suggested types into the search field and chooses the first thing that is offered, by the keyboard alone.
func (v *visitor) suggested(words string) {
	v.t.Helper()
	const field = `document.querySelector('main #q')`
	v.until("the script has begun", field+`.getAttribute('role') === 'combobox'`)
	look[bool](v, field+`.focus() ?? true`)
	v.do("typing", chromedp.KeyEvent(words))
	v.until("something is suggested", `!!document.querySelector('.suggest-box:not([hidden]) [role=option]')`)
	v.shot("suggested")
	v.do("down", chromedp.KeyEvent(kb.ArrowDown))
	if !look[bool](v, `!!document.getElementById(`+field+`.getAttribute('aria-activedescendant'))`) {
		v.t.Fatal("the arrow chooses nothing")
	}
	v.do("mark", chromedp.Evaluate[chromedp.Void](`void (window.__old = true)`))
	// As a keyboard sends it: one event that brings its character along, so that a page may keep the character.
	if _, err := chromedp.Call(v.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13}); err != nil {
		v.t.Fatal(err)
	}
	v.settle()
}

// until waits for what a script does by itself.
func (v *visitor) until(what, condition string) {
	v.t.Helper()
	for deadline := time.Now().Add(stepTime); !look[bool](v, condition); {
		if time.Now().After(deadline) {
			v.shot("not-until")
			v.t.Fatalf("%s: not that %s", v.path(), what)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// TestSearch finds things without their accents and in other forms of the word, says why they match,
// narrows the results, and offers a way on where nothing is found.
func TestSearch(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		v := w.visit(t, 390, scripts)
		v.open("/search?lang=es")
		if scripts {
			v.suggested("ENCÍN")
			if !strings.HasPrefix(v.path(), "/proposals/") {
				t.Fatalf("the first suggestion leads to %s", v.path())
			}
			v.sees("encino")
			v.open("/search")
		}
		v.fill("Buscar", "ENCINOS")
		v.click("Buscar")
		v.sees("encino")
		if marks := look[int](v, `document.querySelectorAll('.results mark').length`); marks == 0 {
			t.Error("no result says why it matches")
		}
		v.shot("found")
		all := look[int](v, `document.querySelectorAll('.results > li').length`)
		look[bool](v, `(document.querySelector('.filters-more').open = true)`)
		v.choose("Tipo", "Propuestas")
		v.click("Aplicar filtros")
		if look[int](v, `document.querySelectorAll('.results .kind:not(.kind-proposal)').length`) != 0 || look[int](v, `document.querySelectorAll('.results > li').length`) > all {
			t.Error("the filter lets other kinds through")
		}
		v.open("/search?q=xylofonista")
		v.sees("xylofonista")
		v.click("Buscar otra cosa")
		v.stayedHome()
	})
}
