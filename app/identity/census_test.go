package identity

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
)

const censusText = "\uFEFFPlace, Document ,birth_date,name\ncentro,ABCD-1234,31/01/1990,x\nel-carmen,abcd 1234,1990-01-31,y\n,,,\ncentro,EFGH5678\nshort\n"

func TestReadCensus(t *testing.T) {
	key := CensusKey("a key of this test")
	f, err := openCensus(strings.NewReader(censusText), key)
	if err != nil {
		t.Fatal(err)
	}
	all, err := f.next(100)
	if err != nil || len(all) != 2 || f.counts != (CensusCounts{Rows: 5, Bad: 2, Twice: 1}) {
		t.Fatalf("%v: %d entitled, %s", err, len(all), f.counts)
	}
	abcd := all[0]
	if first, _ := key.Hash("ABCD1234"); !bytes.Equal(first, abcd.Hash) {
		abcd = all[1]
	}
	if abcd.Place != "centro" || abcd.Born != 1990 || !bytes.Equal(abcd.Second, key.Second("abcd-1234", "1990-1-31")) {
		t.Errorf("%+v", abcd)
	}
	if other, _ := CensusKey("another").Hash("ABCD1234"); bytes.Equal(other, abcd.Hash) || strings.Contains(string(abcd.Hash), "ABCD") {
		t.Error("the hash does not hang on the key")
	}
	if bytes.Equal(key.Second("ABCD1234", "1990-01-31"), key.Second("EFGH5678", "1990-01-31")) {
		t.Error("the second fact of two documents can be compared")
	}
	for _, broken := range []string{"", "name,place\nx,y\n", "document\n\"abc"} {
		f, err := openCensus(strings.NewReader(broken), key)
		if err == nil {
			_, err = f.next(10)
		}
		if err == nil {
			t.Errorf("%q passes for a census", broken)
		}
	}
}

func FuzzReadCensus(f *testing.F) {
	f.Add("document,place\nABCD1234,centro\n")
	f.Add("document\n\"a\nb\",c\n")
	f.Add(censusText)
	f.Fuzz(func(t *testing.T, file string) {
		c, err := openCensus(strings.NewReader(file), CensusKey("key"))
		if err != nil {
			return
		}
		all, err := c.next(1 << 20)
		if err == nil && int64(len(all))+c.counts.Bad+c.counts.Twice != c.counts.Rows {
			t.Errorf("%d entitled, %s", len(all), c.counts)
		}
	})
}

// A file is counted without being stored, and stored once; what a second file does not say stays.
func TestImportCensus(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		h.Census = CensusKey("key of the census")
		take := func(file string, dry bool) CensusCounts {
			t.Helper()
			c, err := h.ImportCensus(background, 0, strings.NewReader(file), dry)
			h.ok(err)
			return c
		}
		stored := func() (n int64) {
			h.write(func(tx *db.Tx) (err error) { n, _, _, err = CountCensus(tx); return err })
			return n
		}
		if c := take(censusText, true); c.New != 2 || stored() != 0 {
			t.Errorf("a dry run: %s, %d stored", c, stored())
		}
		if c := take(censusText, false); c.New != 2 || stored() != 2 {
			t.Errorf("the import: %s, %d stored", c, stored())
		}
		if c := take("document,place\nABCD1234,\nIJKL9012,centro\n", false); c.New != 1 || c.Known != 1 || stored() != 3 {
			t.Errorf("the second import: %s, %d stored", c, stored())
		}
		hash, _ := h.Census.Hash("ABCD1234")
		h.write(func(tx *db.Tx) error {
			e, found, _, err := FindEntitled(tx, hash)
			if err == nil && (!found || e.Place != "centro" || e.Born != 1990 || len(e.Second) == 0) {
				t.Errorf("what was known is gone: %+v", e)
			}
			return err
		})
		if got := strings.Join(*h.acts, " "); got != "census.import census.import" {
			t.Errorf("acts %s", got)
		}
		_, err := h.ImportCensus(background, 0, strings.NewReader("name\nAna\n"), false)
		h.refuses(err, "census.file")
	})
}

// One person is matched with one document; every miss looks alike, and after five tries a day comes
// a wait.
func TestMatchCensus(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		h.Census = CensusKey("key of the census")
		_, err := h.ImportCensus(background, 0, strings.NewReader("document,birth_date\nABCD1234,31/01/1990\nEFGH5678,\n"), false)
		h.ok(err)
		*h.acts = nil
		person := func() Actor {
			p := Person{Name: "Alguien", Level: Reachable}
			h.write(func(tx *db.Tx) error { return Insert(tx, &p) })
			return Actor{ID: p.ID, Level: Reachable}
		}
		level := func(a Actor) (l Level) {
			h.write(func(tx *db.Tx) error { p, err := Get(tx, a.ID); l = p.Level; return err })
			return l
		}
		a, b := person(), person()
		h.refuses(h.MatchCensus(background, a, "", "x"), "census.document.empty")
		h.refuses(h.MatchCensus(background, Actor{}, "ABCD1234", "x"), "policy.signin")
		h.ok(h.MatchCensus(background, a, "abcd 1234", "1990-01-31"))
		if level(a) != Resident {
			t.Error("a match lifts nobody")
		}
		h.refuses(h.MatchCensus(background, a, "ABCD1234", "1990-01-31"), "census.matched")
		for _, miss := range [][2]string{
			{"ABCD1234", "1990-01-31"}, // another account has it
			{"ABCD1234", "1990-02-01"}, // the wrong fact
			{"ZZZZ9999", "1990-01-31"}, // nobody's
			{"EFGH5678", "1990-01-31"}, // of whom no fact is known
			{"?", "1990-01-31"},        // no number
		} {
			err := h.MatchCensus(background, b, miss[0], miss[1])
			if f := fault.Of(err); f.Key != "census.nomatch" || len(f.Fields) > 0 || f.Kind != fault.Invalid {
				t.Errorf("%v: %v", miss, err)
			}
			clock.Advance(time.Minute)
		}
		h.refuses(h.MatchCensus(background, b, "ZZZZ9999", "x"), "census.tries")
		if level(b) != Reachable {
			t.Error("a miss lifts somebody")
		}
		if got := strings.Join(*h.acts, " "); got != "census.match census.miss census.miss census.miss census.miss census.miss" {
			t.Errorf("acts %s", got)
		}
		clock.Advance(24 * time.Hour)
		h.refuses(h.MatchCensus(background, b, "ZZZZ9999", "x"), "census.nomatch")
	})
}

// A hit and every kind of miss hash and ask alike, so that nobody reads from the time which number is known.
func TestMatchIsAsMuchWork(t *testing.T) {
	key := CensusKey("key")
	work := func(number string) float64 {
		return testing.AllocsPerRun(200, func() {
			hash, ok := key.Hash(number)
			if !ok {
				hash = key.sum("none", number)
			}
			_ = append(hash, key.Second(number, "1990-01-31")...)
		})
	}
	if hit, none := work("ABCD1234"), work("???"); hit-none > 6 || none-hit > 6 {
		t.Errorf("%v allocations for a number, %v for none", hit, none)
	}
}

// censusRows writes a census of n rows.
type censusRows struct{ n int }

func (c *censusRows) WriteTo(w io.Writer) (int64, error) {
	b := bufio.NewWriter(w)
	b.WriteString("document,birth_date,place\n")
	for i := range c.n {
		fmt.Fprintf(b, "RUHM%09dHOCRZN%02d,%04d-%02d-%02d,%s\n", i*7919%1_000_000_007, i%100, 1930+i%78, 1+i%12, 1+i%28, []string{"centro", "el-carmen", "los-hornos"}[i%3])
	}
	return 0, b.Flush()
}

// TestLargeCensus imports as many rows as TEQUIO_CENSUS says (2000000, say), and tells how long that took.
func TestLargeCensus(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("TEQUIO_CENSUS"))
	if n == 0 {
		t.Skip("TEQUIO_CENSUS asks for no large census")
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		h.Census = CensusKey("key of the census")
		for _, run := range []string{"new", "known"} {
			r, w := io.Pipe()
			go func() {
				(&censusRows{n: n}).WriteTo(w)
				w.Close()
			}()
			began := time.Now()
			c, err := h.ImportCensus(context.Background(), 0, r, false)
			took := time.Since(began)
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			t.Logf("%s: %s in %s; the heap holds %d MB, taken from the system %d MB", run, c, took.Round(time.Millisecond), m.HeapAlloc>>20, m.Sys>>20)
			if err != nil || c.New+c.Known != int64(n) || took > time.Minute {
				t.Errorf("%s: %v after %s: %s", run, err, took, c)
			}
		}
	})
}
