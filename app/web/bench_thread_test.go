package web

import (
	"fmt"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/thing"

	"github.com/valyala/fasthttp"
)

// threadSize is how many comments the conversations of the benchmarks have.
const threadSize = 5000

// longThread writes threadSize comments of p's on a proposal: in branches of eight replies, or all
// below the first. It returns the address of the page, of the one branch alone where there is one.
func (w *town) longThread(p identity.ID, oneBranch bool) (path string) {
	in := proposal.Proposal{Threshold: 100, AnswerDays: 30, Body: "Porque sí.", HTML: "<p>Porque sí.</p>"}
	in.Thing = thing.Thing{Author: p, Title: fmt.Sprint("Una ciclovía segura ", oneBranch), Lang: "es", State: thing.Published, PublishedAt: w.clock.Now()}
	body := strings.Repeat("Lo que se dice en una conversación larga, con sus razones. ", 4)
	w.write(func(tx *db.Tx) error {
		if err := proposal.Insert(tx, &in); err != nil {
			return err
		}
		var root int64
		for i := range threadSize {
			c := talk.Comment{Thing: in.ID, Author: p, Body: body, HTML: "<p>" + body + "</p>", Stance: talk.Stances[i%3]}
			if i > 0 && (oneBranch || i%9 > 0) {
				c.Parent = root
			}
			if err := talk.InsertComment(tx, &c); err != nil {
				return err
			}
			if c.Parent == 0 {
				root = c.ID
			}
		}
		if path = in.Path() + "?"; oneBranch {
			path = branchPath(in.Path(), root, 0) + "&"
		}
		return nil
	})
	return path
}

// BenchmarkThread is what a page of a conversation of five thousand costs, without the network, where no
// kept page can be used: signed in and signed out, and one branch of five thousand opened alone.
func BenchmarkThread(b *testing.B) {
	clock := dbtest.NewClock(dbtest.Start)
	w := newTown(b, dbtest.Open(b, b.TempDir()+"/t.db", clock.Now), clock)
	_, author := w.neighbour("Ana Ruiz", 3)
	_, reader := w.neighbour("Luis Paz", 3)
	thread, branch := w.longThread(author, false), w.longThread(author, true)
	token := w.signedIn(reader, false).cookies["sid"]
	for _, c := range []struct{ name, path, token string }{
		{"SignedIn", thread, token}, {"SignedOut", thread, ""}, {"Branch", branch, token},
	} {
		b.Run(c.name, func(b *testing.B) {
			handler := w.app.Handler()
			var ctx fasthttp.RequestCtx
			if c.token != "" {
				ctx.Request.Header.SetCookie("sid", c.token)
			}
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				ctx.Request.SetRequestURI(fmt.Sprintf("http://localhost%sx=%d", c.path, n))
				ctx.Response.Reset()
				handler(&ctx)
				if ctx.Response.StatusCode() != 200 || !strings.Contains(string(ctx.Response.Body()), "conversación larga") {
					b.Fatal(ctx.Response.StatusCode())
				}
			}
		})
	}
}
