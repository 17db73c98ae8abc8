package mail

import (
	"context"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"

	"github.com/emersion/go-smtp"
)

func TestParseBounce(t *testing.T) {
	for report, want := range map[string]Bounce{
		`{"address": " Ana@Pueblo.example ", "kind": "permanent", "diagnostic": "550 5.1.1 no such user", "id": 7}`: {"ana@pueblo.example", Permanent, "550 5.1.1 no such user"},
		`{"address": "ana@pueblo.example", "kind": "transient"}`:                                                    {"ana@pueblo.example", Transient, ""},
	} {
		if got, err := ParseBounce([]byte(report)); err != nil || got != want {
			t.Errorf("%s: %+v, %v", report, got, err)
		}
	}
	for _, report := range []string{``, `null`, `[]`, `{}`, `{"address": "ana@pueblo.example"}`, `{"address": "ana", "kind": "permanent"}`,
		`{"address": "ana@pueblo.example", "kind": "soft"}`, `{"address": "Ana <ana@pueblo.example>", "kind": "permanent"}`,
		`{"address": "ana@pueblo.example\r\nBcc: b@c.example", "kind": "permanent"}`, `{"address": 5, "kind": "permanent"}`, `{"address": "ana@pueblo.example", "kind": "permanent"} x`} {
		if got, err := ParseBounce([]byte(report)); err == nil {
			t.Errorf("%s was taken as %+v", report, got)
		}
	}
}

// What is taken is an address alone, in the form in which addresses are kept.
func FuzzParseBounce(f *testing.F) {
	f.Add([]byte(`{"address": "ana@pueblo.example", "kind": "permanent", "diagnostic": "550"}`))
	f.Add([]byte(`{"address": "\"a b\"@pueblo.example", "kind": "transient"}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, report []byte) {
		b, err := ParseBounce(report)
		if err != nil {
			return
		}
		again, err := NewBounce(b.Address, b.Kind, b.Diagnostic)
		if err != nil || again != b || !plain(b.Address) || len([]rune(b.Diagnostic)) > answer {
			t.Errorf("%q reads as %+v, which reads as %+v (%v)", report, b, again, err)
		}
	})
}

// What the server's refusals say of an address.
func TestReturned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for _, c := range []struct {
			answer  *smtp.SMTPError
			stopped bool
		}{
			{&smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "later"}, false},
			{&smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "relaying denied"}, false},
			{&smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "message not liked"}, false},
			{&smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such person"}, true},
		} {
			o := newOffice(t)
			w := NewWorker(d, o.settings())
			told := 0
			w.Bounced = func(*db.Tx, Bounce) error { told++; return nil }
			o.answers(c.answer)
			m := hello
			m.Key = c.answer.Message
			queue(t, d, m)
			deliver(t, w, 1)
			var stopped bool
			if err := d.Read(context.Background(), func(tx *db.Tx) (err error) { stopped, err = Stopped(tx, m.To); return err }); err != nil {
				t.Fatal(err)
			}
			if stopped != c.stopped || told > 0 != c.stopped {
				t.Errorf("%v: stopped %v, told %d times", c.answer, stopped, told)
			}
		}
	})
}

// A stopped address gets codes and nothing else, until somebody reads its mail again.
func TestStoppedAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		write := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(context.Background(), fn); err != nil {
				t.Fatal(err)
			}
		}
		queue(t, d, hello)
		for _, want := range []bool{true, false} { // the first stops it, a second is only noted
			write(func(tx *db.Tx) error {
				first, err := CameBack(tx, Bounce{hello.To, Permanent, "550"})
				if first != want {
					t.Errorf("first %v, not %v", first, want)
				}
				return err
			})
		}
		if i := outbox(t, d)[0]; i.State != Failed {
			t.Errorf("what waited is %s", i.State)
		}
		more, code := hello, hello
		more.Key, code.Key, code.Secret = "more", "code", true
		queue(t, d, more)
		queue(t, d, code)
		write(func(tx *db.Tx) error {
			n, err := SendAll(tx, []Message{more, {To: "eva@pueblo.example", Key: "eva", Subject: "a", Text: "a"}})
			if n != 1 {
				t.Errorf("%d of two were taken", n)
			}
			return err
		})
		if i := outbox(t, d); len(i) != 3 {
			t.Errorf("%d messages: %+v", len(i), i)
		}
		write(func(tx *db.Tx) error { _, err := Reached(tx, hello.To); return err })
		queue(t, d, more)
		if i := outbox(t, d); len(i) != 4 {
			t.Errorf("%d messages once the address is read again", len(i))
		}
		write(func(tx *db.Tx) error {
			_, err := CameBack(tx, Bounce{"eva@pueblo.example", Transient, "451"})
			return err
		})
		clock.Advance(time.Hour)
		write(func(tx *db.Tx) error {
			if n, err := EraseBounces(tx, tx.Now); n != 1 || err != nil {
				t.Errorf("%d bounces forgotten, %v", n, err)
			}
			return nil
		})
	})
}
