package app

import (
	"strings"
	"testing"
	"time"
)

// TestFormsAreGuarded sends comments as programs do, and as a newcomer does where the town reads first
// posts: nothing that was typed is lost, and what is held is seen by its author alone.
func TestFormsAreGuarded(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t, func(o *Options) { o.Limits = true })
			admin, author, neighbour := w.visit(t, 1280, scripts), w.visit(t, 390, scripts), w.visit(t, 390, scripts)
			admin.open("/?lang=es")
			admin.signIn("Rosa Elena Matus")
			admin.open("/admin/screening")
			admin.fill("Primeros textos que se leen antes", "muchos")
			admin.fill("Dominios de correo sin registro", "basura.example\nno es dominio")
			admin.click("Guardar")
			admin.sees("Hay un problema", "Escribe un número de 0 a 50", "No entendemos este renglón: no es dominio")
			admin.shot("screening")
			admin.fill("Primeros textos que se leen antes", "0")
			admin.fill("Palabras que se revisan", "crédito fácil")
			admin.fill("Dominios de correo sin registro", "basura.example")
			admin.click("Guardar")
			admin.sees("Guardamos los filtros")

			author.open("/?lang=es")
			author.signIn("Emiliano Cortés")
			author.open("/proposals?state=collecting&lang=es")
			author.press(author.js(`const e = document.querySelector('main a.card-link'); window.__old = true; e.click(); return true`), "a proposal")
			at, _, _ := strings.Cut(author.path(), "?")
			const words = "Pide tu CREDITO, fácil y sin aval."
			author.fill("Tu comentario", words)
			author.click("Publicar comentario")
			author.sees("Esto llegó muy rápido")
			keeps := func() {
				if got := look[string](author, `document.querySelector('textarea[name=body]').value`); got != words {
					t.Fatalf("what was typed came back as %q", got)
				}
			}
			keeps()
			author.shot("haste")
			w.advance(t, 3*time.Second)
			author.fill("Deja vacío este campo", "https://spam.example")
			author.click("Publicar comentario")
			author.sees("Se llenó un campo que debe quedar vacío")
			keeps()
			w.advance(t, 3*time.Second)
			author.fill("Deja vacío este campo", "")
			author.click("Publicar comentario")
			author.sees("Solo tú lo ves", "Pide tu CREDITO")
			author.shot("held")

			neighbour.open(at + "?lang=es")
			if strings.Contains(neighbour.text(), "CREDITO") {
				t.Error("others read what is held")
			}
			admin.open("/admin/moderation?kind=held")
			admin.clickIn(".rows li", "Pide tu CREDITO", "Comentario en espera")
			admin.sees("Tiene una palabra de la lista que se revisa")
			for _, v := range []*visitor{admin, author, neighbour} {
				v.stayedHome()
			}
		})
	}
}
