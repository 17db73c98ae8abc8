package vote

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/tally"
)

// elections is where the real budgets lie; the test is skipped where nobody says.
func elections(t *testing.T) string {
	dir := os.Getenv("TEQUIO_TEST_DATA")
	if dir == "" {
		t.Skip("TEQUIO_TEST_DATA is not set: no real elections to import")
	}
	return filepath.Join(dir, "elections")
}

// official is what is known of a file.
type official struct {
	Voters   int64    `json:"voters"`
	Projects int      `json:"projects"`
	Selected []string `json:"official_selected"`
	Matches  []string `json:"official_matches"`
}

func officials(t *testing.T, dir string) map[string]official {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "expected", "budgets.json"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]official{}
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func (h *hall) importFile(dir, name string) Outcome {
	h.t.Helper()
	f, err := os.Open(filepath.Join(dir, "pb", name))
	if err != nil {
		h.t.Fatal(err)
	}
	defer f.Close()
	slug, err := h.ImportPabulib(context.Background(), f, h.clock.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	o, err := h.Outcome(context.Background(), slug, "")
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

func TestImportedWinnersAreTheOfficialOnes(t *testing.T) {
	dir := elections(t)
	h := newHall(t, dbtest.Open(t, filepath.Join(t.TempDir(), "tequio.db"), dbtest.NewClock(dbtest.Start).Now), dbtest.NewClock(dbtest.Start))
	tried := 0
	for name, want := range officials(t, dir) {
		if !slices.Contains(want.Matches, "greedy_skip") {
			continue
		}
		tried++
		o := h.importFile(dir, name)
		r := o.Result.Questions[0]
		got := slices.Sorted(slices.Values(r.Winners))
		if !slices.Equal(got, slices.Sorted(slices.Values(want.Selected))) || o.Result.Ballots != want.Voters || len(o.Questions[0].Options) != want.Projects {
			t.Errorf("%s: %d ballots, %v; want %d, %v", name, o.Result.Ballots, got, want.Voters, want.Selected)
		}
		explained(t, name, r)
	}
	if tried < 10 {
		t.Errorf("%d files tried", tried)
	}
}

// explained checks that every project that is not funded says why, and that the money adds up.
func explained(t *testing.T, name string, r tally.Result) {
	t.Helper()
	spent := int64(0)
	for _, o := range r.Outcomes {
		spent += o.Paid
		if o.Reason.Key == "" {
			t.Errorf("%s: project %s has no reason", name, o.Option)
		}
	}
	if spent != r.Spent || r.Spent+r.Left != r.Budget {
		t.Errorf("%s: spent %d of %d, left %d, but projects got %d", name, r.Spent, r.Budget, r.Left, spent)
	}
}

func TestImportOnBothEngines(t *testing.T) {
	dir := elections(t)
	const anin = "poland_warszawa_2017_anin.pb"
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		o := h.importFile(dir, anin)
		r := o.Result.Questions[0]
		if !slices.Equal(r.Winners, []string{"1828", "2533", "2515", "2584", "1998", "418"}) || r.Spent != 121770_00 || r.Left != 698_00 {
			t.Errorf("winners %v, spent %d, left %d", r.Winners, r.Spent, r.Left)
		}
		if o.Result.Ballots != 510 || o.Result.Entries != 510 || len(o.Questions[0].Options) != 17 || o.Title != "Warszawa · Anin · 2017" {
			t.Errorf("%q: %+v", o.Title, o.Result)
		}
		if n := h.count(`SELECT count(*) FROM ballot`); n != 0 {
			t.Errorf("%d ballots with links", n)
		}
		again := h.importFile(dir, anin)
		if again.Slug == o.Slug {
			t.Error("the second import has the first one's address")
		}
		var b strings.Builder
		h.write(func(tx *db.Tx) error { b.Reset(); return WritePabulib(tx, &b, o.Vote, o.Result) })
		slug, err := h.ImportPabulib(context.Background(), strings.NewReader(b.String()), clock.Now())
		if err != nil {
			t.Fatalf("our own file: %v", err)
		}
		back, err := h.Outcome(context.Background(), slug, "")
		if err != nil || !slices.Equal(back.Result.Questions[0].Winners, r.Winners) {
			t.Errorf("our own file counts otherwise: %v", err)
		}
	})
}

func TestBrokenFileLeavesNothing(t *testing.T) {
	good := "META\nkey;value\nvote_type;approval\nbudget;100\nPROJECTS\nproject_id;cost;name\n1;60;Uno\n2;50;Dos\nVOTES\nvoter_id;vote\n1;1,2\n2;1\n"
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		before := h.count(`SELECT count(*) FROM thing`)
		for _, c := range []struct{ file, key string }{
			{"", "tally.file.ends"},
			{strings.Replace(good, "1;60;Uno", "1;sesenta;Uno", 1), "tally.file.at_column"},
			{strings.Replace(good, "1;1,2", "1;1,7", 1), "tally.file.at_column"},
			{strings.Replace(good, "budget;100\n", "", 1), "tally.file.at"},
			{"%PDF-1.4", "tally.file.at"},
		} {
			_, err := h.ImportPabulib(context.Background(), strings.NewReader(c.file), clock.Now())
			f := fault.Of(err)
			if f.Kind != fault.Invalid || f.Fields["file"].Key != c.key && !strings.HasPrefix(f.Fields["file"].Key, c.key) {
				t.Errorf("%.20q: %v, %+v", c.file, err, f.Fields)
			}
			if c.file != "" && !strings.Contains(err.Error(), "line") {
				t.Errorf("%.20q: the log does not name the line: %v", c.file, err)
			}
		}
		if n := h.count(`SELECT count(*) FROM thing`); n != before {
			t.Errorf("%d things left behind", n-before)
		}
		slug, err := h.ImportPabulib(context.Background(), strings.NewReader(good), clock.Now())
		if err != nil || slug == "" {
			t.Fatal(err)
		}
	})
}
