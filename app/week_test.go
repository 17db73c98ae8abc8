package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	netmail "net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/mail"
	"tequio/app/thing"

	"github.com/chromedp/chromedp"
	"github.com/emersion/go-smtp"
)

// A postOffice is a real SMTP server on loopback, which takes what comes or refuses it.
type postOffice struct {
	mu      sync.Mutex
	letters []posted
	refuse  error // its answer to RCPT
	port    int
}

// posted is a mail that the office took, read back.
type posted struct {
	To, Subject, Text, HTML string
	Head                    netmail.Header
}

func newPostOffice(t *testing.T) *postOffice {
	t.Helper()
	o := &postOffice{}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &postman{o}, nil }))
	server.Domain = "localhost"
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.port = ln.Addr().(*net.TCPAddr).Port
	go server.Serve(ln)
	t.Cleanup(func() { server.Close() })
	return o
}

type postman struct{ o *postOffice }

func (*postman) Reset()                               {}
func (*postman) Logout() error                        { return nil }
func (*postman) Mail(string, *smtp.MailOptions) error { return nil }
func (p *postman) Rcpt(string, *smtp.RcptOptions) error {
	p.o.mu.Lock()
	defer p.o.mu.Unlock()
	return p.o.refuse
}
func (p *postman) Data(r io.Reader) error {
	m, err := readBack(r)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: err.Error()}
	}
	p.o.mu.Lock()
	defer p.o.mu.Unlock()
	p.o.letters = append(p.o.letters, m)
	return nil
}

// answers sets what the office says to recipients; nil: it takes them.
func (o *postOffice) answers(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuse = err
}

// to are the mails to an address, oldest first.
func (o *postOffice) to(address string) (all []posted) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.letters {
		if m.To == address {
			all = append(all, m)
		}
	}
	return all
}

// readBack reads a mail as a mail program does: its head, its plain text and its HTML.
func readBack(r io.Reader) (m posted, err error) {
	raw, err := netmail.ReadMessage(r)
	if err != nil {
		return m, err
	}
	m.Head = raw.Header
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(raw.Header.Get("Subject")); err != nil {
		return m, err
	}
	to, err := raw.Header.AddressList("To")
	if err != nil {
		return m, err
	}
	m.To = to[0].Address
	_, params, err := mime.ParseMediaType(raw.Header.Get("Content-Type"))
	if err != nil {
		return m, err
	}
	parts := multipart.NewReader(raw.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		var body io.Reader = part
		switch part.Header.Get("Content-Transfer-Encoding") {
		case "quoted-printable":
			body = quotedprintable.NewReader(part)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, part)
		}
		b, err := io.ReadAll(body)
		if err != nil {
			return m, err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			m.HTML = string(b)
		} else {
			m.Text = string(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")))
		}
	}
}

// until moves the clock to the next time that it is so late on a day of the town's week.
func (w *town) until(t *testing.T, day time.Weekday, hour, minute int) {
	t.Helper()
	now := w.now().In(w.Server.Instance.Current().Location())
	for days := range 8 {
		at := time.Date(now.Year(), now.Month(), now.Day()+days, hour, minute, 0, 0, now.Location())
		if at.After(now) && at.Weekday() == day {
			w.advance(t, at.Sub(now))
			w.deliver(t)
			return
		}
	}
	t.Fatal("no such day in a week")
}

// deliver hands over what lies in the outbox.
func (w *town) deliver(t *testing.T) {
	t.Helper()
	for n := 1; n > 0; {
		var err error
		if n, err = w.Mail.Deliver(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// news records that proposals reached their threshold, and lets the jobs and the mail run.
func (w *town) news(t *testing.T, of ...thing.Thing) {
	t.Helper()
	for _, one := range of {
		if err := w.DB.Write(context.Background(), func(tx *db.Tx) error { return thing.Record(tx, 0, "proposal.threshold", one.ID, "") }); err != nil {
			t.Fatal(err)
		}
	}
	w.settle(t)
	w.deliver(t)
}

// followable are n proposals that nobody has anything to do with but their authors.
func (w *town) followable(t *testing.T, n int) (all []thing.Thing) {
	t.Helper()
	err := w.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		all, _, err = thing.Things(tx, thing.Query{Kind: "proposal", Now: tx.Now, Sort: thing.Newest, Limit: n, Phase: "open"})
		return err
	})
	if err != nil || len(all) < n {
		t.Fatalf("%d proposals, %v", len(all), err)
	}
	return all
}

const reader = "lupita-hernandez@vecinos.example"

// TestWeekOfNotifications follows four proposals, each at another pace, through a week.
func TestWeekOfNotifications(t *testing.T) {
	browser(t)
	for name, scripts := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) {
			o := newPostOffice(t)
			w := newTown(t, func(set *Options) {
				set.SMTP = mail.Settings{Host: "127.0.0.1", Port: o.port, From: "Pueblo <participa@pueblo.example>", Security: mail.None}
			})
			w.until(t, time.Monday, 12, 0)
			v := w.visit(t, 390, scripts)
			v.open("/?lang=es")
			v.signIn("Guadalupe Hernández")
			things := w.followable(t, 4)
			v.setsPaces(things)
			at, daily, weekly, never := things[0], things[1], things[2], things[3]
			arrived := func(want int, what string) []posted {
				t.Helper()
				got := o.to(reader)
				if len(got) != want {
					t.Fatalf("%s: %d mails, not %d: %+v", what, len(got), want, got)
				}
				return got
			}
			w.news(t, at, daily, weekly, never)
			letter := arrived(1, "at once")[0]
			if !strings.Contains(letter.Text, at.Title) || letter.Head.Get("Precedence") != "" {
				t.Errorf("%+v", letter)
			}
			v.open("/me/notices")
			v.sees("4 avisos sin leer", daily.Title, never.Title)
			v.shot("notices")
			w.until(t, time.Monday, 23, 0)
			w.news(t, at)
			arrived(1, "at night")
			w.until(t, time.Tuesday, 7, 1)
			arrived(2, "after the night")
			w.until(t, time.Tuesday, 8, 1)
			v.readsSummary(arrived(3, "daily")[2], daily, at, weekly, never)
			w.until(t, time.Sunday, 23, 0)
			arrived(3, "nothing new")
			w.until(t, time.Monday, 8, 1)
			v.readsSummary(arrived(4, "weekly")[3], weekly, at, daily, never)

			v.stopsWithOneClick(letter)
			w.news(t, at)
			arrived(4, "stopped")

			w.news(t, daily)
			o.answers(&smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"})
			w.until(t, time.Tuesday, 8, 1)
			o.answers(nil)
			arrived(4, "bounced")
			w.news(t, daily)
			w.until(t, time.Wednesday, 8, 1)
			arrived(4, "stopped by the bounce")
			v.confirmsAgain(o)
			w.news(t, daily)
			w.until(t, time.Thursday, 8, 1)
			arrived(6, "the code, and news again")
			v.stayedHome()
		})
	}
}

// setsPaces follows four things and chooses how often each is mailed: at once, daily, weekly, never.
func (v *visitor) setsPaces(things []thing.Thing) {
	v.t.Helper()
	for _, one := range things {
		v.open(one.Path())
		v.click("Seguir")
		v.sees("Lo sigues")
	}
	v.open("/me/notices")
	v.click("Cómo te avisamos")
	v.choose("Novedades de lo que sigues", "Nunca por correo")
	v.choose("Lo tuyo", "Nunca por correo")
	v.choose("Día del resumen semanal", "Lunes")
	for i, pace := range []string{"Al momento", "Cada día", "Cada semana", "Nunca por correo"} {
		v.choose("Correos de: "+things[i].Title, pace)
	}
	v.shot("settings")
	v.click("Guardar")
	v.sees("Guardamos cómo quieres que te avisemos")
}

var mailLinks = regexp.MustCompile(`https?://\S+`)

// readsSummary reads a summary in both its forms, and follows its links.
func (v *visitor) readsSummary(m posted, of thing.Thing, others ...thing.Thing) {
	v.t.Helper()
	for form, body := range map[string]string{"text": m.Text, "HTML": m.HTML} {
		if !strings.Contains(body, of.Title) || !strings.Contains(body, v.town.address+of.Path()) {
			v.t.Errorf("the summary's %s does not tell of %q:\n%s", form, of.Title, body)
		}
		for _, other := range others {
			if strings.Contains(body, other.Title) {
				v.t.Errorf("the summary's %s tells of %q", form, other.Title)
			}
		}
	}
	for name, want := range map[string]string{"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated", "List-Id": "<digest.localhost>",
		"List-Unsubscribe": "<" + v.town.address + "/stop/", "Message-Id": "@pueblo.example>"} {
		if !strings.Contains(m.Head.Get(name), want) {
			v.t.Errorf("%s: %q, not %q", name, m.Head.Get(name), want)
		}
	}
	v.do("read the mail", chromedp.Navigate("data:text/html;charset=utf-8;base64,"+base64.StdEncoding.EncodeToString([]byte(m.HTML))))
	v.shot("mail-" + of.Slug)
	v.sees(of.Title, "Dejar de recibir resúmenes")
	links := mailLinks.FindAllString(m.Text, -1)
	if len(links) < 4 {
		v.t.Fatalf("only %d links: %v", len(links), links)
	}
	for _, link := range links {
		v.open(strings.TrimPrefix(link, v.town.address))
		if title := look[string](v, `document.title`); strings.Contains(title, "No encontramos") || strings.Contains(title, "Error") {
			v.t.Errorf("%s leads to %q", link, title)
		}
	}
}

// stopsWithOneClick looks at the page of a mail's link, as scanners do, and then stops the mail as a
// mail program does: without session, cookie or form.
func (v *visitor) stopsWithOneClick(m posted) {
	v.t.Helper()
	link := strings.Trim(m.Head.Get("List-Unsubscribe"), "<>")
	v.open(strings.TrimPrefix(link, v.town.address))
	v.sees("Dejaremos de enviarte correos sobre", "Dejar de recibirlos")
	v.shot("stop")
	res, err := http.Post(link, "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		v.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		v.t.Errorf("one click: %s", res.Status)
	}
	v.click("Dejar de recibirlos") // twice is once, and by hand it works too
	v.sees("ya no los recibirás")
	v.shot("stopped")
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// confirmsAgain sees on every page that mail came back, and confirms the address by a code.
func (v *visitor) confirmsAgain(o *postOffice) {
	v.t.Helper()
	v.open("/proposals")
	v.sees("regresaron", "l…@vecinos.example")
	v.shot("banner")
	v.click("Confirmar mi correo")
	v.click("Enviarme un código")
	v.town.deliver(v.t)
	all := o.to(reader)
	v.fill("Código", sixDigits.FindString(all[len(all)-1].Text))
	v.click("Usar esta dirección")
	v.open("/proposals")
	if strings.Contains(v.text(), "regresaron") {
		v.t.Error("the address was confirmed and still counts as stopped")
	}
}
