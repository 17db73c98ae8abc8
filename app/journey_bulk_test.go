package app

import (
	"strings"
	"testing"
)

// TestBulk is a decision on many comments at once, from the dry run to the step back, and a peak of
// supports that somebody looks at.
func TestBulk(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		wide := int64(1280)
		if !scripts {
			wide = 390
		}
		author, moderator := w.visit(t, 390, scripts), w.visit(t, wide, scripts)
		author.open("/?lang=es")
		author.signIn("Emiliano Cortés")
		author.open("/proposals?state=collecting&lang=es")
		author.press(author.js(`const e = document.querySelector('main a.card-link'); window.__old = true; e.click(); return true`), "a proposal")
		at, _, _ := strings.Cut(author.path(), "?")
		for _, words := range []string{"Remate de llantas nuevas, precio especial.", "Otra vez: remate de LLANTAS nuevas."} {
			author.open(at)
			author.fill("Tu comentario", words)
			author.click("Publicar comentario")
		}
		moderator.open("/?lang=es")
		moderator.signIn("Leonor Cuevas")
		moderator.open("/admin/moderation")
		moderator.click("Decidir sobre muchos")
		moderator.click("Ver qué pasaría")
		moderator.fill("Palabras", "remate de llántas")
		moderator.click("Ver qué pasaría")
		moderator.sees("Se ocultarían 2 textos, de 1 cuenta", "precio especial", "Emiliano Cortés")
		moderator.shot("bulk-dry")
		moderator.click("Ocultar 2")
		moderator.sees("Hay un problema", "Elige un motivo", "Explica por qué", "Se ocultarían 2")
		moderator.choose("Motivo", "Publicidad")
		moderator.choose("Regla", "Critica ideas")
		moderator.fill("Explicación", "Es publicidad repetida.")
		moderator.click("Ocultar 2")
		moderator.sees("Aquí ves cómo avanza", "0 de 2", "En proceso")
		w.settle(t)
		moderator.click("Actualizar")
		moderator.sees("2 de 2", "2 se ocultaron", "Es publicidad repetida.")
		moderator.shot("bulk-done")

		author.open(at)
		author.sees("Solo tú lo ves", "Es publicidad repetida.")
		author.open("/me/notices")
		author.sees("Moderación ocultó tu comentario")
		author.open("/moderation")
		author.sees("Es publicidad repetida.")

		moderator.click("Deshacer toda la decisión")
		moderator.sees("Hay un problema", "Explica por qué")
		moderator.fill("Por qué se deshace", "Era de una colecta.")
		moderator.click("Deshacer toda la decisión")
		moderator.sees("La decisión se deshace", "0 de 2")
		w.settle(t)
		moderator.click("Actualizar")
		moderator.sees("2 se volvieron a mostrar", "Deshecha", "Era de una colecta.")
		moderator.shot("bulk-undone")
		author.open(at)
		author.sees("remate de LLANTAS")
		if strings.Contains(author.text(), "Solo tú lo ves") {
			t.Error("what was undone is still hidden")
		}

		moderator.open("/admin")
		moderator.sees("por revisar")
		moderator.open("/admin/moderation/bursts")
		moderator.sees("203.0.113.0/24", "26 en una hora", "Apoyos por hora")
		moderator.shot("bursts")
		moderator.clickIn(".rows li", "203.0.113.0/24", "Marcar como revisado")
		moderator.sees("Hay un problema", "Escribe qué encontraste")
		moderator.fill("Apoyos desde una red 203.0.113.0/24", "Firmaron en una asamblea, con la misma conexión.")
		moderator.clickIn(".rows li", "203.0.113.0/24", "Marcar como revisado")
		moderator.sees("Quedó como revisado", "Firmaron en una asamblea")
		moderator.clickIn(".rows li", "203.0.113.0/24", "Ver de dónde vienen")
		moderator.sees("26 apoyos")
		moderator.open("/admin/audit")
		moderator.sees("ocultó muchos a la vez", "deshizo una decisión sobre muchos", "revisó un pico inusual")
		for _, v := range []*visitor{author, moderator} {
			v.stayedHome()
		}
	})
}
