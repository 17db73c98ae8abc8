package mail

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/i18n"
	"tequio/data"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// office is a real SMTP server on loopback that answers as told.
type office struct {
	mu      sync.Mutex
	letters []string // what it took
	say     error    // its answer to RCPT
	user    string   // who signed in
	address string
	server  *smtp.Server
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{}
	o.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &visit{o: o}, nil }))
	o.server.Domain, o.server.AllowInsecureAuth = "localhost", true
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.address = ln.Addr().String()
	go o.server.Serve(ln)
	t.Cleanup(func() { o.server.Close() })
	return o
}

func (o *office) answers(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.say = err
}

func (o *office) took() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.letters
}

func (o *office) settings() Settings {
	tcp, _ := net.ResolveTCPAddr("tcp", o.address)
	return Settings{Host: "127.0.0.1", Port: tcp.Port, From: "Pueblo <participa@pueblo.example>", Security: None}
}

type visit struct{ o *office }

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }
func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "s3cret" {
			return &smtp.SMTPError{Code: 535, Message: "wrong password"}
		}
		v.o.mu.Lock()
		defer v.o.mu.Unlock()
		v.o.user = user
		return nil
	}), nil
}
func (v *visit) Reset()                               {}
func (v *visit) Logout() error                        { return nil }
func (v *visit) Mail(string, *smtp.MailOptions) error { return nil }
func (v *visit) Rcpt(_ string, _ *smtp.RcptOptions) error {
	v.o.mu.Lock()
	defer v.o.mu.Unlock()
	return v.o.say
}
func (v *visit) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	v.o.mu.Lock()
	defer v.o.mu.Unlock()
	v.o.letters = append(v.o.letters, string(b))
	return err
}

// queue puts one mail into the outbox.
func queue(t *testing.T, d *db.DB, m Message) {
	t.Helper()
	if err := d.Write(context.Background(), func(tx *db.Tx) error { return Send(tx, m) }); err != nil {
		t.Fatal(err)
	}
}

func outbox(t *testing.T, d *db.DB) (items []Item) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) (err error) { items, err = Outbox(tx, 0, 50); return })
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func deliver(t *testing.T, w *Worker, want int) {
	t.Helper()
	if n, err := w.Deliver(context.Background()); err != nil || n != want {
		t.Fatalf("tried %d, %v; want %d", n, err, want)
	}
}

var hello = Message{To: "ana@pueblo.example", Key: "hello", Subject: "Aviso: votación", Text: "Hola\n", HTML: "<p>Hola</p>",
	Headers: map[string]string{"List-Unsubscribe": "<https://pueblo.example/stop>"}}

func TestDelivered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		o := newOffice(t)
		set := o.settings()
		set.User, set.Password = "town", "s3cret"
		w := NewWorker(d, set)
		queue(t, d, hello)
		queue(t, d, hello) // the same key is the same mail
		deliver(t, w, 1)
		deliver(t, w, 0)
		i := outbox(t, d)
		if len(i) != 1 || i[0].State != Sent || i[0].Text != "" || i[0].SentAt != dbtest.Start || i[0].Answer == "" {
			t.Fatalf("%+v", i)
		}
		letter := o.took()[0]
		for _, want := range []string{"To: <ana@pueblo.example>", "Auto-Submitted: auto-generated", "List-Unsubscribe: <https://pueblo.example/stop>",
			"@pueblo.example>", "multipart/alternative", "Subject: =?UTF-8?"} {
			if !strings.Contains(letter, want) {
				t.Errorf("no %q in\n%s", want, letter)
			}
		}
		if o.user != "town" {
			t.Errorf("signed in as %q", o.user)
		}
	})
}

func TestLaterThenDelivered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		o := newOffice(t)
		w := NewWorker(d, o.settings())
		o.answers(&smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted, come back"})
		queue(t, d, hello)
		deliver(t, w, 1)
		if i := outbox(t, d)[0]; i.State != Queued || i.Tries != 1 || !strings.Contains(i.Answer, "greylisted, come back") || i.NextAt != dbtest.Start.Add(time.Minute) {
			t.Fatalf("%+v", i)
		}
		deliver(t, w, 0)
		o.answers(nil)
		clock.Advance(time.Minute)
		deliver(t, w, 1)
		if i := outbox(t, d)[0]; i.State != Sent || i.Tries != 2 {
			t.Fatalf("%+v", i)
		}
	})
}

func TestRefusedForGood(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		o := newOffice(t)
		w := NewWorker(d, o.settings())
		o.answers(&smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such person"})
		queue(t, d, hello)
		deliver(t, w, 1)
		i := outbox(t, d)[0]
		if i.State != Failed || !strings.HasPrefix(i.Answer, "550") || !strings.Contains(i.Answer, "no such person") || strings.Contains(i.Answer, "affected") {
			t.Fatalf("%+v", i)
		}
		o.answers(nil)
		clock.Advance(time.Hour)
		deliver(t, w, 0)
		if err := d.Write(context.Background(), func(tx *db.Tx) error { return Retry(tx, i.ID) }); err != nil {
			t.Fatal(err)
		}
		deliver(t, w, 1)
		if i := outbox(t, d)[0]; i.State != Sent {
			t.Fatalf("%+v", i)
		}
	})
}

// A server that is down, or that refuses our password, keeps the mail waiting, up to two days.
func TestServerDown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		o := newOffice(t)
		set := o.settings()
		set.User, set.Password = "town", "wrong"
		w := NewWorker(d, set)
		queue(t, d, hello)
		deliver(t, w, 1)
		if i := outbox(t, d)[0]; i.State != Queued || !strings.Contains(i.Answer, "wrong password") {
			t.Fatalf("%+v", i)
		}
		o.server.Close()
		for range 20 {
			clock.Advance(4 * time.Hour)
			if n, err := w.Deliver(context.Background()); err != nil {
				t.Fatal(err)
			} else if n == 0 {
				break
			}
		}
		if i := outbox(t, d)[0]; i.State != Failed || !strings.Contains(i.Answer, "refused") {
			t.Fatalf("%+v", i)
		}
	})
}

func TestForgedHeaders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for _, m := range []Message{
			{To: "ana@pueblo.example\r\nBcc: all@pueblo.example", Subject: "a", Text: "a"},
			{To: "ana", Subject: "a", Text: "a"},
			{To: "Ana <ana@pueblo.example>", Subject: "a", Text: "a"},
			{To: "ana@pueblo.example", Subject: "a\r\nBcc: all@pueblo.example", Text: "a"},
			{To: "ana@pueblo.example", Subject: "a\nb", Text: "a"},
			{To: "ana@pueblo.example", Subject: "a", Text: "a", Headers: map[string]string{"X-A": "a\r\nBcc: b"}},
			{To: "ana@pueblo.example", Subject: "a", Text: "a", Headers: map[string]string{"X-A: b\r\nBcc": "b"}},
			{To: "ana@pueblo.example", Subject: "a"},
		} {
			if err := d.Write(context.Background(), func(tx *db.Tx) error { return Send(tx, m) }); err == nil {
				t.Errorf("%+v was taken", m)
			}
		}
	})
}

func TestNotSentWhenUndone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		undo := errors.New("undo")
		if err := d.Write(context.Background(), func(tx *db.Tx) error { return errors.Join(Send(tx, hello), undo) }); !errors.Is(err, undo) {
			t.Fatal(err)
		}
		if i := outbox(t, d); len(i) != 0 {
			t.Fatalf("%+v", i)
		}
	})
}

func TestCompose(t *testing.T) {
	words, err := i18n.Load(data.Locales())
	if err != nil {
		t.Fatal(err)
	}
	m, err := Compose(words.Language("en"), "code", []any{"site", "Pueblo <b>\r\nBcc: x", "code", "123456", "unsubscribe", "https://pueblo.example/stop"},
		"https://pueblo.example/login/link?t=a&b=\"")
	if err != nil {
		t.Fatal(err)
	}
	if m.Subject != "Your code to sign in to Pueblo <b> Bcc: x" {
		t.Errorf("subject %q", m.Subject)
	}
	for _, want := range []string{"    123456\n", "Sign in:\nhttps://pueblo.example/login/link?t=a&b=\"", "Stop getting these mails: https://pueblo.example/stop"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("no %q in\n%s", want, m.Text)
		}
	}
	if !strings.Contains(m.HTML, `<p class="code">123456</p>`) || strings.Contains(m.HTML, "<b>") {
		t.Errorf("HTML:\n%s", m.HTML)
	}
}

func TestSettings(t *testing.T) {
	for name, c := range map[string]struct {
		s  Settings
		ok bool
	}{
		"none at all":       {Settings{}, true},
		"usual":             {Settings{Host: "mail.example.org", From: "a@example.org"}, true},
		"open on loopback":  {Settings{Host: "127.0.0.1", From: "a@example.org", Security: None}, true},
		"open elsewhere":    {Settings{Host: "mail.example.org", From: "a@example.org", Security: None}, false},
		"unknown security":  {Settings{Host: "mail.example.org", From: "a@example.org", Security: "ssl"}, false},
		"no sender":         {Settings{Host: "mail.example.org"}, false},
		"password, no user": {Settings{Host: "mail.example.org", From: "a@example.org", Password: "x"}, false},
	} {
		if err := c.s.Check(); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
