package app

import (
	"context"
	"testing"
	"time"

	"tequio/app/search"
	"tequio/app/thing"
)

// The first start with the demo loads it and what it says can be found at once; the second start
// finds it there and loads nothing.
func TestDemoStarts(t *testing.T) {
	dir := t.TempDir()
	start := func() *App {
		t.Helper()
		a, err := Open(context.Background(), Options{Instance: dir, Town: true})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := start()
	t.Logf("loaded %s", a.Demoed)
	if a.Demoed.People < 300 || !a.Server.Instance.Current().Demo {
		t.Errorf("the first start loaded %s", a.Demoed)
	}
	if a.Demoed.Took > 5*time.Second {
		t.Errorf("loading took %s", a.Demoed.Took)
	}
	for _, words := range []string{"presupuesto participativo", "arbolado", "educacion", "participatory budget", "perros"} {
		found, err := a.Server.Search.Find(context.Background(), search.Query{Text: words, Of: thing.Query{Now: time.Now()}})
		if err != nil || len(found.Hits) == 0 {
			t.Errorf("nothing is found by %q (%v)", words, err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	b := start()
	defer b.Close()
	if b.Demoed.People != 0 || b.Server.Instance.Current().Name == "Tequio" {
		t.Errorf("the second start loaded %s", b.Demoed)
	}
}
