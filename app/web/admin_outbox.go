package web

import (
	"fmt"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/mail"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/thing"
)

const deskOutbox = "/admin/outbox"

type outboxView struct {
	Desk        []deskItem
	Off         bool // no server is configured
	Failed      int64
	Said        string // the server's words on the latest message that is not through
	All         []mailRow
	First, Next string
}

type mailRow struct {
	ID                  int64
	When                string
	At                  time.Time
	To, Subject, Answer string
	State               Tag
	Meta                string // when the next try is
	Tries               int64
	Text                string // "" when nobody may read it
	Retry               bool
}

var outboxTmpl = page.New[outboxView]("admin/outbox")

// outboxPage is how many messages a page shows.
const outboxPage = 50

var mailClasses = map[mail.State]string{mail.Queued: "tag-info", mail.Sent: "tag-ok", mail.Failed: "tag-bad"}

func (s *Server) outbox(v *Visit) error {
	before := thing.ParseCursor(v.Query("after")).Key
	m := outboxView{Desk: v.desk(deskOutbox), Off: !s.MailReady()}
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		q, err := mail.Look(tx)
		if err != nil {
			return err
		}
		m.Failed, m.Said, m.All, m.Next = q.Failed, q.Answer, nil, ""
		items, err := mail.Outbox(tx, before, outboxPage+1)
		if len(items) > outboxPage {
			items = items[:outboxPage]
			m.Next = deskOutbox + "?after=" + thing.Cursor{Key: items[outboxPage-1].ID, ID: 1}.String()
		}
		for _, i := range items {
			m.All = append(m.All, v.mailRow(i))
		}
		return err
	})
	if err != nil {
		return err
	}
	if before != 0 {
		m.First = deskOutbox
	}
	return render(v, outboxTmpl, Head{Title: v.T("admin.nav.outbox"), Admin: true, Private: true}, m)
}

func (v *Visit) mailRow(i mail.Item) mailRow {
	r := mailRow{ID: i.ID, At: i.CreatedAt, When: v.moment(i.CreatedAt), To: masked(i.To), Subject: i.Subject, Answer: i.Answer, Tries: i.Tries, Text: i.Text,
		State: Tag{v.T("admin.outbox." + string(i.State)), mailClasses[i.State]}, Retry: i.State == mail.Failed && i.Text != ""}
	if i.State == mail.Queued && i.NextAt.After(v.Now) {
		r.Meta = v.T("admin.outbox.next", "when", v.moment(i.NextAt))
	}
	return r
}

// masked shows enough of an address to recognise it: a…@example.org.
func masked(address string) string {
	name, host, ok := strings.Cut(address, "@")
	if !ok || name == "" {
		return "…"
	}
	return initial(name) + "…@" + host
}

func (s *Server) retryMail(v *Visit) error {
	id := v.ID("id")
	err := s.DB.Write(v.ctx, func(tx *db.Tx) error {
		if err := policy.Allow(v.Actor, policy.Operate, noThing, tx.Now); err != nil {
			return err
		}
		if err := mail.Retry(tx, id); err != nil {
			return err
		}
		return thing.Record(tx, v.Actor.ID, "mail.retry", 0, fmt.Sprint(id))
	})
	if err != nil {
		return err
	}
	v.Flash("admin.outbox.retried")
	return v.Redirect(deskOutbox)
}
