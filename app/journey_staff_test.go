package app

import (
	"regexp"
	"testing"
	"time"
)

// set gives the control with an id a value, where several labels say the same.
func (v *visitor) set(id, value string) {
	v.t.Helper()
	if !look[bool](v, v.js(`const e = document.getElementById(%[1]s); if (!e) return false; e.value = %[2]s;
e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true})); return true`, id, value)) {
		v.shot("no-control")
		v.t.Fatalf("%s has no control %q; it says:\n%.1500s", v.path(), id, v.text())
	}
}

// at is a local date and time some days from now, as date fields take it.
func (v *visitor) at(days int, clock string) string {
	return v.town.now().In(v.town.Server.Instance.Current().Location()).AddDate(0, 0, days).Format("2006-01-02") + "T" + clock
}

// TestAgency does what an agency's staff does: answers a proposal, puts something to the vote, takes a
// consultation from the draft to its outcome, and judges a challenge.
func TestAgency(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		v := w.visit(t, 1280, scripts)
		v.open("/?lang=es")
		v.signIn("Julián Aragón")
		v.answersProposal()
		desk := v.putsToTheVote()
		manage, public := v.drafts()
		v.asks(manage)
		v.set("at", "")
		v.click("Publicar")
		v.sees("La consulta está publicada")
		v.open(public)
		v.sees("Sí se decide", "Responder el cuestionario")
		w.advance(t, 12*24*time.Hour)
		v.signIn("Julián Aragón")
		v.certifies(desk)
		v.open(manage)
		v.click("Escribir el resultado")
		v.click("Publicar el resultado")
		v.sees("Hay un problema")
		v.fill("Resultado y respuesta", "## Qué escuchamos\n\nQue el agua llegue de noche.\n\n## Qué decidimos\n\nDos turnos nocturnos desde enero.")
		v.click("Publicar el resultado")
		v.sees("Publicamos el resultado")
		v.open(public)
		v.sees("Dos turnos nocturnos desde enero")
		v.stayedHome()
		jury := w.visit(t, 1280, scripts)
		jury.open("/?lang=es")
		jury.signIn("Teresa Vásquez")
		jury.judges()
		jury.stayedHome()
	})
}

// putsToTheVote drafts a vote, mends a mistake, publishes it and has it closed early by another with the reason.
func (v *visitor) putsToTheVote() (desk string) {
	v.t.Helper()
	v.open("/admin/votes/new")
	v.choose("Dependencia", "Obras Públicas")
	v.fill("Título", "Color de las bancas nuevas")
	v.set("summary", "Elige el color de las bancas de la plaza.")
	v.set("opens", v.at(-1, "08:00"))
	v.set("closes", v.at(5, "18:00"))
	v.set("objections", "5")
	v.set("q0-o0-title", "Verde olivo")
	v.click("Guardar borrador")
	v.sees("Hay un problema")
	v.set("q0-o1-title", "Terracota")
	v.click("Guardar borrador")
	v.sees("Guardado")
	desk = regexp.MustCompile(`^/admin/votes/[0-9]+`).FindString(v.path())
	v.open(desk)
	v.click("Publicar")
	v.sees("La votación está publicada")
	v.open("/votes")
	v.sees("Color de las bancas nuevas")
	v.open(desk)
	v.click("Cambios entre dos personas")
	v.click("Cerrar antes de tiempo")
	v.fill("Motivo", "corto")
	v.click("Pedir el cambio")
	v.sees("Hay un problema", "Escribe un motivo de 20")
	v.fill("Motivo", "La plaza cambia de proyecto.")
	v.click("Pedir el cambio")
	v.sees("El cambio espera a una segunda persona", "Debe decidir otra persona")
	other := v.town.visit(v.t, 1280, v.scripts)
	other.open("/?lang=es")
	other.signIn("Rosa Elena Matus")
	other.open(desk + "/changes")
	other.sees("La plaza cambia de proyecto.")
	other.click("Confirmar: cerrar la votación ahora")
	other.sees("El cambio está hecho y es público")
	other.stayedHome()
	v.open("/votes/color-de-las-bancas-nuevas")
	v.sees("La votación se cerró antes de tiempo", "La plaza cambia de proyecto.", "Lo pidió Julián Aragón Santiago y lo confirmó Rosa Elena Matus Cruz")
	neighbour := v.town.visit(v.t, 390, v.scripts)
	neighbour.open("/?lang=es")
	neighbour.signIn("Guadalupe Hernández")
	neighbour.open("/votes/color-de-las-bancas-nuevas/results")
	neighbour.click("Objetar el resultado")
	neighbour.fill("Tu objeción", "Se cerró antes de que llegara mi calle.")
	neighbour.click("Publicar la objeción")
	neighbour.sees("Tu objeción es pública", "Se cerró antes de que llegara mi calle.", "Espera respuesta")
	neighbour.stayedHome()
	return desk
}

// certifies answers the objection to a result and certifies it, as another does after.
func (v *visitor) certifies(desk string) {
	v.t.Helper()
	v.open(desk + "/certify")
	v.sees("Falta responder 1 objeción")
	v.click("Objeciones")
	v.fill("Respuesta", "El motivo del cierre es público, y la lista de calles también.")
	v.click("Publicar la respuesta")
	v.sees("La respuesta es pública", "la lista de calles")
	v.open(desk + "/certify")
	v.click("Certificar")
	v.sees("Falta otra persona")
	other := v.town.visit(v.t, 1280, v.scripts)
	other.open("/?lang=es")
	other.signIn("Rosa Elena Matus")
	other.open(desk + "/certify")
	other.click("Certificar")
	other.sees("Resultado certificado")
	other.open("/votes/color-de-las-bancas-nuevas/results")
	other.sees("Resultado certificado", "Julián Aragón Santiago", "Rosa Elena Matus Cruz", "la lista de calles")
	other.stayedHome()
}

// judges marks entries, names a finalist and publishes the decision.
func (v *visitor) judges() {
	v.t.Helper()
	v.open("/admin/challenges")
	v.click("Encontrar las fugas")
	v.click("Participaciones")
	board := v.path()
	mark := func(validity, reason string) {
		v.press(v.js(`const box = [...document.querySelectorAll('details.disclosure')].find(d => d.innerText.includes('Sin revisar')); if (!box) return false;
box.open = true; box.querySelector('input[value=' + %[1]s + ']').checked = true; box.querySelector('textarea').value = %[2]s; window.__old = true; box.querySelector('form button').click(); return true`, validity, reason), "an entry to mark")
	}
	mark("invalid", "")
	v.sees("Hay un problema")
	v.open(board)
	mark("invalid", "No trae el plan de pruebas que piden las bases.")
	v.sees("Guardado. Avisamos a quien la envió")
	mark("valid", "")
	v.press(v.js(`const b = document.querySelector('input[name=finalist]'); if (!b) return false; b.checked = true; return true`), "a finalist")
	v.click("Publicar finalistas")
	v.sees("Los finalistas ya son públicos")
	v.tick("Hay ganador")
	v.press(v.js(`const s = [...document.querySelectorAll('select[name^=place-]')].find(s => s.closest('.field').innerText.includes('Finalista')); if (!s) return false; s.value = '1'; return true`), "the winner")
	v.fill("Razones de la decisión", "Encontró **once de doce** fugas en la prueba.")
	v.click("Publicar la decisión")
	v.sees("La decisión es pública")
	v.open("/challenges/encontrar-las-fugas-que-no-se-ven/decision")
	v.sees("once de doce fugas", "No trae el plan de pruebas")
}

// answersProposal answers one officially, and sees the answer on its page.
func (v *visitor) answersProposal() {
	v.t.Helper()
	v.open("/admin")
	v.sees("Respuestas oficiales por dar")
	v.click("Responder")
	v.click("Responde oficialmente")
	v.choose("Decisión", "Aceptada en parte")
	v.fill("Razones", "Haremos la mitad este año: **alcanza** para dos de las cuatro calles.")
	v.fill("Área responsable", "Operación y redes")
	v.click("Publicar respuesta")
	v.sees("Publicamos la respuesta oficial", "Aceptada en parte", "alcanza para dos de las cuatro calles")
}

// drafts writes a consultation and returns the addresses where it is managed and read.
func (v *visitor) drafts() (manage, public string) {
	v.t.Helper()
	v.open("/admin/consultations/new")
	v.click("Guardar borrador")
	v.sees("Hay un problema", "Escribe un título")
	v.fill("Título", "Tandeo nocturno del agua en las lomas")
	v.fill("Resumen", "Preguntamos a qué hora conviene que llegue el agua a las colonias altas.")
	v.set("deciding", "Los días y las horas del tandeo.")
	v.set("undecided", "La tarifa no se discute aquí.")
	v.set("decider", "El consejo del sistema de agua, en su sesión de diciembre.")
	v.set("decision", v.at(30, "12:00"))
	v.set("stages", "questionnaire")
	v.set("stage-opens-0", v.at(-1, "08:00"))
	v.set("stage-closes-0", v.at(10, "18:00"))
	v.set("body", "## Por qué ahora\n\nLa bomba nueva permite subir agua de noche.")
	v.set("contact", "agua@sanmigueltequio.example")
	v.click("Guardar borrador")
	manage = regexp.MustCompile(`^/admin/consultations/[0-9]+`).FindString(v.path())
	if manage == "" {
		v.t.Fatalf("the draft leads to %s", v.path())
	}
	v.open(manage)
	public = look[string](v, `document.querySelector('main .actions a[href^="/consultations/"]').getAttribute('href')`)
	return manage, public
}

// asks adds a question with options to the questionnaire.
func (v *visitor) asks(manage string) {
	v.t.Helper()
	v.open(manage)
	v.sees("Antes de publicar", "Falta")
	v.click("Agregar una pregunta")
	v.fill("Pregunta", "¿A qué hora te conviene el agua?")
	v.set("form", "one")
	v.set("options", "De noche\nDe madrugada\nPor la mañana")
	v.click("Guardar")
	v.open(manage)
	v.sees("¿A qué hora te conviene el agua?")
}

// TestAdministrator does what an administrator does: an agency, the instance, pages, moderation,
// people, and what became of it in the audit trail.
func TestAdministrator(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		v := w.visit(t, 1280, scripts)
		v.open("/?lang=es")
		v.signIn("Rosa Elena Matus")
		v.open("/admin")
		v.sees("Pendientes")
		v.open("/admin/agencies/new")
		v.click("Guardar")
		v.sees("Hay un problema", "Escribe el nombre de la dependencia")
		v.fill("Nombre", "Dirección de Parques")
		v.fill("Qué hace, en una frase", "Cuida los parques y jardines.")
		v.click("Guardar")
		v.open("/agencies")
		v.sees("Dirección de Parques")
		v.open("/admin/instance")
		v.fill("Nombre del sitio", "San Miguel Decide")
		v.click("Guardar")
		v.open("/")
		v.sees("San Miguel Decide")
		v.open("/admin/pages/about/es")
		v.fill("Título", "Qué es San Miguel Decide")
		v.click("Guardar")
		v.open("/about")
		v.sees("Qué es San Miguel Decide")
		v.hides()
		v.open("/admin/audit")
		v.sees("Rosa Elena Matus", "cambió los ajustes del sitio")
		v.open("/admin/health")
		v.sees("Base de datos", "Disco")
		v.stayedHome()
	})
}

// hides a comment with a reason; its place says so and the public log of moderation too.
func (v *visitor) hides() {
	v.t.Helper()
	v.open("/proposals?state=accepted")
	v.press(v.js(`const e = document.querySelector('main a.card-link'); if (!e) return false; window.__old = true; e.click(); return true`), "a proposal")
	proposal := v.path()
	v.clickIn("article.comment", "", "Ocultar")
	v.choose("Motivo", "Datos personales")
	v.fill("Explicación", "Decía el teléfono de una vecina.")
	v.click("Ocultar")
	v.open(proposal)
	v.sees("Datos personales")
	v.open("/moderation")
	v.sees("Decía el teléfono de una vecina.")
}
