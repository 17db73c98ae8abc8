package moderation

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/fault"
	"tequio/app/identity"
)

func TestJudge(t *testing.T) {
	r := Screening{First: 2, Days: 7, Links: 1, Places: 3, Words: []string{"crédito fácil"}, Watched: []string{"mal.example"}}
	old := 30 * day
	for name, c := range map[string]struct {
		f    Facts
		want string
	}{
		"an old account passes":        {Facts{Age: old, Body: "https://a.example https://b.example"}, ""},
		"the second text is held":      {Facts{Age: day, Posts: 1}, "first"},
		"the third passes":             {Facts{Age: day, Posts: 2}, ""},
		"new until the instant":        {Facts{Age: 7*day - 1, Posts: 0}, "first"},
		"new no longer at it":          {Facts{Age: 7 * day, Posts: 0}, ""},
		"one link passes":              {Facts{Age: day, Posts: 2, Body: "see https://www.a.example"}, ""},
		"two links are held":           {Facts{Age: day, Posts: 2, Body: "https://a.example WWW.b.example"}, "links"},
		"the third place passes":       {Facts{Age: old, Places: 2}, ""},
		"the fourth is held":           {Facts{Age: old, Places: 3}, "copies"},
		"words, whatever their case":   {Facts{Age: old, Body: "¡CREDITO, facil!"}, "words"},
		"whole words alone":            {Facts{Age: old, Body: "crédito facilmente"}, ""},
		"a watched domain":             {Facts{Age: old, Domain: "mal.example"}, "domain"},
		"one below it":                 {Facts{Age: old, Domain: "x.mal.example"}, "domain"},
		"one that only ends alike":     {Facts{Age: old, Domain: "normal.example"}, ""},
		"several reasons, all of them": {Facts{Age: 0, Body: "crédito fácil", Places: 9}, "first copies words"},
	} {
		if got := strings.Join(r.Judge(c.f), " "); got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
	if why := UsualScreening().Judge(Facts{Body: "Falta luz en la calle."}); len(why) > 0 {
		t.Errorf("a newcomer's first text is held by default: %v", why)
	}
}

func TestPrint(t *testing.T) {
	a := "Firma aquí por los árboles de la plaza, que son de todas y de todos."
	if Print(a) != Print(strings.ToUpper(strings.ReplaceAll(a, " ", " \n* "))) || Print(a) == 0 {
		t.Error("the same words differ")
	}
	if Print(a) == Print(a+" Ya") || Print("De acuerdo.") != 0 {
		t.Error("other words are alike, or short ones count")
	}
}

func TestScreeningJoins(t *testing.T) {
	r := Screening{Blocked: []string{"mal.example"}}
	for email, want := range map[string]bool{"a@mal.example": false, "a@x.MAL.example": false, "a@bien.example": true, "": true} {
		if got := r.MayJoin(email) == nil; got != want {
			t.Errorf("%q may join: %v", email, got)
		}
	}
	r = Screening{Allowed: []string{"pueblo.example"}, Trusted: []string{"203.0.113.0/24", "2001:db8::/32"}}
	if r.MayJoin("a@otro.example") == nil || r.MayJoin("a@pueblo.example") != nil {
		t.Error("the list of those allowed does not hold")
	}
	for block, want := range map[string]bool{"203.0.113.0/24": true, "203.0.114.0/24": false, "2001:db8:1::/48": true, "": false, "203.0.0.0/16": false} {
		if r.Trusts(block) != want {
			t.Errorf("%q trusted: %v", block, !want)
		}
	}
}

func TestScreeningCheck(t *testing.T) {
	r := Screening{Words: []string{" b ", "a", "", "a"}, Blocked: []string{"@Mal.Example."}, Trusted: []string{"203.0.113.9/24"}}
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Words, []string{"a", "b"}) || r.Blocked[0] != "mal.example" || r.Trusted[0] != "203.0.113.0/24" {
		t.Errorf("%+v", r)
	}
	for field, bad := range map[string]Screening{"first": {First: -1}, "days": {Days: 366}, "links": {Links: -2}, "places": {Places: 51},
		"words": {Words: []string{"!"}}, "watched": {Watched: []string{"no domain"}}, "allowed": {Allowed: []string{"a@b"}}, "trusted": {Trusted: []string{"here"}}} {
		if _, ok := fault.Of(bad.Check()).Fields[field]; !ok {
			t.Errorf("%s: %v", field, bad.Check())
		}
	}
}

func FuzzScreen(f *testing.F) {
	f.Add("https://www.a.example www.b.example", "a@b.example")
	f.Add("://www.", "@")
	f.Fuzz(func(t *testing.T, body, email string) {
		if n := Links(body); n < 0 || n > len(body) {
			t.Fatal(n)
		}
		if strings.Contains(Domain(email), "@") || Print(body) < 0 || Print(body) != Print(body+" . ") {
			t.Fatalf("%q, %q", body, email)
		}
	})
}

func TestScreen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, ctx := begin(t, d), context.Background()
		s, err := NewScreen(ctx, d)
		w.ok(err)
		w.kind(s.Change(ctx, w.moderator, Screening{}), fault.Forbidden)
		w.ok(s.Change(ctx, w.admin, Screening{First: 2, Days: 7, Links: -1, Places: 0}))
		again, err := NewScreen(ctx, d)
		w.ok(err)
		if again.Current().First != 2 {
			t.Fatalf("%+v", again.Current())
		}
		say := func(a identity.Actor, body string) (hold bool, why string) {
			w.ok(d.Write(ctx, func(tx *db.Tx) (err error) { hold, why, err = s.Say(tx, a, w.t, body); return err }))
			return
		}
		text := "Compra mi jabón, que es el mejor jabón de todo el pueblo y sus barrios."
		if hold, _ := say(w.author, text); hold { // two posts stand already: a thing and a comment
			t.Fatal("the third post is held")
		}
		w.ok(s.Change(ctx, w.admin, Screening{First: 3, Days: 7, Links: -1}))
		if hold, why := say(w.author, text); !hold || why != ForFirst {
			t.Fatal(hold, why)
		}
		staffed := w.moderator
		if hold, _ := say(staffed, text); hold {
			t.Fatal("those who hold a role are screened")
		}
		w.ok(d.Read(ctx, func(tx *db.Tx) error {
			why, err := whyHeld(tx, w.t.ID, w.author.ID, time.Time{})
			if why != ForFirst {
				t.Errorf("kept as %q", why)
			}
			return err
		}))
		clock.Advance(31 * 24 * time.Hour)
		w.ok(s.Forget(ctx))
		w.ok(d.Read(ctx, func(tx *db.Tx) error {
			n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM screened`)
			if n != 0 {
				t.Errorf("%d prints are left", n)
			}
			return err
		}))
	})
}
