package app

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"tequio/app/vote"
)

// votingCode is how a code reads on its slip.
var votingCode = regexp.MustCompile(`(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}`)

// TestVotesByCode prints codes and votes with one, without an account: mistyped, changed, lost and
// issued anew.
func TestVotesByCode(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		const at = "/votes/color-de-la-escuela"
		desk := w.draftVote(t, "Color de la escuela", func(v *vote.Vote) {
			v.Roll = vote.Roll{Who: vote.Coded, Codes: true}
			v.Questions = []vote.Question{{Form: vote.One, Rule: "plurality/1", Seats: 1, Ties: "votes", Blank: true,
				Options: []vote.Option{{Code: "azul", Title: "Azul"}, {Code: "ocre", Title: "Ocre"}}}}
		})
		staff := w.visit(t, 1280, scripts)
		staff.open("/?lang=es")
		staff.signIn("Julián Aragón")
		staff.open(desk)
		staff.click("Publicar")
		staff.open(desk + "/codes")
		staff.fill("Cuántos", "3")
		staff.click("Para imprimir")
		staff.sees("Códigos para imprimir", "Número 1")
		staff.shot("slips")
		codes := votingCode.FindAllString(staff.text(), -1)
		if len(codes) != 3 {
			t.Fatalf("%d codes on the slips", len(codes))
		}
		v := w.visit(t, 390, scripts)
		v.open("/?lang=es")
		v.open(at)
		v.open(at + "/code")
		v.fill("Tu código", "0000-1111-2222")
		v.click("Abrir mi boleta")
		v.sees("Un código tiene 16 letras y números")
		v.fill("Tu código", strings.ToLower(strings.ReplaceAll(codes[0], "-", " ")))
		v.click("Abrir mi boleta")
		v.sees("Color de la escuela", "Azul")
		v.tick("Azul")
		v.click("Revisar mi voto")
		v.click("Emitir mi voto")
		v.sees("Recibimos tu voto")
		v.shot("receipt")
		first := receiptCode.FindString(v.text())
		v.open(at + "/code") // the browser forgot the code with the cast: the next at this screen is somebody else
		v.fill("Tu código", codes[0])
		v.click("Abrir mi boleta")
		v.sees("Ya votaste")
		v.tick("Ocre")
		v.click("Revisar mi voto")
		v.click("Emitir mi voto")
		second := receiptCode.FindString(v.text())
		if first == "" || second == "" || first == second {
			t.Errorf("receipts %q and %q", first, second)
		}
		v.stayedHome()
		member := w.visit(t, 390, scripts)
		member.open("/?lang=es")
		member.signIn("Guadalupe Hernández")
		member.open(at + "/ballot")
		member.sees("código")
		staff.open(desk + "/codes")
		staff.fill("Número del código perdido", "1")
		staff.fill("Por qué se cancela", "La señora perdió el papel en el mercado.")
		staff.click("Cancelar y sacar otro")
		again := votingCode.FindString(staff.text())
		if again == "" || again == codes[0] {
			t.Fatalf("the new code is %q", again)
		}
		other := w.visit(t, 390, scripts)
		other.open("/?lang=es")
		other.open(at + "/code")
		other.fill("Tu código", codes[0])
		other.click("Abrir mi boleta")
		other.sees("se canceló")
		other.open(at + "/code")
		other.fill("Tu código", again)
		other.click("Abrir mi boleta")
		other.tick("Azul")
		other.click("Revisar mi voto")
		other.click("Emitir mi voto")
		other.sees("Recibimos tu voto")
		other.stayedHome()
		w.advance(t, 6*24*time.Hour)
		v.open(at + "/results")
		v.sees("persona votó", "Gana con 1 voto", "Azul")
		v.open(at + "/check")
		v.fill("Código de recibo", second)
		v.click("Buscar")
		v.sees("Este recibo ya no cuenta", "código que se canceló")
		v.shot("voided")
	})
}
