package app

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"tequio/app/consultation"
	"tequio/app/db"
)

// tap touches the control with these words, as a finger does.
func (v *visitor) tap(words string) {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true}); err != nil {
		v.t.Fatal(err)
	}
	at := look[string](v, v.js(`const e = find('main a, main button, main summary', %[1]s);
if (!e) return ""; e.scrollIntoView({ block: 'center' }); window.__old = true; const r = e.getBoundingClientRect(); return (r.x + r.width / 2) + ' ' + (r.y + r.height / 2)`, words))
	var x, y float64
	if _, err := fmt.Sscan(at, &x, &y); err != nil {
		v.t.Fatalf("%s has nothing to tap that says %q", v.path(), words)
	}
	for _, p := range []input.DispatchTouchEventParams{
		{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: x, Y: y}}},
		{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}},
	} {
		if _, err := chromedp.Call(v.ctx, input.DispatchTouchEvent, p); err != nil {
			v.t.Fatal(err)
		}
	}
	v.settle()
}

// TestOpinionsOnStatements says by touch and by keyboard, without an account and with one, what somebody
// thinks of the statements of the bicycle path; adds a statement, which staff show; and reads the map.
func TestOpinionsOnStatements(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		const at = "/consultations/ciclovia-de-la-calzada"
		v := w.visit(t, 390, scripts)
		v.open("/?lang=es")
		v.open(at)
		v.click("Decir lo que opino")
		v.sees("0 de 14 contestadas", "este navegador tiene una voz")
		v.tap("De acuerdo")
		v.sees("1 de 14 contestada")
		v.shot("asked")
		v.tabTo("En desacuerdo")
		v.enter()
		v.sees("2 de 14 contestadas")
		v.tabTo("Paso / no sé")
		v.enter()
		v.sees("3 de 14 contestadas", "tus respuestas se acercan más al grupo")
		v.click("Ver el mapa de opiniones")
		v.sees("Grupo A", "Grupo B", "Grupo C", "Lo que comparte la mayoría", "Los grupos son claros")
		v.shot("map")
		if words := look[string](v, `document.getElementById("map-words").textContent`); !strings.Contains(words, "El mapa muestra 3 grupos.") || !strings.Contains(words, "El más cercano es el grupo") {
			t.Errorf("the map in words: %q", words)
		}
		v.stayedHome()

		staff := w.visit(t, 1280, scripts)
		staff.open("/?lang=es")
		staff.signIn("Rosa Elena Matus")
		staff.open(at)
		staff.click("Administrar esta consulta")
		staff.click("Cuidar las frases")
		staff.tick("Mostrar el mapa solo después del cierre")
		staff.click("Guardar")
		staff.sees("Se guardó")

		member := w.visit(t, 390, scripts)
		member.open("/?lang=es")
		member.signIn("Guadalupe Hernández")
		member.open(at + "/statements")
		member.fill("Tu frase", "Que se pinten los cruces antes de empezar la obra.")
		member.click("Agregarla")
		member.sees("El personal leerá tu frase")
		staff.open(staff.path())
		staff.sees("1 frase te espera", "Que se pinten los cruces")
		staff.click("Preguntar por ella")
		staff.sees("15 frases por las que se pregunta")
		staff.stayedHome()
		var id int64
		err := w.DB.Read(context.Background(), func(tx *db.Tx) error {
			c, err := consultation.Find(tx, "ciclovia-de-la-calzada")
			if err != nil {
				return err
			}
			all, err := consultation.StatementsOf(tx, c.ID, consultation.Shown)
			id = all[len(all)-1].ID
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		v.open(fmt.Sprintf("%s/statements?statement=%d", at, id))
		v.sees("Que se pinten los cruces antes de empezar la obra.")
		v.tap("De acuerdo")
		v.sees("4 de 15 contestadas")
	})
}
