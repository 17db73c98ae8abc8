package web

import (
	"fmt"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/thing"

	"github.com/valyala/fasthttp"
)

// BenchmarkKeptPage is what a signed-out page costs once it is kept, without the network.
func BenchmarkKeptPage(b *testing.B) {
	clock := dbtest.NewClock(dbtest.Start)
	d := dbtest.Open(b, b.TempDir()+"/t.db", clock.Now)
	w := newTown(b, d, clock)
	w.write(func(tx *db.Tx) error {
		for i := range 50 {
			p := thing.Thing{Kind: "agency", Title: fmt.Sprint("Dependencia ", i), Summary: "Lo que hace esta dependencia, en una o dos oraciones.", Lang: "es", State: thing.Published, PublishedAt: tx.Now}
			if err := thing.Create(tx, &p); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO agency (id, short, about, contact, email) VALUES ($1, '', '', '', '')`, p.ID); err != nil {
				return err
			}
		}
		return nil
	})
	handler := w.app.Handler()
	var ctx fasthttp.RequestCtx
	ctx.Request.SetRequestURI("http://localhost/agencies")
	handler(&ctx)
	b.SetBytes(int64(len(ctx.Response.Body())))
	b.ReportAllocs()
	for b.Loop() {
		ctx.Response.Reset()
		handler(&ctx)
	}
	if ctx.Response.StatusCode() != 200 {
		b.Fatal(ctx.Response.StatusCode())
	}
}
