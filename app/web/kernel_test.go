package web

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/thing"
)

func FuzzLocal(f *testing.F) {
	for _, s := range []string{"/", "//evil.example", "/\\evil.example", "https://evil.example", "/votes/a?b=c#d", "javascript:alert(1)", "/a\r\nSet-Cookie: b=c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, to string) {
		got := local(to)
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n") {
			t.Errorf("%q leads to %q", to, got)
		}
	})
}

func TestLimitsRefill(t *testing.T) {
	clock := dbtest.NewClock(dbtest.Start)
	l := newLimiter(clock.Now)
	c := class{"test", 3, time.Minute}
	for i := range 3 {
		if l.take(c, "a") != 0 {
			t.Errorf("refused at %d", i)
		}
	}
	if wait := l.take(c, "a"); wait != 20*time.Second {
		t.Errorf("wait %v", wait)
	}
	if l.take(c, "b") != 0 {
		t.Error("another sender pays for the first")
	}
	clock.Advance(-time.Hour) // a clock that goes back refills nothing
	if l.take(c, "a") == 0 {
		t.Error("refilled by a clock that went back")
	}
	clock.Advance(time.Hour + 20*time.Second)
	if l.take(c, "a") != 0 || l.take(c, "a") == 0 {
		t.Error("refilled by something else than one in twenty seconds")
	}
}

func TestKeptPagesDieWithWhatTheyShow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		p := thing.Thing{Kind: "vote", Title: "Primera", Lang: "es", State: thing.Published, PublishedAt: clock.Now(), OpensAt: clock.Now().Add(time.Hour), ClosesAt: clock.Now().Add(30 * 24 * time.Hour)}
		w.write(func(tx *db.Tx) error {
			if err := thing.Create(tx, &p); err != nil {
				return err
			}
			return thing.Record(tx, 0, "vote.publish", p.ID, "")
		})
		read := func() string {
			b := w.browser()
			b.get("/")
			return b.body
		}
		first := read()
		if strings.Contains(first, `<a class="card-link" href="/votes/primera"`) {
			t.Fatal("shown as open before it opens")
		}
		if read() != first || len(w.s.cache.entries) == 0 {
			t.Error("not kept")
		}
		clock.Advance(time.Hour)
		if opened := read(); !strings.Contains(opened, `<a class="card-link" href="/votes/primera"`) {
			t.Error("the page outlives the instant at which the vote opens")
		}
		w.write(func(tx *db.Tx) error {
			p.Title = "Segunda"
			if err := thing.Save(tx, &p); err != nil {
				return err
			}
			return thing.Record(tx, 0, "vote.change", p.ID, "")
		})
		if !strings.Contains(read(), "Segunda") {
			t.Error("the page outlives an event that touches it")
		}
	})
}

// Another process over the same database learns of an event and lets its own pages go.
func TestProcessesFollowEachOther(t *testing.T) {
	address := dbtest.Postgres(t)
	clock := dbtest.NewClock(dbtest.Start)
	one, two := newTown(t, dbtest.Open(t, address, clock.Now), clock), newTown(t, dbtest.Open(t, address, clock.Now), clock)
	b := two.browser()
	b.get("/agencies")
	one.write(func(tx *db.Tx) error {
		p := thing.Thing{Kind: "agency", Title: "Obras", Lang: "es", State: thing.Published, PublishedAt: tx.Now}
		if err := thing.Create(tx, &p); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO agency (id, short, about, contact, email) VALUES ($1, '', '', '', '')`, p.ID); err != nil {
			return err
		}
		return thing.Record(tx, 0, "agency.create", p.ID, "")
	})
	if err := two.s.follow(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.get("/agencies")
	if !strings.Contains(b.body, "Obras") {
		t.Error("the other process still shows the page as it was")
	}
}

func TestForwardedAddressesCountFromTrustedProxiesAlone(t *testing.T) {
	s := &Server{Config: Config{TrustedProxies: []string{"10.0.0.0/8", "127.0.0.1"}}}
	for a, want := range map[string]bool{"10.2.3.4": true, "127.0.0.1": true, "192.168.0.1": false, "::1": false} {
		if s.trusted(netip.MustParseAddr(a)) != want {
			t.Errorf("%s trusted: %v", a, !want)
		}
	}
}
