package app

import (
	"testing"
	"time"
)

// TestWhatBecameOfAComment follows a comment from where it is written to "what became of yours": somebody
// comments, staff tag it, answer it with others at once and publish the outcome, and its author is told.
func TestWhatBecameOfAComment(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		const at = "/consultations/ciclovia-de-la-calzada"
		const said = "Que pinten los cruces de la secundaria antes de todo."
		v := w.visit(t, 390, scripts)
		v.open("/?lang=es")
		v.signIn("Guadalupe Hernández")
		v.open(at)
		v.fill("Tu comentario", said)
		v.click("Publicar comentario")
		v.sees(said)
		v.open(at + "/mine")
		v.sees(said, "Todavía sin respuesta", "La dependencia prometió responder a más tardar")

		staff := w.visit(t, 1280, scripts)
		staff.open("/?lang=es")
		staff.signIn("Rosa Elena Matus")
		staff.open(at)
		staff.click("Administrar esta consulta")
		staff.click("Responder aportaciones")
		staff.fill("Palabras que contiene", "secundaria")
		staff.click("Mostrar")
		staff.sees(said)
		staff.tick(said)
		staff.fill("Etiqueta", "cruces")
		staff.click("Etiquetar las marcadas")
		staff.sees("Se etiquetaron", "cruces")
		staff.click("Responder las marcadas")
		staff.sees("Marca las aportaciones por responder", "Elige una decisión")
		staff.tick(said)
		staff.tick("Aceptada en parte")
		staff.fill("Por qué", "Los cruces se pintan primero; la obra empieza después.")
		staff.fill("A dónde lleva", "/proposals/none")
		staff.click("Responder las marcadas")
		staff.sees("No hay tal página en este sitio")
		if kept := look[string](staff, `document.getElementById("body").value`); kept != "Los cruces se pintan primero; la obra empieza después." {
			t.Errorf("what was typed is lost: %q", kept)
		}
		staff.fill("A dónde lleva", "")
		staff.shot("inbox")
		staff.click("Responder las marcadas")
		staff.sees("Se respondieron")
		staff.click("La página como la ve la gente")
		staff.sees("1 de 21 aportaciones respondidas", "Aceptada en parte", "Los cruces se pintan primero", "Respuesta a 1 aportación")
		staff.shot("table")

		w.advance(t, 21*24*time.Hour)
		late := w.visit(t, 1280, scripts) // by then the first session is over
		late.open("/?lang=es")
		late.signIn("Rosa Elena Matus")
		late.open(at)
		late.click("Administrar esta consulta")
		late.click("Escribir el resultado")
		late.fill("Resultado y respuesta", "Se eligió el trazo A.")
		late.click("Publicar el resultado")
		w.settle(t)
		v.open("/me/notices")
		v.sees("Se respondió a lo que dijiste en")
		v.open("/me")
		v.sees("Donde te respondieron")
		v.open(at)
		v.click("Qué pasó con lo que dijiste")
		v.sees(said, "Aceptada en parte", "Los cruces se pintan primero")
		v.shot("mine")
		v.stayedHome()
		staff.stayedHome()
	})
}
