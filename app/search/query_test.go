package search

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/thing"
)

// No text breaks either engine's query language, whatever it holds: the expressions built from it are
// run. On PostgreSQL too, where TEQUIO_TEST_PG says where one is.
func FuzzQueries(f *testing.F) {
	for _, s := range []string{"agua", `") OR * (' & !`, `agua" OR title : *`, `'; DROP TABLE search; --`, "NEAR(a b)", "a:*", "^a", "-a", "a - b", `\`, "\x00a", "ñandú", "ﬁn", "𝐚𝐠𝐮𝐚",
		"ܐܒܓ", "日本語", "a\u0301", "İstanbul", "ß", "x'41'", "{a b}:c", "a AND", "and or not", "1 2 3", "🌳🌳", "\xff\xfe", "ⅷ", "ꦏ", "ᾳ", "%s %d", "$1 ?1 :a @b"} {
		f.Add(s, "agua")
	}
	f.Add("agua", `s" OR k:*`)
	clock := dbtest.NewClock(dbtest.Start)
	open := []*db.DB{dbtest.Open(f, filepath.Join(f.TempDir(), "t.db"), clock.Now)}
	if os.Getenv("TEQUIO_TEST_PG") != "" {
		open = append(open, dbtest.Open(f, dbtest.Postgres(f), clock.Now))
	}
	var services []*Service
	for _, d := range open {
		s := NewService(d, []string{"es", "en"}, nil)
		thing.OnRecord(d, s.Index)
		services = append(services, s)
	}
	ctx := context.Background()
	f.Fuzz(func(t *testing.T, text, key string) {
		for i, s := range services {
			err := open[i].Write(ctx, func(tx *db.Tx) error { // what is typed is also what is indexed
				p := thing.Thing{ID: 1, Kind: "proposal", State: thing.Published, Lang: "es", Title: text, Summary: key, Subject: key, Place: text}
				return s.Put(tx, p)
			})
			if err != nil {
				t.Fatalf("index %q: %v", text, err)
			}
			q := Query{Text: text, Of: thing.Query{Now: clock.Now(), Subject: clean(key)}, Near: clean(key)}
			if _, err := s.Find(ctx, q); err != nil {
				t.Fatalf("find %q: %v", text, err)
			}
			q.Brief = true
			if _, err := s.Find(ctx, q); err != nil {
				t.Fatalf("find %q briefly: %v", text, err)
			}
			if _, err := s.Similar(ctx, text, "es", "proposal", 6); err != nil {
				t.Fatalf("similar to %q: %v", text, err)
			}
			if _, err := s.Instead(ctx, q); err != nil {
				t.Fatalf("instead of %q: %v", text, err)
			}
			if err := open[i].Read(ctx, func(tx *db.Tx) error {
				_, err := s.Narrow(tx, &thing.Query{Kind: "proposal"}, text)
				return err
			}); err != nil {
				t.Fatalf("narrow to %q: %v", text, err)
			}
		}
	})
}

// clean is a key that may be an argument: PostgreSQL takes no NUL and no broken UTF-8, and an address
// names only keys that the instance has.
func clean(key string) string { return facet("k", key) }

func TestMarkedPiecesAreTheText(t *testing.T) {
	m := newMarker([]string{"educacion", "educ", "goter"}, []string{"es", "en"})
	for text, want := range map[string]string{
		"Queremos que la educación, pública, no tenga goteras.": "educación goteras",
		"EDUCACIONES": "EDUCACIONES", "¿Goteras?": "Goteras", "": "", "—": "", "gota": "",
		"edu\u0301cacion": "", // accents typed apart are letters too
	} {
		whole, marked := "", ""
		for _, p := range m.Mark(text) {
			whole += p.Text
			if p.Match {
				marked += " " + p.Text
			}
		}
		if whole != text || want != "" && marked != " "+want {
			t.Errorf("%q becomes %q, marked%q", text, whole, marked)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		n    int
	}{{"agua", "agua", 0}, {"agua", "auga", 1}, {"agua", "aguas", 1}, {"educasion", "educacion", 1}, {"", "abc", 3}, {"casa", "", 4}, {"perro", "gato", 4}} {
		if n := distance([]rune(c.a), []rune(c.b)); n != c.n {
			t.Errorf("%s and %s are %d apart, not %d", c.a, c.b, n, c.n)
		}
	}
}
