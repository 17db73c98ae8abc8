package web

import (
	"context"
	"net/netip"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/instance"
	"tequio/app/moderation"
)

// Many accounts of one network block together have ten times what one has, and a hundred times where
// the instance trusts the block.
func TestBlocksShareALimit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ctx := context.Background()
		screen, err := moderation.NewScreen(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		s := &Server{Screen: screen}
		v := &Visit{s: s, network: netip.MustParseAddr("203.0.113.9")}
		near := &Visit{s: s, network: netip.MustParseAddr("203.0.113.200")}
		far := &Visit{s: s, network: netip.MustParseAddr("203.0.114.9")}
		l := newLimiter(clock.Now)
		take := func(v *Visit) bool { return l.take(v.ofBlock(writing), v.Network()) == 0 }
		for i := range neighbours * int(writing.burst) {
			if !take(v) {
				t.Fatalf("refused at %d", i)
			}
		}
		if take(near) || !take(far) {
			t.Error("neighbours do not share, or strangers do")
		}
		if !trusted(ctx, d, "203.0.113.0/24", screen) {
			t.Fatal("the block is not trusted")
		}
		if v.ofBlock(writing).burst != townsfolk*writing.burst || far.ofBlock(writing).burst != neighbours*writing.burst {
			t.Error("trust does not widen what a block may, or widens it elsewhere")
		}
	})
}

// trusted writes the rules as another process would, and has them read again.
func trusted(ctx context.Context, d *db.DB, block string, s *moderation.Screen) bool {
	err := d.Write(ctx, func(tx *db.Tx) error { return instance.Keep(tx, "screening", `{"trusted":["`+block+`"]}`) })
	return err == nil && s.Reload(ctx) == nil && s.Current().Trusts(block)
}
