package app

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/proposal"

	"github.com/chromedp/chromedp"
)

// drawing is a file with a small picture.
func drawing(t *testing.T, name string) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 640, 360))
	for i := range m.Pix {
		m.Pix[i] = byte(i / 640)
	}
	for x := range 640 {
		m.Set(x, 180, color.RGBA{200, 40, 40, 255})
	}
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, m); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, drawn.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// window opens a window in which somebody is signed in.
func (w *town) window(t *testing.T, width int64, scripts bool, name string) *visitor {
	t.Helper()
	v := w.visit(t, width, scripts)
	v.open("/?lang=es")
	v.signIn(name)
	return v
}

// The neighbours who take part besides.
const (
	another = "Emiliano Cortés"
	third   = "Itzel Ramírez"
)

var joinLink = regexp.MustCompile(`/proposals/join/[A-Z2-7]+`)

// TestWritingTogether writes a proposal with a picture and a co-author, changes it under the eyes of
// a supporter, and merges it into another, to which the supporter carries their support over.
func TestWritingTogether(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		asksMore(t, w.DB)
		ana := w.window(t, 390, scripts, neighbour)
		draft := ana.writesWithPictures()
		eva := w.window(t, 390, scripts, another)
		eva.joins(ana.invites())
		eva.open(draft + "text?to=check")
		eva.fill("Resumen", "Agua limpia en la cancha, para quienes juegan por la tarde.")
		eva.click("Continuar")
		eva.sees("La publica quien la empezó", "Agua limpia en la cancha, para quienes juegan")
		ana.open(draft + "check")
		ana.sees("Agua limpia en la cancha, para quienes juegan", "1 archivo")
		ana.shot("check")
		ana.click("Publicar propuesta")
		address := ana.path()
		ana.sees("Con "+another, "cancha.png", "Clase de obra", "Obra nueva", "140", "10 de mayo de 2024")
		ana.shot("published")

		luz := w.window(t, 390, scripts, third)
		luz.open(address)
		luz.click("Apoyar")
		eva.changes(address, "Cambia lo que se pide", "Tres bebederos, no dos.")
		luz.answersTheChange(address)
		eva.changes(address, "Solo cómo está escrito", "Una falta de ortografía.")
		luz.open(address)
		if strings.Contains(luz.text(), "El texto cambió desde que la apoyaste") {
			t.Error("asks about a spelling mistake")
		}
		ana.merges(address)
		luz.carries(address)
		for _, v := range []*visitor{ana, eva, luz} {
			v.stayedHome()
		}
	})
}

// asksMore gives the town a kind of proposals that asks a question of every form.
func asksMore(t testing.TB, d *db.DB) {
	t.Helper()
	in := func(es string) map[string]string { return map[string]string{"es": es} }
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		return proposal.InsertClass(tx, &proposal.Class{Key: "obra", Names: in("Obra"), Rules: proposal.Rules{Threshold: 120, Period: 90, AnswerDays: 30}, Position: 9,
			Asks: []proposal.Ask{
				{Key: "calle", Labels: in("Calle"), Form: proposal.Short, Required: true},
				{Key: "detalle", Labels: in("Cómo llegar"), Form: proposal.Long},
				{Key: "clase", Labels: in("Clase de obra"), Form: proposal.Choice, Required: true, Options: []proposal.Option{{Key: "nueva", Labels: in("Obra nueva")}, {Key: "arreglo", Labels: in("Arreglo")}}},
				{Key: "familias", Labels: in("Familias que se benefician"), Form: proposal.Number},
				{Key: "desde", Labels: in("Desde cuándo hace falta"), Form: proposal.Date},
			}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// writesWithPictures goes through every step and returns the address of the draft's pages.
func (v *visitor) writesWithPictures() string {
	v.t.Helper()
	v.open("/proposals/new/title?kind=obra")
	v.sees("Paso 1 de 7")
	v.fill("¿Qué propones?", "Pagar el predial con el celular")
	if v.scripts {
		v.waits("juntas llegan más lejos")
		v.shot("typing")
	}
	v.fill("¿Qué propones?", "Bebederos de agua en la cancha de la colonia")
	v.click("Continuar")
	if strings.HasSuffix(v.path(), "/similar") {
		v.shot("similar")
		v.click("La mía es distinta")
	}
	v.fill("Resumen", "Agua en la cancha.")
	v.fill("Qué hacer y por qué", "Dos **bebederos** junto a la cancha, con revisión cada mes.")
	v.click("Continuar")
	v.shot("place")
	v.click("Continuar")
	v.click("Volver")
	v.sees("¿Dónde?")
	v.click("Continuar")
	v.choose("¿De qué trata?", "Calles")
	v.click("Continuar")
	v.attach("files", drawing(v.t, "cancha.png"))
	v.click("Continuar")
	v.sees("Di qué muestra cada imagen", "cancha.png")
	v.shot("files")
	v.fill("Qué muestra la imagen", "La cancha sin bebederos")
	v.click("Continuar")
	v.fill("Familias que se benefician", "muchas")
	v.click("Continuar")
	v.sees("Hay un problema", "Responde esta pregunta", "Escribe un número entero")
	v.fill("Calle", "Hidalgo, junto a la cancha")
	v.choose("Clase de obra", "Obra nueva")
	v.fill("Familias que se benefician", "140")
	v.fill("Desde cuándo hace falta", "2024-05-10")
	v.shot("details")
	v.click("Continuar")
	v.sees("Revisa antes de publicar", "Paso 7 de 7", "1 archivo", "Solo tú", "Hidalgo, junto a la cancha", "10 de mayo de 2024", "Sin respuesta")
	if got := look[string](v, `document.querySelector('main figure img').alt`); got != "La cancha sin bebederos" {
		v.t.Errorf("the picture says %q", got)
	}
	return strings.TrimSuffix(v.path(), "check")
}

// waits looks at the page until it says words, which a script puts there.
func (v *visitor) waits(words string) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, stepTime)
	defer cancel()
	expression := v.js(`return new Promise(done => { const look = setInterval(() => { if (document.body.innerText.includes(%[1]s)) { clearInterval(look); done(true) } }, 50);
setTimeout(() => done(false), 15000) })`, words)
	if said, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression, chromedp.EvalAwaitPromise)); err != nil || !said {
		v.sees(words)
	}
}

// invites makes a link for somebody, from the last step of writing.
func (v *visitor) invites() (link string) {
	v.t.Helper()
	v.press(v.js(`const e = document.querySelector('main a[href$="/authors"]'); if (!e) return false; window.__old = true; e.click(); return true`), "who writes it")
	v.fill("Correo de la persona", "nadie")
	v.click("Enviar invitación")
	v.sees("Hay un problema")
	v.fill("Correo de la persona", "vecina@pueblo.example")
	v.click("Enviar invitación")
	v.sees("Enviamos la invitación", "vecina@pueblo.example")
	v.click("Cancelar")
	v.sees("Cancelamos la invitación")
	v.click("Crear un enlace")
	v.sees("Tu enlace de invitación")
	v.shot("authors")
	link = joinLink.FindString(v.text())
	if link == "" {
		v.t.Fatalf("no link in %.1500s", v.text())
	}
	return link
}

// joins accepts an invitation, which then is used up.
func (v *visitor) joins(link string) {
	v.t.Helper()
	v.open(link)
	v.sees("Te invitan a escribir", neighbour, "Bebederos de agua")
	v.shot("join")
	v.click("Aceptar la invitación")
	v.sees("ya escribes esta propuesta", "Con "+another)
	v.open(link)
	v.sees("Esta invitación ya no sirve")
}

// changes gives a published proposal another text.
func (v *visitor) changes(address, kind, note string) {
	v.t.Helper()
	v.open(address)
	v.click("Cambiar el texto")
	v.fill("Qué hacer y por qué", "Tres **bebederos** junto a la cancha, con revisión cada mes. "+note)
	v.tick(kind)
	v.fill("Qué cambiaste y por qué", note)
	v.shot("edit")
	v.click("Publicar el cambio")
	v.sees("Publicamos el cambio")
}

// answersTheChange sees what changed, and says that the support stays.
func (v *visitor) answersTheChange(address string) {
	v.t.Helper()
	v.town.settle(v.t)
	v.open("/me/notices")
	v.sees("Cambió el texto de «Bebederos de agua")
	v.open("/me")
	v.sees("Te preguntamos", "Su texto cambió")
	v.shot("me")
	v.open(address)
	v.sees("El texto cambió desde que la apoyaste", "versión 1")
	v.shot("changed")
	v.click("Ver qué cambió")
	v.sees("Versión 2 frente a la 1", "Tres")
	v.choose("De la versión", "2,")
	v.choose("A la versión", "1,")
	v.click("Comparar")
	v.sees("Versión 2 frente a la 1")
	v.shot("versions")
	v.open(address)
	v.click("La sigo apoyando")
	v.sees("Tu apoyo vale para el texto de ahora", "La apoyas")
}

// merges retires the reader's proposal in favour of another that collects support.
func (v *visitor) merges(address string) {
	v.t.Helper()
	v.open("/proposals?state=collecting&sort=newest")
	other := look[string](v, `[...document.querySelectorAll('main a.card-link')].map(a => a.href).find(h => !h.includes('bebederos'))`)
	v.open(address)
	v.click("Unirla a otra propuesta")
	v.shot("merge")
	v.tick("Otra")
	v.fill("Motivo", "Piden lo mismo.")
	v.fill("Dirección de la otra propuesta", address)
	v.click("Unir mi propuesta")
	v.sees("Elige una propuesta distinta")
	v.fill("Dirección de la otra propuesta", other)
	v.click("Unir mi propuesta")
	v.sees("Se unió a esta propuesta", "Piden lo mismo.")
	v.shot("merged")
}

// carries is asked, and takes their support to the other proposal with one press.
func (v *visitor) carries(address string) {
	v.t.Helper()
	v.town.settle(v.t)
	v.open("/me/notices")
	v.sees("se unió a otra propuesta")
	v.open("/me")
	v.sees("Se unió a otra")
	v.open(address)
	v.sees("¿Pasas tu apoyo?", "1 persona la apoyaba")
	v.shot("carry")
	v.click("Pasar mi apoyo")
	v.sees("Pasamos tu apoyo", "La apoyas", "Propuestas que se unieron a esta", "1 persona pasó su apoyo")
	v.shot("carried")
	v.open(address)
	if strings.Contains(v.text(), "¿Pasas tu apoyo?") {
		v.t.Error("asks again")
	}
}
