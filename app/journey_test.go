package app

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// withAndWithout runs a journey in a demo town of its own, once with the pages' scripts and once
// without.
func withAndWithout(t *testing.T, journey func(t *testing.T, w *town, scripts bool)) {
	browser(t)
	for name, scripts := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) { journey(t, newTown(t), scripts) })
	}
}

// receiptCode is how a receipt reads.
var receiptCode = regexp.MustCompile(`(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}`)

// TestCitizen does everything a participant can do, on a phone.
func TestCitizen(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		v := w.visit(t, 390, scripts)
		v.open("/?lang=es")
		v.sees("Abierto ahora")
		v.signIn("Guadalupe Hernández")
		slug := v.proposes()
		v.supports()
		v.comments()
		v.answersConsultation()
		v.entersChallenge()
		code := v.votes()
		v.follows(slug)
		w.advance(t, 30*24*time.Hour)
		v.signIn("Guadalupe Hernández")
		v.findsReceipt(code)
		v.seesWhatBecame()
		v.stayedHome()
	})
}

// proposes writes a proposal step by step, makes a mistake on the way, publishes and changes it.
func (v *visitor) proposes() (address string) {
	v.t.Helper()
	v.open("/proposals/new")
	v.click("Propuesta ciudadana")
	v.click("Empezar")
	v.fill("¿Qué propones?", "corto")
	v.click("Continuar")
	v.sees("Hay un problema", "al menos 8 letras")
	v.fill("¿Qué propones?", "Bancas y sombra en las paradas del camión de Loma Bonita")
	v.click("Continuar")
	if strings.HasSuffix(v.path(), "/similar") {
		v.click("La mía es distinta")
	}
	v.fill("Resumen", "Esperar el camión al sol es lo que más cuesta a quienes van a la clínica.")
	v.fill("Qué hacer y por qué", "Pedimos **tres bancas** y techo en las paradas.\n\n- frente a la clínica\n- frente a la secundaria")
	v.click("Continuar")
	v.sees("¿Dónde?")
	v.click("Continuar")
	v.choose("¿De qué trata?", "Calles")
	v.click("Continuar")
	v.sees("¿Quieres agregar fotos")
	v.click("Continuar")
	v.sees("Revisa antes de publicar", "tres bancas")
	v.click("Publicar propuesta")
	v.sees("Publicamos tu propuesta", "Reúne apoyos")
	address = v.path()
	v.click("Cambiar el texto")
	v.fill("Resumen", "Esperar el camión al rayo del sol es lo que más cuesta a quienes van a la clínica.")
	v.fill("Qué cambiaste y por qué", "Más claro.")
	v.click("Publicar el cambio")
	v.sees("al rayo del sol")
	v.open(address + "/versions")
	v.sees("rayo del")
	return address
}

// supports backs a neighbour's proposal, takes it back and backs it again.
func (v *visitor) supports() {
	v.t.Helper()
	v.open("/proposals?state=collecting&sort=newest")
	v.press(v.js(`const e = [...document.querySelectorAll('main a.card-link')].find(a => !a.innerText.includes('Bancas')); if (!e) return false; window.__old = true; e.click(); return true`), "a proposal")
	v.click("Apoyar")
	v.sees("Contamos tu apoyo")
	v.click("Retirar mi apoyo")
	v.sees("Retiramos tu apoyo")
	v.click("Apoyar")
	v.sees("La apoyas")
}

// comments says something on the proposal that is open, and replies to it.
func (v *visitor) comments() {
	v.t.Helper()
	v.tick("A favor")
	v.fill("Tu comentario", "Me parece justo. ¿Quién le da mantenimiento después? <script>alert(1)</script>")
	v.click("Publicar comentario")
	v.sees("¿Quién le da mantenimiento después?", "<script>alert(1)</script>")
	v.clickIn("article.comment", "mantenimiento después", "Responder")
	v.fill("Tu respuesta", "Podría ser el comité de la colonia.")
	v.click("Publicar respuesta")
	v.sees("Podría ser el comité de la colonia.")
}

// votes in the participatory budget, changes the ballot, and returns the receipt that counts.
func (v *visitor) votes() string {
	v.t.Helper()
	const at = "/votes/presupuesto-participativo"
	v.open(at)
	v.click("Votar")
	v.press(v.js(`[...document.querySelectorAll('.option input[type=checkbox]')].slice(0, 14).forEach(b => { if (!b.checked) b.click() }); return true`), "every project")
	v.click("Revisar mi voto")
	v.sees("Te pasas del presupuesto")
	v.press(v.js(`[...document.querySelectorAll('.option input[type=checkbox]')].forEach((b, i) => { if (b.checked !== (i < 2)) b.click() }); return true`), "two projects")
	v.click("Revisar mi voto")
	v.sees("Revisa tu voto", "Todavía no está emitido")
	v.click("Emitir mi voto")
	v.sees("Recibimos tu voto")
	first := receiptCode.FindString(v.text())
	v.open(at + "/ballot")
	v.sees("Ya votaste")
	v.press(v.js(`[...document.querySelectorAll('.option input[type=checkbox]')].forEach((b, i) => { if (b.checked !== (i === 0)) b.click() }); return true`), "one project")
	v.click("Revisar mi voto")
	v.click("Emitir mi voto")
	code := receiptCode.FindString(v.text())
	if code == "" || first == "" || code == first {
		v.t.Fatalf("receipts %q and %q", first, code)
	}
	return code
}

// follows is told of one's own proposal already, and follows a neighbour's vote besides.
func (v *visitor) follows(address string) {
	v.t.Helper()
	v.open(address)
	v.sees("Lo sigues")
	v.open("/votes/nombre-del-parque-de-la-estacion")
	v.click("Seguir")
	v.sees("te avisaremos de las novedades", "Lo sigues")
}

// findsReceipt looks the code up in the published list after the close, and reads the result.
func (v *visitor) findsReceipt(code string) {
	v.t.Helper()
	const at = "/votes/presupuesto-participativo"
	v.open(at + "/check")
	v.fill("Código de recibo", strings.ToLower(strings.ReplaceAll(code, "-", " ")))
	v.click("Buscar")
	v.sees(code, "Qué dice el voto")
	v.open(at + "/results")
	v.sees("Resultado", "Financiado")
}

// answersConsultation fills a questionnaire in and comments on the consultation.
func (v *visitor) answersConsultation() {
	v.t.Helper()
	const at = "/consultations/rutas-y-horarios-de-la-basura"
	v.open(at)
	v.sees("Sí se decide", "No se decide")
	v.open(at + "/questionnaire")
	v.tick("De 20 a 23 horas")
	v.tick("A veces")
	v.tick("Una cubeta con tapa")
	v.tick("Quitarlas todas")
	v.tick("¿Cómo calificas el servicio")
	v.fill("¿Qué más debemos saber", "El camión no sube a la privada cuando llueve.")
	v.click("Enviar")
	v.sees("no sube a la privada cuando llueve", "De 20 a 23 horas")
	v.open(at)
	v.fill("Tu comentario", "Que avisen por altavoz quince minutos antes.")
	v.click("Publicar comentario")
	v.sees("Que avisen por altavoz")
}

// entersChallenge sends a solution with links and files, and gets a receipt.
func (v *visitor) entersChallenge() {
	v.t.Helper()
	dir := v.t.TempDir()
	plan, picture := filepath.Join(dir, "plano.txt"), filepath.Join(dir, "parada.png")
	if err := os.WriteFile(plan, []byte("Dos postes, una lona y un árbol por parada.\n"), 0o600); err != nil {
		v.t.Fatal(err)
	}
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewRGBA(image.Rect(0, 0, 60, 40))); err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(picture, drawn.Bytes(), 0o600); err != nil {
		v.t.Fatal(err)
	}
	v.open("/challenges/sombra-en-las-paradas/enter")
	v.fill("Título de la solución", "Toldos tejidos entre postes y jacarandas")
	v.click("Enviar solución")
	v.sees("Hay un problema")
	v.fill("Nombre del equipo", "Las Tejedoras de Loma Bonita")
	v.fill("Resumen", "Toldos de palma que se cambian cada año mientras crecen los árboles.")
	v.fill("Descripción", "Cada parada lleva **dos postes**, un toldo de palma y una jacaranda.")
	v.fill("Enlaces", "https://tejedoras.example/plano")
	v.attach("files", plan, picture)
	v.press(v.js(`document.querySelectorAll('input[name=declaration]').forEach(b => { if (!b.checked) b.click() }); return true`), "the declarations")
	v.click("Enviar solución")
	v.sees("Recibimos tu solución", "SHA-256", "plano.txt", "parada.png")
}

// seesWhatBecame reads the page of everything one did.
func (v *visitor) seesWhatBecame() {
	v.t.Helper()
	v.open("/me")
	v.sees("Bancas y sombra en las paradas", "Toldos tejidos", "Nuevas rutas y horarios")
}
