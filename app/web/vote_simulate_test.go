package web

import (
	"bytes"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/tally"
)

// sendFile posts a form with a file, with the token of the last page.
func (b *browser) sendFile(path, field, name, content string, values url.Values) *browser {
	b.w.Helper()
	m := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindStringSubmatch(b.body)
	if m == nil {
		b.w.Fatal("no token on the page")
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	w.WriteField("csrf", m[1])
	for key := range values {
		w.WriteField(key, values.Get(key))
	}
	if name != "" {
		part, err := w.CreateFormFile(field, name)
		if err != nil {
			b.w.Fatal(err)
		}
		part.Write([]byte(content))
	}
	w.Close()
	was := b.header
	b.header = map[string]string{"Content-Type": w.FormDataContentType()}
	for k, v := range was {
		b.header[k] = v
	}
	defer func() { b.header = was }()
	return b.do("POST", path, body.String())
}

const smallPabulib = "META\nkey;value\nbudget;100\nvote_type;approval\nrule;greedy\nPROJECTS\nproject_id;cost;name\np1;90;Puente\np2;50;Luz\np3;50;Banca\n" +
	"VOTES\nvoter_id;vote\n1;p1\n2;p1\n3;p1\n4;p2,p3\n5;p2,p3\n"

// TestSimulator counts made-up ballots, an earlier vote's and a file's by every rule that fits.
func TestSimulator(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		desk := staff.drafted(w.draft(agency, "Nombre", url.Values{"questions": {"1"}, "q0-form": {"ranking"}, "q0-rule": {"borda/1"}, "q0-seats": {"1"},
			"q0-options": {"3"}, "q0-o0-title": {"Sol"}, "q0-o1-title": {"Luna"}, "q0-o2-title": {"Mar"}}))
		at := desk + "/simulate"
		run := func(source string, values url.Values, name, content string) *browser {
			values.Set("source", source)
			return staff.do("GET", at, "").expect(200, "Nothing is stored").sendFile(at, "file", name, content, values)
		}
		run("generated", url.Values{"voters": {"200"}, "seed": {"3"}}, "", "").expect(200, "200 ballots, 3 options", "Borda", "Sol", "Elected")
		run("generated", url.Values{"voters": {"999999"}, "seed": {"3"}}, "", "").expect(422, "Enter 1 to 5,000 ballots", "999999")
		run("file", url.Values{}, "", "").expect(422, "Choose a file")
		run("file", url.Values{}, "roto.pb", "META\nkey;value\n").expect(422, "Line ")
		run("file", url.Values{}, "chico.pb", smallPabulib).expect(200, "5 ballots, 3 options", "Puente", "differs", "Why it differs", v("tally.rule.greedy-ratio.name", w))
		run("file", url.Values{}, "tres.blt", "3 1\n2 1 2 0\n1 2 0\n0\n\"Ana\"\n\"Beto\"\n\"Carmen\"\n\"Consejo\"\n").expect(200, "3 ballots, 3 options", "Ana", "Borda")
		run("file", url.Values{}, "roto.blt", "3 1\n2 1 x 0\n").expect(422, "Line 2")
		run("file", url.Values{}, "foto.png", "x").expect(422)
		clock.Advance(2 * time.Hour)
		voter := w.voter("Vera Vota", identity.Reachable)
		voter.do("GET", "/votes/nombre/ballot", "").fill("/votes/nombre/ballot", url.Values{"q0.sol": {"1"}, "q0.mar": {"2"}}).fill("/votes/nombre/cast", nil).expect(303)
		clock.Advance(49 * time.Hour)
		w.work()
		staff = w.administrator("Rosa Regidora")
		staff.do("GET", at, "").expect(200, "Of an earlier vote")
		id := strings.TrimPrefix(desk, "/admin/votes/")
		run("held", url.Values{"held": {id + "-0"}}, "", "").expect(200, "1 ballot, 3 options", "Sol", "All ways of counting give the same winners")
		run("held", url.Values{"held": {id + "-7"}}, "", "").expect(404)
	})
}

// v is a word of the English catalogue.
func v(key string, w *town) string { return w.s.Words.Language("en").T(key) }

// Parts of a whole are read as people write them, exactly, and written so that they are read again.
func TestShares(t *testing.T) {
	for typed, want := range map[string]tally.Share{"": {}, "5": {Num: 1, Den: 20}, "2.5 %": {Num: 1, Den: 40}, "33,33": {Num: 3333, Den: 10000}, "2/3": {Num: 2, Den: 3}, "100": {Num: 1, Den: 1}} {
		got, ok := readShare(typed)
		if !ok || got != want {
			t.Errorf("%q is read as %v, %v", typed, got, ok)
		}
		if again, ok := readShare(printShare(got)); !ok || again != got {
			t.Errorf("%q is written as %q", typed, printShare(got))
		}
	}
	for _, bad := range []string{"0", "101", "-5", "x", "1e1", "4/3", "0x1p4", "1/0", "0.0000001"} {
		if got, ok := readShare(bad); ok {
			t.Errorf("%q is read as %v", bad, got)
		}
	}
}
