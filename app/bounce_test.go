package app

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/mail"
)

// A mail provider reports with a token of its own; what is malformed or has no token changes nothing.
func TestBounceReport(t *testing.T) {
	g := newGuarded(t, "")
	g.find()
	tokens := g.enrol(2)
	report := func(token, body string) int {
		r := httptest.NewRequest("POST", "/mail/bounce", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		res, err := g.fiber.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	const good = `{"address": "neighbour@guardia.example", "kind": "permanent", "diagnostic": "550 5.1.1 no such mailbox"}`
	if code := report("", good); code != 404 {
		t.Errorf("without a token configured: %d", code)
	}
	g.Server.BounceToken = "s3cret"
	for _, c := range []struct {
		token, body string
		want        int
	}{{"", good, 404}, {"other", good, 404}, {"s3cret", `{"address": "neighbour"}`, 422}, {"s3cret", `[`, 422}, {"s3cret", strings.Repeat(" ", 20<<10) + good, 413},
		{"s3cret", `{"address": "neighbour@guardia.example", "kind": "transient"}`, 204}} {
		if code := report(c.token, c.body); code != c.want {
			t.Errorf("%q with %.40s: %d, not %d", c.token, c.body, code, c.want)
		}
	}
	if _, _, page := g.asOf(tokens["neighbour"][0], "GET", "/me/notices/settings"); strings.Contains(page, "came back") {
		t.Error("a transient bounce stops mail")
	}
	if code := report("s3cret", good); code != 204 {
		t.Fatalf("a bounce: %d", code)
	}
	if _, _, page := g.asOf(tokens["neighbour"][1], "GET", "/agencies"); !strings.Contains(page, "E-mails to n…@guardia.example came back") {
		t.Error("its owner is not told on the site")
	}
	if _, _, page := g.asOf("", "GET", "/agencies"); strings.Contains(page, "came back") {
		t.Error("others are told")
	}
	var out strings.Builder
	if err := bounceMail(context.Background(), g.App, []string{"author@guardia.example", "permanent", ""}, nil, &out); err != nil || !strings.Contains(out.String(), "author@guardia.example") {
		t.Errorf("from the shell: %q, %v", out.String(), err)
	}
	if err := bounceMail(context.Background(), g.App, []string{"author", "permanent", ""}, nil, &out); err == nil {
		t.Error("the shell takes what is no address")
	}
	err := g.DB.Read(context.Background(), func(tx *db.Tx) error {
		for _, address := range []string{"author@guardia.example", "neighbour@guardia.example"} {
			if stopped, err := mail.Stopped(tx, address); err != nil || !stopped {
				t.Errorf("%s: stopped %v, %v", address, stopped, err)
			}
		}
		n, err := db.One(tx, db.Value[int], `SELECT count(*) FROM event WHERE verb = 'mail.bounce'`)
		if n != 2 {
			t.Errorf("%d events of two bounces", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNewsletterDesk writes a newsletter, sees exactly who gets it, sends it, and reads it in the archive.
func TestNewsletterDesk(t *testing.T) {
	browser(t)
	w := newTown(t)
	v := w.visit(t, 1280, false)
	v.open("/?lang=es")
	v.signIn(focalPoint)
	var agency string
	var slug string
	err := w.DB.Write(context.Background(), func(tx *db.Tx) error {
		type row struct {
			id          int64
			title, slug string
		}
		one, err := db.One(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.id, &v.title, &v.slug); return },
			`SELECT t.id, t.title, t.slug FROM role r JOIN thing t ON t.id = r.agency_id JOIN person p ON p.id = r.person_id WHERE p.name LIKE $1 AND r.role = $2 ORDER BY t.id LIMIT 1`, focalPoint+"%", identity.FocalPoint)
		if err != nil {
			return err
		}
		agency, slug = one.title, one.slug
		_, err = tx.Exec(`INSERT INTO follow (person_id, thing_id, at) SELECT id, $1, 1 FROM person WHERE email IN ('lupita-hernandez@vecinos.example', 'hector-pinacho@vecinos.example')`, one.id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	v.open("/agencies/" + slug)
	v.click("Seguir")
	v.sees(agency)
	v.open("/admin/newsletters")
	v.click("Escribir un boletín")
	v.shot("new")
	v.choose("En nombre de", agency)
	v.click("Guardar y revisar")
	v.sees("Escribe el boletín en un idioma al menos")
	v.fill("Asunto", "Sembramos cuarenta árboles")
	v.fill("Texto", "Este sábado sembramos **cuarenta árboles** en la plaza.")
	v.click("Guardar y revisar")
	v.sees("Revisa quién lo recibe", "Lo reciben", "Sembramos cuarenta árboles")
	v.shot("review")
	v.click("Lo reciben")
	v.sees("Guadalupe", "Héctor Pinacho", "Para quienes siguen a")
	if strings.Contains(v.text(), "@vecinos.example") {
		t.Error("the preview shows addresses")
	}
	v.shot("recipients")
	v.open("/admin/newsletters")
	v.click("Sembramos cuarenta árboles")
	v.click("Enviar")
	v.sees("sale a su hora")
	w.settle(t)
	v.open("/news")
	v.click("Sembramos cuarenta árboles")
	v.sees("cuarenta árboles", agency)
	v.shot("archive")
	v.open("/admin/newsletters")
	v.sees("Enviado")
	v.shot("list")
	v.stayedHome()
}
