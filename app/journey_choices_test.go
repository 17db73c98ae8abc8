package app

import "testing"

// TestChoicesAreKept leaves a ballot half filled in, comes back to it in the same browser, and finds
// nothing in another.
func TestChoicesAreKept(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		const at = "/votes/presupuesto-por-zonas"
		v := w.visit(t, 390, scripts)
		v.open("/?lang=es")
		v.signIn("Guadalupe Hernández")
		v.open(at + "/ballot")
		v.tick("Norte")
		v.click("Continuar")
		v.tick("Cruce seguro")
		v.tick("Banco de semillas")
		v.click("Revisar mi voto")
		v.sees("Todavía no está emitido")
		v.open("/votes")
		v.open(at + "/ballot")
		v.sees("Esto es lo que habías elegido", "Tu zona:", "Norte")
		v.shot("kept")
		if n := look[int](v, `document.querySelectorAll('.option input:checked').length`); n != 2 {
			t.Errorf("%d choices came back", n)
		}
		other := w.visit(t, 390, scripts)
		other.open("/?lang=es")
		other.signIn("Guadalupe Hernández")
		other.open(at + "/ballot")
		other.sees("¿En qué zona votas?")
		if n := look[int](other, `document.querySelectorAll('.option input:checked').length`); n != 0 {
			t.Errorf("another browser shows %d choices", n)
		}
		v.click("Revisar mi voto")
		v.click("Emitir mi voto")
		v.sees("Recibimos tu voto")
		if cookies := look[string](v, `document.cookie`); cookies != "" {
			t.Errorf("scripts can read %q", cookies)
		}
		v.stayedHome()
	})
}
