package app

import (
	"strings"
	"testing"
	"time"
)

// TestModeration is a report from its beginning to the appeal: a neighbour reports a comment, a
// moderator hides it, its author appeals, the administrator overturns.
func TestModeration(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		author, neighbour := w.visit(t, 390, scripts), w.visit(t, 390, scripts)
		moderator, admin := w.visit(t, 1280, scripts), w.visit(t, 1280, scripts)
		author.open("/?lang=es")
		author.signIn("Emiliano Cortés")
		author.open("/proposals?state=collecting&lang=es")
		author.press(author.js(`const e = document.querySelector('main a.card-link'); window.__old = true; e.click(); return true`), "a proposal")
		at, _, _ := strings.Cut(author.path(), "?")
		author.fill("Tu comentario", "Esto lo escribió alguien que nunca ha subido a un camión.")
		author.click("Publicar comentario")

		neighbour.open("/?lang=es")
		neighbour.signIn("Itzel Ramírez")
		neighbour.open(at)
		neighbour.clickIn("article.comment", "subido a un camión", "De acuerdo")
		neighbour.pressed("De acuerdo")
		neighbour.clickIn("article.comment", "subido a un camión", "En desacuerdo")
		neighbour.pressed("En desacuerdo")
		neighbour.open(at)
		neighbour.pressed("En desacuerdo")
		neighbour.clickIn("article.comment", "subido a un camión", "Denunciar")
		neighbour.click("Enviar")
		neighbour.sees("Hay un problema", "Elige qué pasa")
		neighbour.tick("Insulto o ataque")
		neighbour.fill("Cuéntanos más", "Se burla de quien propone.")
		neighbour.click("Enviar")
		neighbour.sees("Recibimos tu denuncia", "24 horas")

		moderator.open("/?lang=es")
		moderator.signIn("Leonor Cuevas")
		moderator.open("/admin")
		moderator.sees("casos esperan")
		moderator.open("/admin/moderation?kind=report")
		moderator.sees("subido a un camión", "1 denuncia")
		moderator.shot("queue")
		moderator.clickIn(".rows li", "subido a un camión", "Denuncia")
		moderator.sees("Se burla de quien propone.", "Emiliano Cortés")
		moderator.click("Yo lo reviso")
		moderator.tick("Ocultarlo")
		moderator.click("Guardar la decisión")
		moderator.sees("Hay un problema", "Explica por qué")
		moderator.choose("Motivo", "Insulto")
		moderator.choose("Regla", "Critica ideas")
		moderator.fill("Explicación", "Ataca a la persona y no la idea.")
		moderator.shot("case")
		moderator.click("Guardar la decisión")
		moderator.sees("La decisión quedó registrada")
		w.settle(t)

		neighbour.open("/me/notices")
		neighbour.sees("Moderación decidió sobre lo que denunciaste")
		neighbour.open(at)
		neighbour.sees("Ataca a la persona y no la idea")
		if strings.Contains(neighbour.text(), "subido a un camión") {
			t.Error("others still read what is hidden")
		}
		author.open("/me/notices")
		author.sees("Moderación ocultó tu comentario")
		author.open(at)
		author.sees("Solo tú lo ves", "subido a un camión")
		author.click("Ver la decisión y apelar")
		author.sees("Regla", "Critica ideas", "Ataca a la persona")
		author.click("Apelar")
		author.sees("Hay un problema", "Escribe por qué")
		author.fill("Por qué no rompe las reglas", "Hablo de quien diseñó la ruta, no de quien propone.")
		author.shot("appeal")
		author.click("Apelar")
		author.sees("Recibimos tu apelación", "Otra persona la revisa")

		moderator.open("/admin/moderation?kind=appeal")
		moderator.clickIn(".rows li", "subido a un camión", "Apelación")
		moderator.sees("Tú tomaste la decisión", "quien diseñó la ruta")
		admin.open("/?lang=es")
		admin.signIn("Rosa Elena Matus")
		admin.open("/admin/moderation?kind=appeal")
		admin.clickIn(".rows li", "subido a un camión", "Apelación")
		admin.tick("La decisión fue un error")
		admin.fill("Explicación", "Critica el diseño: no ataca a nadie.")
		admin.click("Guardar la decisión")
		admin.sees("La decisión quedó registrada")
		w.settle(t)
		author.open("/me/notices")
		author.sees("Se corrigió la decisión")
		author.open("/me")
		author.sees("Decisiones de moderación", "Se corrigió")
		neighbour.open(at)
		neighbour.sees("subido a un camión")
		neighbour.open("/moderation")
		neighbour.sees("Se corrigió", "Regla", "Por mes")
		neighbour.shot("log")

		// closing the conversation, with its reason
		moderator.open(at)
		moderator.click("Cerrar la conversación")
		moderator.fill("Motivo", "La autoridad ya respondió.")
		moderator.click("Cerrar la conversación")
		moderator.sees("Cerramos la conversación")
		neighbour.open(at)
		neighbour.sees("La conversación se cerró", "La autoridad ya respondió.")
		moderator.click("Reabrir la conversación")
		moderator.click("Reabrir la conversación")
		neighbour.open(at)
		neighbour.sees("Tu comentario")

		// the trail tells all of it
		admin.open("/admin/audit")
		admin.sees("reabrió la conversación", "corrigió una decisión")
		w.advance(t, time.Minute)
		for _, v := range []*visitor{author, neighbour, moderator, admin} {
			v.stayedHome()
		}
	})
}

// pressed waits until the button that says words is the one that was pressed.
func (v *visitor) pressed(words string) {
	v.t.Helper()
	on := v.js(`return [...document.querySelectorAll('.react [aria-pressed=true]')].some(b => b.innerText.startsWith(%[1]s))`, words)
	for deadline := time.Now().Add(stepTime); !look[bool](v, on); v.settle() {
		if time.Now().After(deadline) {
			v.shot("not-pressed")
			v.t.Fatalf("%s: %q is not pressed", v.path(), words)
		}
	}
}
