package vote

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/data"
)

func TestChoicesOpenForTheirVoterAlone(t *testing.T) {
	k, other := NewChoicesKey(), NewChoicesKey()
	sealed, err := k.seal(7, 9, []byte("q0=a"))
	if err != nil {
		t.Fatal(err)
	}
	again, _ := k.seal(7, 9, []byte("q0=a"))
	if bytes.Equal(sealed, again) || bytes.Contains(sealed, []byte("q0=a")) {
		t.Error("the same choices look the same, or can be read")
	}
	if got := k.open(7, 9, sealed); string(got) != "q0=a" {
		t.Errorf("opened %q", got)
	}
	for name, got := range map[string][]byte{"another key": other.open(7, 9, sealed), "another person's row": k.open(7, 8, sealed),
		"another vote's row": k.open(6, 9, sealed), "cut": k.open(7, 9, sealed[:5])} {
		if got != nil {
			t.Errorf("%s opens %q", name, got)
		}
	}
}

// Choices are kept until they are cast or the vote closes; their voter is reminded once, who has cast
// is not.
func TestChoicesAreKeptAndRemindedOfOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		words, err := i18n.Load(data.Locales())
		if err != nil {
			t.Fatal(err)
		}
		h.Letters = Letters{Words: words, Site: func() (string, string) { return "Pueblo", "https://pueblo.example" }, Zone: func() *time.Location { return time.UTC }}
		v := h.open(chooseOne())
		ctx := context.Background()
		left, voted := h.person(identity.Reachable), h.person(identity.Reachable)
		h.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE person SET email = 'p' || id || '@pueblo.example'`)
			return err
		})
		k := NewChoicesKey()
		keep := func(a identity.Actor, choices string) {
			t.Helper()
			if err := h.KeepChoices(ctx, a, v.Slug, k, []byte(choices)); err != nil {
				t.Fatal(err)
			}
		}
		keep(left, "q0=a")
		keep(left, "q0=b")
		keep(voted, "q0=a")
		if got, err := h.Choices(ctx, left, v.ID, k); err != nil || string(got) != "q0=b" {
			t.Errorf("kept %q, %v", got, err)
		}
		if got, _ := h.Choices(ctx, voted, v.ID, NewChoicesKey()); got != nil {
			t.Errorf("another browser reads %q", got)
		}
		h.cast(voted, v, pick("a"))
		if n := h.count(`SELECT count(*) FROM vote_choices`); n != 2 {
			t.Errorf("casting touched the choices: %d rows", n)
		}
		keep(voted, "q0=c")
		for range batchLeast {
			h.cast(h.person(identity.Reachable), v, pick("b"))
		}
		clock.Advance(batchEvery)
		h.runJobs()
		if n := h.count(`SELECT count(*) FROM vote_choices WHERE person_id = $1`, voted.ID); n != 0 {
			t.Error("choices are kept of who has cast a ballot")
		}
		mails := func() int64 { return h.count(`SELECT count(*) FROM mail WHERE key LIKE 'vote.remind:%'`) }
		if mails() != 0 {
			t.Error("reminded too early")
		}
		clock.Set(v.remindAt())
		h.runJobs()
		clock.Advance(time.Minute)
		if err := h.Remind(ctx, v.ID); err != nil {
			t.Fatal(err)
		}
		if mails() != 1 || h.count(`SELECT count(*) FROM mail WHERE person_id = $1`, left.ID) != 1 {
			t.Errorf("%d reminders", mails())
		}
		var said string
		h.write(func(tx *db.Tx) (err error) {
			said, err = db.One(tx, db.Value[string], `SELECT subject || text FROM mail WHERE key LIKE 'vote.remind:%'`)
			return err
		})
		if !strings.Contains(said, v.Title) || !strings.Contains(said, "https://pueblo.example/votes/"+v.Slug+"/ballot") || strings.Contains(said, "{") {
			t.Error(said)
		}
		clock.Set(v.ClosesAt)
		h.runJobs()
		if n := h.count(`SELECT count(*) FROM vote_choices`); n != 0 {
			t.Errorf("%d people's choices after the close", n)
		}
	})
}

// A change of the vote between two choices loses neither.
func TestChoicesOutliveAChangeOfTheVote(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		h := newHall(t, d, clock)
		v, a, k := h.open(chooseOne()), h.person(identity.Reachable), NewChoicesKey()
		keep := func(choices string) {
			t.Helper()
			if err := h.KeepChoices(context.Background(), a, v.Slug, k, []byte(choices)); err != nil {
				t.Fatal(err)
			}
			if got, err := h.Choices(context.Background(), a, v.ID, k); err != nil || string(got) != choices {
				t.Errorf("kept %q, %v; want %q", got, err, choices)
			}
		}
		keep("q0=a")
		clock.Advance(time.Minute)
		h.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE thing SET updated_at = $1 WHERE id = $2`, tx.Now, v.ID)
			return err
		})
		keep("q0=b")
	})
}
