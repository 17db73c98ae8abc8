package app

import (
	"os"
	"path/filepath"
	"testing"

	"tequio/app/vote"
)

// TestVotesByTheRoll puts a census in, matches an account with it, helps somebody without one at a desk and
// types in a paper twice.
func TestVotesByTheRoll(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		const at = "/votes/nombre-de-la-presa"
		desk := w.draftVote(t, "Nombre de la presa", func(v *vote.Vote) {
			v.Roll = vote.Roll{Who: vote.Census, Desk: true, Paper: true}
			v.Questions = []vote.Question{{Form: vote.One, Rule: "plurality/1", Seats: 1, Ties: "votes", Blank: true,
				Options: []vote.Option{{Code: "norte", Title: "Norte"}, {Code: "sur", Title: "Sur"}}}}
		})
		file := filepath.Join(t.TempDir(), "padron.csv")
		if err := os.WriteFile(file, []byte("document,birth_date\nABCD1234,31/01/1990\nEFGH5678,01/02/1950\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		admin := w.visit(t, 1280, scripts)
		admin.open("/?lang=es")
		admin.signIn(administrator)
		admin.open("/admin/census")
		admin.attach("file", file)
		admin.click("Contar sin guardar")
		admin.sees("No se guardó nada")
		admin.attach("file", file)
		admin.click("Guardar en el padrón")
		admin.sees("Se guardó el padrón")
		admin.shot("census")
		admin.open(desk)
		admin.click("Publicar")

		v := w.visit(t, 390, scripts)
		v.open("/?lang=es")
		v.signIn("Guadalupe Hernández")
		v.open(at + "/ballot")
		v.sees("Tu cuenta todavía no lo está")
		v.click("Comprobar que resido aquí")
		v.fill("Número de documento", "abcd-1234")
		v.fill("Fecha de nacimiento o código postal", "31/1/1990")
		v.click("Comprobar")
		v.sees("Nombre de la presa", "Norte")
		v.tick("Norte")
		v.click("Revisar mi voto")
		v.click("Emitir mi voto")
		v.sees("Recibimos tu voto")
		v.stayedHome()

		admin.open(desk + "/desk")
		admin.fill("Número de documento", "EFGH5678")
		admin.click("Abrir su boleta")
		admin.tick("Sur")
		admin.click("Revisar mi voto")
		admin.click("Emitir mi voto")
		admin.sees("Recibimos tu voto", "Terminar y dejar paso")
		admin.click("Terminar y dejar paso")
		admin.sees("1 persona")

		other := w.visit(t, 1280, scripts)
		other.open("/?lang=es")
		other.signIn("Julián Aragón")
		for _, one := range []*visitor{admin, other} {
			one.open(desk + "/paper")
			one.fill("Lote", "1")
			one.fill("Folio de la boleta", "15")
			one.click("Capturar la boleta")
			one.tick("Sur")
			one.click("Revisar mi voto")
			one.sees("La boleta quedó capturada")
		}
		other.open(desk + "/paper")
		other.click("Contar el lote")
		other.sees("Las boletas del lote ya son votos")
		other.shot("papers")
		other.stayedHome()
	})
}
