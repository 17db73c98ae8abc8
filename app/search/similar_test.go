package search_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/search"
	"tequio/app/thing"
)

// realTitles are titles as people write them, two in English.
var realTitles = []string{
	"Más árboles en la calle Hidalgo", "Sombra en las paradas del camión", "Ciclovía segura en la avenida Juárez", "Alumbrado público en el barrio de San Juan",
	"Reparar las banquetas rotas del centro", "Esterilización gratuita de perros y gatos", "Agua potable todos los días en la colonia Morelos", "Bebederos en las escuelas primarias",
	"Recolección separada de la basura", "Biblioteca abierta los sábados", "Talleres de música para jóvenes", "Topes frente a la primaria Benito Juárez",
	"Rescatar el río y limpiar sus orillas", "Mercado de productores locales los domingos", "Rampas para sillas de ruedas en la plaza", "Cámaras y vigilancia en el parque Reforma",
	"Captar agua de lluvia en los techos de las escuelas", "Guardería nocturna para madres que trabajan", "Transporte nocturno hasta la universidad", "Juegos infantiles incluyentes en el parque",
	"Festival de cine al aire libre", "Presupuesto participativo para la juventud", "Huertos urbanos en terrenos baldíos", "Reducir el ruido de los bares del centro",
	"Baños públicos limpios en el mercado", "Shade trees along the main street", "Free wifi in public libraries", "Clases de náhuatl en la casa de cultura",
	"Semáforo peatonal en la esquina de Morelos y Allende", "Prohibir bolsas de plástico en el mercado",
}

func TestSimilarTitlesOfRealPeople(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		l := newLibrary(t, d, clock.Now())
		for i, title := range realTitles {
			l.add(title, title, "", func(p *thing.Thing) {
				if title[0] == 'S' && title[1] == 'h' || title[:4] == "Free" {
					p.Lang = "en"
				}
				if i%2 == 0 {
					p.ClosesAt = l.now.AddDate(0, -1, 0) // long over, or answered: no matter
				}
			})
		}
		for _, c := range []struct {
			title, lang string
			first       string // what must come first; "": nothing is like it
		}{
			{"Plantar arboles en la Hidalgo", "es", "Más árboles en la calle Hidalgo"},
			{"paradas de camiones con sombra", "es", "Sombra en las paradas del camión"},
			{"CICLOVIAS EN JUAREZ", "es", "Ciclovía segura en la avenida Juárez"},
			{"arreglar banquetas rotas", "es", "Reparar las banquetas rotas del centro"},
			{"Esterilizar perros callejeros", "es", "Esterilización gratuita de perros y gatos"},
			{"Captación de agua de lluvia en escuelas", "es", "Captar agua de lluvia en los techos de las escuelas"},
			{"Bebedero en la escuela", "es", "Bebederos en las escuelas primarias"},
			{"taller de musica", "es", "Talleres de música para jóvenes"},
			{"limpiar el rio", "es", "Rescatar el río y limpiar sus orillas"},
			{"Separar basura en la recoleccion", "es", "Recolección separada de la basura"},
			{"rampa en plazas para silla de rueda", "es", "Rampas para sillas de ruedas en la plaza"},
			{"huerto urbano", "es", "Huertos urbanos en terrenos baldíos"},
			{"trees for shade on Main Street", "en", "Shade trees along the main street"},
			{"WiFi in the library", "en", "Free wifi in public libraries"},
			{"Semaforos para peatones en Allende", "es", "Semáforo peatonal en la esquina de Morelos y Allende"},
			{"Bolsa de plastico prohibida", "es", "Prohibir bolsas de plástico en el mercado"},
			{"Observatorio astronómico en el cerro", "es", ""},
			{"Pintar las casas de la calle", "es", ""},
			{"en la de los", "es", ""},
		} {
			all, err := l.s.Similar(context.Background(), c.title, c.lang, "proposal", 6)
			switch {
			case err != nil:
				t.Errorf("%s: %v", c.title, err)
			case c.first == "" && len(all) > 0:
				t.Errorf("%q is like %q", c.title, all[0].Title)
			case c.first != "" && (len(all) == 0 || all[0].Title != c.first):
				t.Errorf("%q is not like %q but like %v", c.title, c.first, names(all))
			}
		}
	})
}

func names(all []thing.Thing) (titles []string) {
	for _, t := range all {
		titles = append(titles, t.Title)
	}
	return titles
}

// A title of common words alone still finds those that hold the two rarest of them, and what is most
// alike stands first though thousands share a word.
func TestSimilarAmongThousands(t *testing.T) {
	clock := dbtest.NewClock(dbtest.Start)
	d := dbtest.Open(t, filepath.Join(t.TempDir(), "t.db"), clock.Now)
	s := search.NewService(d, []string{"es"}, nil)
	thing.OnRecord(d, s.Index)
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for i := range 4000 {
			title := "Mejorar la calle"
			switch {
			case i == 5:
				title = "Mejorar el alumbrado de la calle del panteón"
			case i%2 == 0:
				title = "Mejorar el agua"
			}
			p := thing.Thing{Kind: "proposal", Title: title, Slug: string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676)), Lang: "es", State: thing.Published, PublishedAt: tx.Now}
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
	for title, want := range map[string]string{"mejor alumbrado en calles": "Mejorar el alumbrado de la calle del panteón", "mejorar calles": "Mejorar la calle"} {
		all, err := s.Similar(context.Background(), title, "es", "proposal", 3)
		if err != nil || len(all) == 0 || all[0].Title != want || !slices.IsSortedFunc(all[min(1, len(all)):], func(a, b thing.Thing) int { return int(b.ID - a.ID) }) {
			t.Errorf("%q is like %v: %v", title, names(all), err)
		}
	}
}
