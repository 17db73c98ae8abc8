package web

import (
	"fmt"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
)

// demoTown has one person of the demo and one who is none.
func demoTown(t *testing.T, d *db.DB, clock *dbtest.Clock, demo bool) (w *town, ana, other string) {
	w = newTown(t, d, clock, func(s *Server) { s.Demo = demo })
	a := identity.Person{Name: "Ana Ruiz", Email: "ana@vecinos.example", Level: identity.Resident, DemoRole: "neighbour"}
	o := identity.Person{Name: "Eva Luna", Email: "eva@vecinos.example", Level: identity.Resident}
	w.write(func(tx *db.Tx) error {
		if err := identity.Insert(tx, &a); err != nil {
			return err
		}
		return identity.Insert(tx, &o)
	})
	return w, fmt.Sprint(a.ID), fmt.Sprint(o.ID)
}

func TestDemoSignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, ana, other := demoTown(t, d, clock, true)
		for _, host := range []string{"localhost:8080", "127.0.0.1", "[::1]:8080"} {
			b := w.browser()
			b.host = host
			b.get("/login?return=/about").want(200, "Ana Ruiz", "Neighbour")
			b.post("/login/demo", "person", other).want(404)
			b.get("/login").post("/login/demo", "person", ana, "return", "/about").to("/about")
			b.follow().want(200, "Ana Ruiz", "/logout")
			b.post("/logout").to("/")
			b.follow().want(200, "You have signed out.")
		}
	})
}

// Whoever may be a stranger is not even told that the demo has people.
func TestDemoSignInRefused(t *testing.T) {
	for name, c := range map[string]struct {
		demo   bool
		host   string
		header string
	}{
		"not the demo":    {false, "localhost", ""},
		"another host":    {true, "town.example", ""},
		"host that looks": {true, "localhost.town.example", ""},
		"forwarded for":   {true, "localhost", "X-Forwarded-For"},
		"forwarded host":  {true, "localhost", "X-Forwarded-Host"},
		"forwarded":       {true, "localhost", "Forwarded"},
		"real address":    {true, "localhost", "X-Real-IP"},
		"via":             {true, "localhost", "Via"},
	} {
		t.Run(name, func(t *testing.T) {
			clock := dbtest.NewClock(dbtest.Start)
			w, ana, _ := demoTown(t, dbtest.Open(t, t.TempDir()+"/t.db", clock.Now), clock, c.demo)
			b := w.browser()
			b.host = c.host
			if c.header != "" {
				b.header[c.header] = "192.0.2.7"
			}
			b.get("/login").want(200)
			b.post("/login/demo", "person", ana)
			if b.code < 400 || b.cookies["sid"] != "" {
				t.Fatalf("answered %d, session %q", b.code, b.cookies["sid"])
			}
		})
	}
}
