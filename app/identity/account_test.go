package identity

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/data"
)

func TestChangeOfAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		ana, _ := h.join("ana@pueblo.example", "Ana Ruiz")
		h.join("eva@pueblo.example", "Eva Luna")
		c, err := h.AskAddress(background, ana, "Nueva@pueblo.example")
		h.ok(err)
		h.ok(h.TakeAddress(background, ana, c, h.digits("nueva@pueblo.example")))
		for _, to := range []string{"ana@pueblo.example", "nueva@pueblo.example"} {
			if subject, text := h.mailed(to); !strings.Contains(subject, "Cambió el correo") || !strings.Contains(text, "nueva@pueblo.example") {
				t.Errorf("%s: %q %q", to, subject, text)
			}
		}
		_, err = h.AskAddress(background, ana, "nueva@pueblo.example")
		h.refuses(err, "account.email.same")
		c, err = h.AskAddress(background, ana, "eva@pueblo.example")
		h.ok(err) // that it is taken is told to its owner alone
		h.refuses(h.TakeAddress(background, ana, c, h.digits("eva@pueblo.example")), "account.email.taken")
		clock.Advance(time.Hour)
		_, err = h.AskAddress(background, ana, "otra@pueblo.example")
		h.refuses(err, "policy.confirm")
	})
}

func TestLastWayStaysAndLevelGoes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		ana, _ := h.join("ana@pueblo.example", "Ana Ruiz")
		h.refuses(h.Unlink(background, ana, byMail, ""), "account.way.last")
		h.write(func(tx *db.Tx) error {
			if err := insertSignIn(tx, SignIn{"https://id.example", "s1", "Llave", Identified}, ana.ID); err != nil {
				return err
			}
			return raise(tx, ana.ID, Identified)
		})
		h.ok(h.Unlink(background, ana, "https://id.example", "s1"))
		acc, err := h.Account(background, ana)
		h.ok(err)
		if acc.Level != Reachable || len(acc.Ways) != 1 {
			t.Fatalf("%+v", acc)
		}
		h.write(func(tx *db.Tx) error {
			return insertSignIn(tx, SignIn{"https://id.example", "s2", "Llave", Identified}, ana.ID)
		})
		h.ok(h.Unlink(background, ana, byMail, ""))
		if n := h.count(`SELECT count(*) FROM person WHERE email = 'ana@pueblo.example'`); n != 0 {
			t.Fatal("the address is still there")
		}
	})
}

func TestRolesWait(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		grant := func(email string, r Role) (waits bool) {
			h.write(func(tx *db.Tx) (err error) { waits, err = h.GrantByEmail(tx, email, r, 0, 0); return })
			return waits
		}
		if !grant("Ana@pueblo.example", Administrator) || !grant("eva@pueblo.example", Moderator) {
			t.Fatal("does not wait")
		}
		ana, _ := h.join("ana@pueblo.example", "Ana Ruiz")
		if !ana.Has(Administrator) {
			t.Fatalf("%+v", ana.Grants)
		}
		clock.Advance(invitationFor)
		eva, _ := h.join("eva@pueblo.example", "Eva Luna")
		if eva.Staff() {
			t.Fatal("the invitation had expired")
		}
		if grant("eva@pueblo.example", Moderator) {
			t.Fatal("waits for somebody who is here")
		}
		err := h.db.Write(background, func(tx *db.Tx) error { _, err := h.GrantByEmail(tx, "x@pueblo.example", Editor, 0, 0); return err })
		h.refuses(err, "account.role.agency")
		h.refuses(h.Delete(background, ana), "policy.confirm")
	})
}

func TestFirstAdministrator(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		first, err := h.SetupLink(background)
		h.ok(err)
		link, err := h.SetupLink(background)
		h.ok(err)
		token := func(l string) string { return strings.TrimPrefix(l, "http://localhost/setup/") }
		h.refuses(h.CheckSetup(background, token(first)), "login.setup.gone")
		h.ok(h.CheckSetup(background, token(link)))
		_, err = h.SetUp(background, token(link), Actor{}, "no", Joining{Name: ""}, phone)
		h.refuses(err, "login.name.short")
		tok, err := h.SetUp(background, token(link), Actor{}, "ana@pueblo.example", Joining{Name: "Ana Ruiz", Lang: "es"}, phone)
		h.ok(err)
		ana := h.actor(tok)
		if !ana.Has(Administrator) || !ana.Session.FactorAt.IsZero() {
			t.Fatalf("%+v", ana)
		}
		_, err = h.SetUp(background, token(link), Actor{}, "eva@pueblo.example", Joining{Name: "Eva Luna"}, phone)
		h.refuses(err, "login.setup.gone")
		if again, err := h.SetupLink(background); err != nil || again != "" {
			t.Fatalf("%q, %v", again, err)
		}
		h.refuses(h.Delete(background, ana), "account.delete.last")
	})
}

func TestDelete(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		ana, tok := h.join("ana@pueblo.example", "Ana Ruiz")
		said := false
		h.Farewells = append(h.Farewells, func(_ *db.Tx, who ID) error { said = who == ana.ID; return nil })
		all, err := h.Held(background, ana)
		h.ok(err)
		if all["person"][0]["email"] != "ana@pueblo.example" || len(all["session"]) != 1 || all["rules_acceptance"][0]["at"] != "2026-11-23T18:00:00Z" {
			t.Fatalf("%v", all)
		}
		h.ok(h.Delete(background, ana))
		if a, _ := h.sessions.Actor(background, tok); a.SignedIn() || !said {
			t.Fatalf("%+v, said %v", a, said)
		}
		for _, q := range []string{`SELECT count(*) FROM person WHERE name <> '' OR email IS NOT NULL`, `SELECT count(*) FROM session`,
			`SELECT count(*) FROM email_code`, `SELECT count(*) FROM rules_acceptance`} {
			if n := h.count(q); n != 0 {
				t.Errorf("%s: %d", q, n)
			}
		}
		if subject, _ := h.mailed("ana@pueblo.example"); !strings.Contains(subject, "Borramos") || h.count(`SELECT count(*) FROM mail`) != 1 {
			t.Errorf("mail: %q", subject)
		}
		if !slices.Contains(*h.acts, "person.delete") {
			t.Errorf("%v", *h.acts)
		}
		clock.Advance(time.Hour)
		again, _ := h.join("ana@pueblo.example", "Ana Ruiz")
		if again.ID == ana.ID {
			t.Error("the id was given again")
		}
	})
}

func TestExpire(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		ana, _ := h.join("ana@pueblo.example", "Ana Ruiz")
		h.ok(h.Expire(background))
		clock.Advance(91 * 24 * time.Hour)
		h.ok(h.Expire(background))
		var got []string
		h.ok(h.db.Read(background, func(tx *db.Tx) error {
			all, err := Erasures(tx)
			for _, e := range all {
				got = append(got, e.What)
			}
			return err
		}))
		if want := []string{"code", "mail", "session"}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if n := h.count(`SELECT count(*) FROM person WHERE id = $1`, ana.ID); n != 1 {
			t.Error("the person is gone")
		}
	})
}

func TestSignOutEverywhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		ana, first := h.join("ana@pueblo.example", "Ana Ruiz")
		var second Token
		h.write(func(tx *db.Tx) (err error) { second, err = Begin(tx, ana.ID, "test", "", "", false); return })
		h.actor(second)
		h.ok(h.EndOthers(background, ana.ID, ana.Session.ID))
		if a, _ := h.sessions.Actor(background, second); a.SignedIn() {
			t.Error("the other session goes on")
		}
		h.actor(first)
	})
}

// Whatever table refers to a person is in the list of what is held about people, so that downloads
// are complete and deletions leave nothing.
func TestHoldingsAreComplete(t *testing.T) {
	known := map[string]bool{}
	for _, h := range holdings {
		known[h.table+"."+h.column] = true
		if h.erase == "" && h.keeps == "" {
			t.Errorf("%s.%s neither goes nor says why it stays", h.table, h.column)
		}
	}
	files, err := fs.Glob(data.Migrations(), "*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	table, reference := regexp.MustCompile(`^CREATE TABLE (\w+)`), regexp.MustCompile(`^\s+(\w+)\s.*REFERENCES person\(id\)`)
	for _, file := range files {
		body, err := fs.ReadFile(data.Migrations(), file)
		if err != nil {
			t.Fatal(err)
		}
		in := ""
		for _, line := range strings.Split(string(body), "\n") {
			if m := table.FindStringSubmatch(line); m != nil {
				in = m[1]
			}
			if m := reference.FindStringSubmatch(line); m != nil && !known[in+"."+m[1]] {
				t.Errorf("%s.%s refers to a person: say in holdings what becomes of it", in, m[1])
			}
		}
	}
}

// Somebody who leaves and comes back the same way votes under the same number, so that an open vote
// takes no second ballot of theirs; somebody new does not.
func TestVoterNumberFollowsTheWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHouse(t, d, clock)
		ana, _ := h.join("ana@pueblo.example", "Ana Ruiz")
		if ana.Voter != ana.ID {
			t.Fatalf("votes as %d, is %d", ana.Voter, ana.ID)
		}
		h.ok(h.Delete(background, ana))
		again, _ := h.join("ana@pueblo.example", "Ana R.")
		if again.ID == ana.ID || again.Voter != ana.Voter {
			t.Errorf("comes back as %d and votes as %d, voted as %d", again.ID, again.Voter, ana.Voter)
		}
		h.write(func(tx *db.Tx) error {
			return insertSignIn(tx, SignIn{"https://id.example", "s1", "Llave", Identified}, again.ID)
		})
		h.ok(h.Unlink(background, again, byMail, ""))
		third, _ := h.join("ana@pueblo.example", "Otra Ana")
		if third.Voter != ana.Voter {
			t.Errorf("a way taken away votes as %d, voted as %d", third.Voter, ana.Voter)
		}
		eva, _ := h.join("eva@pueblo.example", "Eva Luna")
		if eva.Voter != eva.ID {
			t.Errorf("somebody new votes as %d, is %d", eva.Voter, eva.ID)
		}
		clock.Advance(departedFor + time.Hour)
		h.ok(h.Expire(background))
		if n := h.count(`SELECT count(*) FROM departed`); n != 0 {
			t.Errorf("%d marks are kept for good", n)
		}
	})
}
