package search_test

import (
	"context"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/search"
	"tequio/app/thing"
)

func TestFindsWhatPeopleMean(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		bodies := map[thing.ID]string{}
		s := search.NewService(d, []string{"es", "en"}, map[thing.Kind]search.Source{
			"proposal": func(_ *db.Tx, t thing.Thing) (map[string]string, error) {
				return map[string]string{"es": bodies[t.ID]}, nil
			},
		})
		thing.OnRecord(d, s.Index)
		ids := map[string]thing.ID{}
		add := func(name, title, body string, change func(*thing.Thing)) {
			t.Helper()
			err := d.Write(context.Background(), func(tx *db.Tx) error {
				p := thing.Thing{Kind: "proposal", Title: title, Lang: "es", State: thing.Published, PublishedAt: tx.Now.Add(-time.Hour)}
				if change != nil {
					change(&p)
				}
				if err := thing.Create(tx, &p); err != nil {
					return err
				}
				ids[name], bodies[p.ID] = p.ID, body
				if name == "park" {
					if err := thing.Translate(tx, p.ID, "en", thing.Words{"title": "Shade for the playground"}); err != nil {
						return err
					}
				}
				return thing.Record(tx, 0, "proposal.publish", p.ID, "")
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		add("school", "Educación sin goteras", "Los salones de la primaria se inundan.", nil)
		add("park", "Sombra en el parque", "Plantar jacarandas cerca de la primaria.", nil)
		add("closed", "Alumbrado del parque", "Lámparas.", func(p *thing.Thing) { p.ClosesAt = clock.Now().Add(-time.Minute) })
		add("draft", "Parque secreto", "", func(p *thing.Thing) { p.State = thing.Draft })
		add("later", "Parque de mañana", "", func(p *thing.Thing) { p.PublishedAt = clock.Now().Add(time.Hour) })

		for _, c := range []struct {
			text, phase string
			want        []string
		}{
			{"educacion", "", []string{"school"}},
			{"EDUCACIÓN", "", []string{"school"}},
			{"parques", "", []string{"park", "closed"}}, // plural, and open before closed
			{"parq", "", []string{"park", "closed"}},    // while typing
			{"parque", "closed", []string{"closed"}},
			{"primaria", "", []string{"school", "park"}},
			{"playground", "", []string{"park"}},
			{"parque jacaranda", "", []string{"park"}},
			{`") OR * (' & !`, "", nil},
			{"secreto", "", nil},
			{"", "", nil},
		} {
			found, err := s.Find(context.Background(), search.Query{Text: c.text, Of: thing.Query{Phase: c.phase, Now: clock.Now()}})
			hits := found.Hits
			if err != nil {
				t.Errorf("%q: %v", c.text, err)
				continue
			}
			got := map[thing.ID]bool{}
			for _, h := range hits {
				got[h.ID] = true
			}
			for _, w := range c.want {
				if !got[ids[w]] {
					t.Errorf("%q does not find %s", c.text, w)
				}
			}
			if len(hits) != len(c.want) {
				t.Errorf("%q finds %d things, want %v", c.text, len(hits), c.want)
			}
			if c.text == "parques" && len(hits) == 2 && hits[0].ID != ids["park"] {
				t.Errorf("%q: what is closed comes before what is open", c.text)
			}
		}
	})
}

func TestSimilarTitlesWhateverBecameOfThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s := search.NewService(d, []string{"es", "en"}, nil)
		thing.OnRecord(d, s.Index)
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			for _, p := range []thing.Thing{
				{Title: "Sombra en las paradas del camión"},
				{Title: "Más sombra para cada parada", ClosesAt: clock.Now().Add(-time.Hour)},
				{Title: "Bancas en el mercado"},
				{Title: "Sombra secreta en las paradas", State: thing.Draft},
				{Title: "Sombra en las paradas", Kind: "vote"},
			} {
				p.Lang, p.PublishedAt = "es", clock.Now().Add(-2*time.Hour)
				if p.State == "" {
					p.State = thing.Published
				}
				if p.Kind == "" {
					p.Kind = "proposal"
				}
				if err := thing.Create(tx, &p); err != nil {
					return err
				}
				if err := thing.Record(tx, 0, "proposal.publish", p.ID, ""); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for title, want := range map[string]int{
			"SÓMBRA en la Parada": 2, "sombras": 2, "Una banca": 1, "Parada de la calle Hidalgo esquina con Juárez y Morelos": 0, "": 0, "el de la": 0, `" OR title : *`: 0,
		} {
			got, err := s.Similar(context.Background(), title, "es", "proposal", 6)
			if err != nil || len(got) != want {
				t.Errorf("%q is like %d, not %d: %v %v", title, len(got), want, got, err)
			}
		}
	})
}
