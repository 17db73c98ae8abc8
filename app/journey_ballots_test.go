package app

import (
	"testing"
	"time"
)

// TestVotesInAnArea reads the rules and a project, votes in one area and about the whole town, and
// looks at the result by areas, on a phone.
func TestVotesInAnArea(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		const at = "/votes/presupuesto-por-zonas"
		v := w.visit(t, 390, scripts)
		v.open("/?lang=es")
		v.signIn("Guadalupe Hernández")
		v.open(at)
		v.sees("Obras pequeñas", "Norte", "Colonias y agencias")
		v.click("1 proyecto que no está en la boleta")
		v.shot("vote")
		v.click("Puente peatonal sobre el arroyo")
		v.sees("Este proyecto no está en la boleta", "El terreno de una orilla es privado")
		v.shot("refused")
		v.open(at + "/rules")
		v.sees("Cada zona tiene su cuenta", "El sitio fijó un número secreto", "SHA-256")
		v.shot("rules")
		v.open(at + "/ballot")
		v.sees("¿En qué zona votas?")
		v.shot("areas")
		v.click("Continuar")
		v.sees("Hay un problema", "Elige una zona")
		v.tick("Sur")
		v.click("Continuar")
		v.sees("Tu zona:", "Sur", "Taller de barro", "Segunda ambulancia")
		v.click("Elegir otra zona")
		v.tick("Norte")
		v.click("Continuar")
		v.sees("Norte", "Jardín en el lote baldío")
		v.tick("Jardín en el lote baldío")
		v.tick("Cruce seguro")
		v.tick("Techo en la parada")
		v.tick("Banco de semillas")
		if scripts {
			v.sees("Te pasas por")
		}
		v.shot("ballot")
		v.click("Revisar mi voto")
		v.sees("Te pasas del presupuesto")
		v.shot("over")
		v.press(v.js(`const e = control('Techo en la parada'); e.click(); return !e.checked`), "one project less")
		v.click("Revisar mi voto")
		v.sees("Revisa tu voto", "Tu zona:", "Norte", "Jardín en el lote baldío", "Banco de semillas")
		v.shot("review")
		v.click("Emitir mi voto")
		v.sees("Recibimos tu voto")
		w.advance(t, 30*24*time.Hour)
		v.open(at + "/results")
		v.sees("Participación por zona", "Colonias y agencias", "El sorteo de los empates", "se revela después del cierre")
		v.shot("result")
		v.open(at + "/projects/jardin-soledad")
		v.sees("Qué resultó", "Financiado")
		v.shot("project")
		v.stayedHome()
	})
}

// TestValuedBallots drafts a vote with scores, grades and shared places on the staff's form, and fills
// it in.
func TestValuedBallots(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		staff := w.visit(t, 1280, scripts)
		staff.open("/?lang=es")
		staff.signIn("Rosa Elena Matus")
		staff.open("/admin/votes/new")
		staff.choose("Dependencia", "Obras Públicas")
		staff.set("title", "La banda de la fiesta")
		staff.set("summary", "Tres maneras de decir cuál prefieres.")
		staff.set("opens", staff.at(-1, "08:00"))
		staff.set("closes", staff.at(5, "18:00"))
		for i, q := range []struct{ form, rule string }{{"score", "score/1"}, {"grades", "majority-judgment/1"}, {"ranking", "borda/1"}} {
			if i > 0 {
				staff.click("Agregar una pregunta")
			}
			at := "q" + string(rune('0'+i)) + "-"
			staff.set(at+"title", "Pregunta "+q.form)
			staff.set(at+"form", q.form)
			staff.set(at+"rule", q.rule)
			staff.set(at+"o0-title", "Banda "+q.form)
			staff.set(at+"o1-title", "Trío "+q.form)
		}
		staff.set("q0-points", "5")
		staff.press(staff.js(`document.getElementById('q2-equal').checked = true; return true`), "shared places")
		staff.shot("form")
		staff.click("Guardar borrador")
		staff.sees("Guardado")
		staff.click("Publicar")
		staff.sees("La votación está publicada")

		v := w.visit(t, 390, scripts)
		v.open("/?lang=es")
		v.signIn("Guadalupe Hernández")
		v.open("/votes/la-banda-de-la-fiesta/ballot")
		v.choose("Banda score", "5")
		v.choose("Trío score", "0")
		v.choose("Banda grades", "Muy bien")
		v.choose("Banda ranking", "1")
		v.choose("Trío ranking", "1")
		if scripts {
			v.sees("Elegidas: 2")
		}
		v.shot("ballot")
		v.click("Revisar mi voto")
		v.sees("5 puntos", "0 puntos", "Muy bien", "lugar 1")
		v.shot("review")
		v.click("Emitir mi voto")
		v.sees("Recibimos tu voto")
		w.advance(t, 30*24*time.Hour)
		v.open("/votes/la-banda-de-la-fiesta/results")
		v.sees("promedio 5", "Calificación mediana", "Muy bien: 1")
		v.shot("result")
		v.stayedHome()
	})
}
