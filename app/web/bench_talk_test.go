package web

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/thing"

	"github.com/valyala/fasthttp"
)

// longThread is how many comments the conversations of the benchmark have.
const longThread = 5000

// BenchmarkThread is what a page of a conversation of 5,000 comments costs that nobody has kept: its
// first page, in the usual order and in others, the middle of one branch that holds all of them, and
// the way to a comment in it. Beside the mean it reports the 95th percentile and the page's weight.
//
//	go test -run - -bench Thread -benchtime 200x ./app/web
func BenchmarkThread(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		clock := dbtest.NewClock(dbtest.Start)
		benchThread(b, dbtest.Open(b, b.TempDir()+"/t.db", clock.Now), clock)
	})
	b.Run("postgres", func(b *testing.B) {
		if os.Getenv("TEQUIO_TEST_PG") == "" {
			b.Skip("TEQUIO_TEST_PG is not set: no PostgreSQL to measure on")
		}
		clock := dbtest.NewClock(dbtest.Start)
		benchThread(b, dbtest.Open(b, dbtest.Postgres(b), clock.Now), clock)
	})
}

func benchThread(b *testing.B, d *db.DB, clock *dbtest.Clock) {
	w := newTown(b, d, clock)
	flat, _ := w.converse(1)
	bushy, _ := w.converse(20)
	deep, said := w.converse(longThread)
	middle, last := said[longThread/2], said[longThread-1]
	for _, c := range []struct {
		name, path string
		code       int
	}{
		{"page", bushy + "?x=%d", 200},
		{"flat", flat + "?x=%d", 200},
		{"replied", bushy + "?comments=replied&x=%d", 200},
		{"stance", flat + "?stance=against&x=%d", 200},
		{"branch", fmt.Sprintf("%s?branch=%d&from=%d&x=%%d", deep, said[0].ID, middle.ID), 200},
		{"link", fmt.Sprintf("/comments/%d?x=%%d", last.ID), 303},
	} {
		b.Run(c.name, func(b *testing.B) { w.serves(b, c.path, c.code) })
	}
}

// converse stores a proposal with longThread comments in branches of so many each, and returns its
// address and what was said, oldest first.
func (w *town) converse(branch int) (path string, said []talk.Comment) {
	w.Helper()
	w.write(func(tx *db.Tx) error {
		who := identity.Person{Name: fmt.Sprint("Vecina de ", branch), Level: identity.Reachable}
		if err := identity.Insert(tx, &who); err != nil {
			return err
		}
		p := proposal.Proposal{Body: "Hablemos."}
		p.Author, p.Title, p.Lang, p.State = who.ID, fmt.Sprint("Hablemos de ", branch), "es", thing.Published
		p.PublishedAt, p.ClosesAt = tx.Now, tx.Now.AddDate(1, 0, 0)
		if err := proposal.Insert(tx, &p); err != nil {
			return err
		}
		path, said = p.Path(), make([]talk.Comment, longThread)
		for i := range said {
			c := talk.Comment{Thing: p.ID, Author: who.ID, Body: "Hace falta.", HTML: "<p>Hace falta, y lo digo con las palabras que tiene un comentario cualquiera de un vecino.</p>"}
			if i%branch == 0 {
				c.Stance = talk.Stances[i%len(talk.Stances)]
			} else {
				c.Parent = said[i-i%branch].ID
			}
			if err := talk.InsertComment(tx, &c); err != nil {
				return err
			}
			if err := talk.CountReactions(tx, c.ID, int64(i*7%31), int64(i*3%11)); err != nil {
				return err
			}
			said[i] = c
		}
		return nil
	})
	return path, said
}

// serves asks for a page b.N times, each time by another address, so that none is kept.
func (w *town) serves(b *testing.B, path string, code int) {
	handler := w.app.Handler()
	var ctx fasthttp.RequestCtx
	var took []time.Duration
	for b.Loop() {
		ctx.Request.Reset()
		ctx.Response.Reset()
		ctx.Request.SetRequestURI("http://localhost" + fmt.Sprintf(path, len(took)))
		begun := time.Now()
		handler(&ctx)
		took = append(took, time.Since(begun))
		if ctx.Response.StatusCode() != code {
			b.Fatalf("%s answers %d", path, ctx.Response.StatusCode())
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms-p95")
	b.ReportMetric(float64(len(ctx.Response.Body()))/1000, "kB")
}
