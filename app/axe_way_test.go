package app

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAccessibilityOnTheWay runs axe on pages that no address shows by itself: those between the
// first step of something and its last.
func TestAccessibilityOnTheWay(t *testing.T) {
	axe, err := os.ReadFile("web/testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	w := newTown(t)
	for _, lang := range []string{"es", "en"} {
		v := w.visit(t, 1280, true)
		v.bypassCSP()
		v.open("/?lang=es")
		judge := func() {
			v.do("axe", chromedp.Evaluate[chromedp.Void](string(axe)+";void 0"))
			for _, width := range []int64{320, 1280} {
				v.do("width", chromedp.EmulateViewport(width, 900))
				for _, scheme := range []string{"light", "dark"} {
					v.scheme(scheme)
					v.violates(width, scheme)
				}
			}
		}
		check := func() {
			here := v.path()
			v.open(withLang(here, lang))
			judge()
			v.open(withLang(here, "es"))
		}
		v.open("/login")
		v.fill("Correo", "nadia@pueblo.example")
		v.press(v.js(`const e = document.querySelector('main input[type=email]'); if (!e) return false; window.__old = true; e.form.querySelector('button').click(); return true`), "the code")
		check()
		v.signIn(neighbour)
		v.open("/proposals/new/title")
		v.fill("¿Qué propones?", "Bebederos limpios en la cancha "+lang)
		v.click("Continuar")
		check()
		v.press(v.js(`const e = document.querySelector('main .actions a.btn-large'); if (!e) return true; window.__old = true; e.click(); return true`), "go on")
		check()
		v.fill("Resumen", "Agua para quienes juegan en la cancha por la tarde.")
		v.fill("Qué hacer y por qué", "Dos bebederos junto a la cancha, con revisión cada mes.")
		for range 4 { // place, subject, files, the last look
			v.click("Continuar")
			check()
		}
		v.press(v.js(`const e = document.querySelector('main a[href$="/authors"]'); if (!e) return false; window.__old = true; e.click(); return true`), "who writes it")
		v.press(v.js(`const e = document.querySelector('main button[value=link]'); if (!e) return false; window.__old = true; e.click(); return true`), "a link")
		check()
		citizen := v
		v = w.visit(t, 1280, true)
		v.bypassCSP()
		v.open("/?lang=es")
		v.signIn(administrator)
		v.open("/proposals/cuidar-el-encino-grande-del-calvario")
		v.click("Firmas en papel")
		v.click("Abrir una hoja")
		v.fill("Número del documento", "AXE 900101 "+lang)
		v.click("Capturar")
		check()
		citizen.open(longTalk)
		citizen.fill("Tu comentario", "Esto se va a ocultar: "+lang)
		citizen.click("Publicar comentario")
		v.open(longTalk + "?comments=newest")
		v.clickIn("article.comment", "Esto se va a ocultar: "+lang, "Ocultar")
		v.choose("Motivo", "Insulto")
		v.fill("Explicación", "Es una prueba.")
		v.click("Ocultar")
		v = citizen
		v.open(longTalk + "?comments=newest")
		check()
		v.click("Ver la decisión y apelar")
		check()
		v.open("/votes/presupuesto-por-zonas/ballot?lang=" + lang)
		v.tick("Norte")
		v.press(v.js(`window.__old = true; document.querySelector('main form button').click(); return true`), "the area")
		judge() // answers to a form: opened again they would be the form
		v.press(v.js(`document.querySelector('.option input[type=checkbox]').click(); return true`), "a project")
		v.press(v.js(`window.__old = true; document.querySelector('.total button').click(); return true`), "the review")
		judge()
		v.open("/votes/nombre-del-parque-de-la-estacion/ballot?lang=es")
		v.press(v.js(`document.querySelector('.option input[type=radio]').click(); return true`), "an option")
		v.click("Revisar mi voto")
		v.click("Emitir mi voto")
		check()
	}
}
