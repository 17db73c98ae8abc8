package web

import (
	"testing"
	"time"
)

func TestHomeShowsARefusalAmongTheDecisions(t *testing.T) {
	at := func(days int, refused bool) decision {
		return decision{at: time.Date(2026, 11, days, 0, 0, 0, 0, time.UTC), refused: refused}
	}
	for _, c := range []struct {
		all  []decision
		want []int // days
	}{
		{nil, nil},
		{[]decision{at(3, true)}, []int{3}},
		{[]decision{at(1, true), at(5, false), at(4, false), at(3, false), at(2, true)}, []int{5, 4, 2}},
		{[]decision{at(5, false), at(4, true), at(3, false), at(2, true)}, []int{5, 4, 3}},
		{[]decision{at(5, false), at(4, false), at(3, false), at(2, false)}, []int{5, 4, 3}},
	} {
		got := choose(c.all, 3)
		if len(got) != len(c.want) {
			t.Errorf("%d decisions, want %d", len(got), len(c.want))
			continue
		}
		for i, d := range got {
			if d.at.Day() != c.want[i] {
				t.Errorf("place %d: day %d, want %d", i+1, d.at.Day(), c.want[i])
			}
		}
	}
}

func TestAnswersAreQuotedWithoutTheirVerdict(t *testing.T) {
	for body, want := range map[string]string{
		"**Rechazada.** La ley no lo permite.":   "La ley no lo permite.",
		"**Aceptada**. Empieza en marzo.":        "Empieza en marzo.",
		"**Rechazada**, por tres razones.":       "Rechazada, por tres razones.",
		"Se hará en **tres** etapas.":            "Se hará en tres etapas.",
		"**Son muchas las razones que hay.** Sí": "Son muchas las razones que hay. Sí",
	} {
		if got := opening(body); got != want {
			t.Errorf("%q is quoted as %q, want %q", body, got, want)
		}
	}
}
