package app

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// TestLifeOfAProposal takes a proposal of a demanding kind from its draft to what was promised being
// done, with everybody it takes.
func TestLifeOfAProposal(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		in := func(name string, width int64) *visitor {
			v := w.visit(t, width, scripts)
			v.open("/?lang=es")
			v.signIn(name)
			return v
		}
		author, sponsor, staff := in("Guadalupe Hernández", 390), in("Itzel Ramírez", 390), in("Julián Aragón", 1280)
		admin := in("Rosa Elena Matus", 1280)
		admin.setsKind()

		link := author.handsIn()
		sponsor.open(link)
		sponsor.sees("te pide respaldar", "Tiene 0 de 1 respaldo")
		sponsor.click("Respaldar la propuesta")
		sponsor.sees("Gracias: ya la respaldas")
		author.open("/me")
		author.sees("Una rampa en la entrada del mercado", "En revisión de moderación")
		address := w.letThrough(t, "una-rampa-en-la-entrada-del-mercado")

		sponsor.open(address)
		sponsor.sees("Reúne apoyos", "Tránsito pinta la rampa", "Itzel Ramírez", "Puerta norte")
		sponsor.click("Apoyar")
		sponsor.sees("Contamos tu apoyo")
		staff.open(address)
		staff.signsOnPaper()
		staff.open(address)
		staff.sees("Espera respuesta", "Plazo de la autoridad", "1 en papel")
		staff.shot("reached")
		w.advance(t, 12*24*time.Hour)
		staff.signIn("Julián Aragón")
		staff.open(address)
		staff.sees("La respuesta lleva 2 días de retraso")
		staff.answersLate(w)
		author.open(address)
		author.sees("Aceptada", "Llegó con 2 días de retraso", "Corregida el", "Son dos rampas.")
		author.shot("corrected")
		w.advance(t, 40*24*time.Hour)
		author.open(address)
		author.sees("Lo prometido lleva")
		staff.signIn("Julián Aragón")
		staff.open(address)
		staff.carriesOut()
		author.signIn("Guadalupe Hernández")
		author.open(address)
		author.sees("Cumplida", "Las dos rampas", "acta.txt")
		author.shot("done")
		author.open("/proposals?state=done")
		author.sees("Una rampa en la entrada del mercado")
		for _, v := range []*visitor{author, sponsor, staff, admin} {
			v.stayedHome()
		}
	})
}

// setsKind makes a kind of proposals that asks for a sponsor, a moderator and an answer of its own.
func (v *visitor) setsKind() {
	v.t.Helper()
	v.open("/admin/proposals/kinds")
	v.shot("kinds")
	v.click("Nuevo tipo")
	v.set("name_es", "Rampas y pasos")
	v.set("happens_es", "Tránsito pinta la rampa.")
	v.set("threshold", "2")
	v.set("period", "0")
	v.set("answer_days", "10")
	v.set("sponsors", "1")
	v.set("ask_0_label_es", "¿En qué puerta?")
	v.tick("Moderación la lee antes")
	v.press(v.js(`document.getElementById('ask_0_required').checked = true; return true`), "the question must be answered")
	v.click("Guardar")
	v.sees("Rampas y pasos", "1 persona que la respalde", "se lee antes de publicarse")
}

// handsIn writes a proposal of that kind, hands it in and returns the link for sponsors.
func (v *visitor) handsIn() string {
	v.t.Helper()
	v.open("/proposals/new")
	v.sees("Elige qué tipo de propuesta", "Obra de barrio")
	v.shot("choose")
	v.click("Rampas y pasos")
	v.sees("1 persona debe respaldarla", "Tránsito pinta la rampa")
	v.click("Empezar")
	v.fill("¿Qué propones?", "Una rampa en la entrada del mercado")
	v.click("Continuar")
	if strings.HasSuffix(v.path(), "/similar") {
		v.click("La mía es distinta")
	}
	v.fill("Resumen", "Con silla de ruedas no se puede entrar.")
	v.fill("Qué hacer y por qué", "Hay tres escalones. Pedimos **una rampa**.")
	v.click("Continuar")
	draft := regexp.MustCompile(`^/proposals/drafts/[0-9]+`).FindString(v.path())
	v.answersOwnQuestion(draft)
	v.open(draft + "/check")
	v.sees("Rampas y pasos", "Primero necesita que 1 persona la respalde")
	v.click("Publicar propuesta")
	v.sees("Comparte el enlace", "Todavía nadie la respalda")
	v.shot("handed")
	link := look[string](v, `document.getElementById('link').value`)
	return strings.TrimPrefix(link, v.town.address)
}

// answersOwnQuestion answers what the kind asks for besides.
func (v *visitor) answersOwnQuestion(draft string) {
	v.t.Helper()
	v.open(draft + "/details")
	v.fill("¿En qué puerta?", "Puerta norte")
	v.click("Continuar")
}

// letThrough has a moderator read what was handed in, and returns its address.
func (w *town) letThrough(t *testing.T, slug string) string {
	t.Helper()
	err := w.DB.Write(context.Background(), func(tx *db.Tx) error {
		p, err := proposal.Find(tx, slug)
		if err != nil {
			return err
		}
		return thing.Record(tx, 0, "thing.pass", p.ID, "")
	})
	if err != nil {
		t.Fatal(err)
	}
	return "/proposals/" + slug
}

// signsOnPaper opens a sheet for the proposal that is open, and enters a line twice.
func (v *visitor) signsOnPaper() {
	v.t.Helper()
	v.click("Firmas en papel")
	v.click("Abrir una hoja")
	v.fill("Número del documento", "¿?")
	v.click("Capturar")
	v.sees("Hay un problema", "entre 4 y 40 letras o cifras")
	v.fill("Número del documento", "ABCD 900101")
	v.click("Capturar")
	v.sees("Capturado: cuenta.", "Cuenta 1 de 1")
	v.fill("Número del documento", "abcd900101")
	v.click("Capturar")
	v.sees("está repetido: no cuenta", "igual al renglón 1 de la hoja 1")
	v.shot("sheet")
	v.click("Cerrar la hoja")
	v.sees("Cerramos la hoja")
}

// answersLate answers the proposal that is open, and corrects the answer.
func (v *visitor) answersLate(w *town) {
	v.t.Helper()
	v.click("Responde oficialmente")
	v.set("agency", look[string](v, `[...document.getElementById('agency').options].find(o => o.text.includes('Obras')).value`))
	v.click("Guardar quién responde")
	v.click("Responde oficialmente")
	v.set("verdict", "accepted")
	v.set("body", "La hacemos: **una rampa** de concreto.")
	v.set("due", w.now().AddDate(0, 0, 30).Format(time.DateOnly))
	v.click("Publicar respuesta")
	v.sees("Aceptada", "una rampa", "Llegó con 2 días de retraso")
	v.click("Responde oficialmente")
	v.set("verdict", "accepted")
	v.set("body", "Hacemos **dos rampas**.")
	v.set("due", w.now().AddDate(0, 0, 30).Format(time.DateOnly))
	v.click("Publicar la corrección")
	v.sees("Hay un problema", "Di qué corriges y por qué")
	v.set("correction", "Son dos rampas.")
	v.click("Publicar la corrección")
	v.sees("Corregida el", "dos rampas")
}

// carriesOut tells that what was promised on the page that is open is done, with evidence.
func (v *visitor) carriesOut() {
	v.t.Helper()
	act := filepath.Join(v.t.TempDir(), "acta.txt")
	if err := os.WriteFile(act, []byte("Entregadas las dos rampas.\n"), 0o600); err != nil {
		v.t.Fatal(err)
	}
	v.click("Contar cómo va")
	v.click("Publicar el avance")
	v.sees("Hay un problema", "Elige cómo va")
	v.tick("Cumplido")
	v.fill("Qué se hizo y qué falta", "**Las dos rampas** están abiertas.")
	v.attach("files", act)
	v.click("Publicar el avance")
	v.sees("Publicamos el avance", "Cumplida", "acta.txt")
}
