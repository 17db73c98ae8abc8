package app

import (
	"strings"
	"testing"
	"time"

	"tequio/app/vote"
)

// TestRehearsalOfAVote takes a vote through a rehearsal: staff begin it, vote in it by keyboard, a neighbour
// votes by its address, two people close it, the count is seen; at the opening it is gone.
func TestRehearsalOfAVote(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		desk := w.draftVote(t, "Nombre de la banda", func(v *vote.Vote) {
			v.OpensAt, v.ClosesAt, v.ObjectionsAt = w.now().Add(48*time.Hour), w.now().Add(96*time.Hour), w.now().Add(120*time.Hour)
			v.Questions = []vote.Question{{Form: vote.One, Rule: "plurality/1", Seats: 1, Ties: "votes", Blank: true,
				Options: []vote.Option{{Code: "alba", Title: "Alba"}, {Code: "brisa", Title: "Brisa"}}}}
		})
		staff := w.visit(t, 1280, scripts)
		staff.open("/?lang=es")
		staff.signIn("Rosa Elena Matus")
		staff.open(desk)
		staff.choose("Cuánto tiempo votar en él", "1 hora")
		staff.click("Empezar un ensayo")
		staff.sees("El ensayo está abierto", "Ensayo: Nombre de la banda", "nada de esto cuenta")
		tend := staff.path()
		staff.shot("begun")
		staff.click("Ver la votación")
		public := staff.path()
		staff.open(public + "/ballot")
		staff.tabTo("Alba")
		staff.enter()
		staff.tick("Alba")
		staff.tabTo("Revisar mi voto")
		staff.enter()
		staff.sees("Ensayo: nada de esto cuenta")
		staff.tabTo("Emitir mi voto")
		staff.enter()
		staff.sees("Recibimos tu voto", "Ensayo: nada de esto cuenta")

		v := w.visit(t, 390, scripts)
		v.open("/?lang=es")
		v.signIn("Guadalupe Hernández")
		v.open("/votes")
		if strings.Contains(v.text(), "Ensayo") {
			t.Error("the list of votes shows the rehearsal")
		}
		v.open(public + "/ballot")
		v.sees("Ensayo: nada de esto cuenta")
		v.tick("Brisa")
		v.click("Revisar mi voto")
		v.click("Emitir mi voto")
		v.sees("Recibimos tu voto")
		v.shot("receipt")

		staff.open(tend + "/changes/close")
		staff.fill("Motivo", "Terminamos de ensayar las ventanillas.")
		staff.click("Pedir el cambio")
		second := w.visit(t, 1280, scripts)
		second.open("/?lang=es")
		second.signIn("Julián Aragón")
		second.open(tend + "/changes")
		second.click("Confirmar")
		w.settle(t)
		v.open(public + "/results")
		v.sees("Empate", "Ensayo: nada de esto cuenta", "Alba", "Brisa")
		v.shot("result")
		staff.open(desk)
		staff.sees("Contado", "Borrarlo ahora")
		w.advance(t, 48*time.Hour)
		v.open(public)
		v.sees("No encontramos esa página")
		v.stayedHome()
		staff.stayedHome()
	})
}
