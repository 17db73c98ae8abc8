package app

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// longTalk and closedTalk are proposals of the demo whose conversations are long, and closed.
const (
	longTalk   = "/proposals/portales-sin-motos-los-domingos"
	closedTalk = "/proposals/prohibir-toda-bolsa-de-plastico-desde-manana"
)

// TestConversation is a long conversation as two neighbours go through it: they sort it, open more
// replies, answer deep inside, name each other, and are told.
func TestConversation(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		itzel, celestino := w.visit(t, 390, scripts), w.visit(t, 1280, scripts)
		itzel.open("/?lang=es")
		itzel.signIn("Itzel Ramírez")
		itzel.open(longTalk)
		itzel.sees("comentarios", "a favor", "en contra", "neutral")
		itzel.sorts()
		itzel.opensMore(scripts)

		celestino.open("/?lang=es")
		celestino.signIn("Celestino Bautista")
		celestino.open(longTalk)
		celestino.fill("Tu comentario", "Soy de San José y aquí también hace falta.")
		celestino.click("Publicar comentario")
		itzel.open(longTalk + "?comments=newest")
		itzel.clickIn("article.comment", "Soy de San José", "Responder")
		itzel.names(scripts, "Celestino Bautista Luis")
		itzel.click("Publicar respuesta")
		itzel.sees("Qué bueno")
		if got := look[string](itzel, `[...document.querySelectorAll('.mention')].map(e => e.textContent).join()`); got != "@Celestino Bautista Luis" {
			t.Errorf("named: %q", got)
		}
		itzel.landed("Qué bueno")
		itzel.shot("named")
		w.advance(t, time.Minute)
		celestino.open("/me/notices")
		celestino.sees("Itzel Ramírez Santiago")
		celestino.shot("told")

		itzel.open(closedTalk)
		itzel.sees("La conversación se cerró", "La autoridad ya respondió")
		itzel.shot("closed")
		itzel.stayedHome()
		celestino.stayedHome()
	})
}

// sorts looks at every order, and finds the first comment of each on the page.
func (v *visitor) sorts() {
	v.t.Helper()
	v.shot("long")
	first := map[string]bool{}
	for _, order := range []string{"Antiguos", "Recientes", "Más respondidos", "Mejor valorados"} {
		v.click(order)
		if got := look[string](v, `document.querySelector('#comments [aria-current=true]').innerText.trim()`); got != order {
			v.t.Fatalf("%s is the order, after %s was pressed", got, order)
		}
		first[look[string](v, `document.querySelector('.thread > li').id`)] = true
	}
	if len(first) < 3 {
		v.t.Errorf("the orders begin alike: %v", first)
	}
}

// opensMore opens the rest of a branch: in place with scripts, as a page of its own without.
func (v *visitor) opensMore(scripts bool) {
	v.t.Helper()
	v.open(longTalk + "?comments=replied")
	said := look[int](v, `document.querySelector('.thread > li').querySelectorAll('article').length`)
	v.clickIn(".thread > li", "respuestas más", "Ver")
	more := fmt.Sprintf(`document.querySelector('.thread > li').querySelectorAll('article').length > %d`, said)
	for deadline := time.Now().Add(stepTime); !look[bool](v, more); v.settle() {
		if time.Now().After(deadline) {
			v.shot("no-more")
			v.t.Fatalf("%s shows no more than %d replies", v.path(), said)
		}
	}
	if alone := strings.Contains(v.path(), "branch="); alone == scripts {
		v.t.Errorf("scripts %v, and the branch is at %s", scripts, v.path())
	}
	v.shot("more")
}

// names writes a reply to somebody by name: from the list that a script offers, or letter by letter.
func (v *visitor) names(scripts bool, name string) {
	v.t.Helper()
	if !scripts {
		v.fill("Tu respuesta", "Qué bueno, @"+name+". Cuenta más.")
		return
	}
	v.fill("Tu respuesta", "Qué bueno, @"+strings.ToLower(name[:5]))
	const area = `document.querySelector('textarea#reply')`
	for deadline := time.Now().Add(stepTime); !look[bool](v, `!!document.querySelector('#reply-names [role=option]')`); v.settle() {
		if time.Now().After(deadline) {
			v.t.Fatal("no name is offered")
		}
		look[bool](v, area+`.dispatchEvent(new Event('input', {bubbles: true}))`)
	}
	v.shot("names")
	key := func(k string) string {
		return area + `.dispatchEvent(new KeyboardEvent('keydown', {key: '` + k + `', bubbles: true, cancelable: true}))`
	}
	look[bool](v, key("ArrowDown"))
	if chosen := look[string](v, `document.getElementById(`+area+`.getAttribute('aria-activedescendant')).innerText`); chosen != "@"+name {
		v.t.Fatalf("%q is chosen", chosen)
	}
	look[bool](v, key("Enter"))
	if got := look[string](v, area+`.value`); got != "Qué bueno, @"+name+" " {
		v.t.Fatalf("the reply is %q", got)
	}
}

// landed fails the test unless the address's mark is the comment with the words.
func (v *visitor) landed(words string) {
	v.t.Helper()
	if at := look[string](v, `document.querySelector(':target')?.innerText ?? ''`); !strings.Contains(at, words) {
		v.t.Errorf("%s leads to %q", v.path(), at)
	}
}
