package demo

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/instance"
	"tequio/app/proposal"
	"tequio/app/thing"
	"tequio/app/vote"
)

// drawer keeps keys in memory.
type drawer map[string][]byte

func (d drawer) Key(name string) ([]byte, error) {
	if d[name] == nil {
		key := sha256.Sum256([]byte(name))
		d[name] = key[:]
	}
	return d[name], nil
}

func (d drawer) Destroy(name string) error { delete(d, name); return nil }

func rooms(t testing.TB, d *db.DB) Rooms {
	t.Helper()
	inst, err := instance.NewService(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	votes, err := vote.NewService(d, drawer{}, "http://localhost:8080")
	if err != nil {
		t.Fatal(err)
	}
	thing.OnRecord(d, proposal.Hook)
	return Rooms{DB: d, Instance: inst, Votes: votes}
}

func load(t testing.TB, r Rooms) Loaded {
	t.Helper()
	l, err := Load(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func count(t testing.TB, d *db.DB, query string, args ...any) (n int64) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Value[int64], query, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestLoadsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		r := rooms(t, d)
		l := load(t, r)
		t.Logf("loaded %s", l)
		if !r.Instance.Current().Demo {
			t.Error("the settings do not say that this is the demo")
		}
		floors(t, d)
		totals(t, d)
		silence(t, d, clock.Now())
		clock.Advance(time.Hour)
		before := count(t, d, `SELECT count(*) FROM event`)
		if again := load(t, r); again.People != 0 || count(t, d, `SELECT count(*) FROM event`) != before {
			t.Errorf("the second start loaded %s", again)
		}
	})
}

// floors are the least that the demo town must hold.
func floors(t *testing.T, d *db.DB) {
	t.Helper()
	for what, c := range map[string]struct {
		query string
		least int64
	}{
		"people":         {`SELECT count(*) FROM person`, 300},
		"agencies":       {`SELECT count(DISTINCT agency_id) FROM role WHERE role = 'focal-point'`, 6},
		"proposals":      {`SELECT count(*) FROM thing WHERE kind = 'proposal'`, 60},
		"subjects":       {`SELECT count(DISTINCT subject) FROM thing WHERE kind = 'proposal'`, 8},
		"consultations":  {`SELECT count(*) FROM thing WHERE kind = 'consultation'`, 5},
		"outcomes":       {`SELECT count(*) FROM consultation WHERE outcome_at IS NOT NULL`, 1},
		"questionnaires": {`SELECT count(*) FROM survey_response WHERE sent_at IS NOT NULL`, 500},
		"challenges":     {`SELECT count(*) FROM thing WHERE kind = 'challenge'`, 4},
		"won and void":   {`SELECT count(DISTINCT outcome) FROM challenge WHERE outcome <> ''`, 2},
		"entries":        {`SELECT count(*) FROM entry WHERE submitted_at IS NOT NULL AND receipt <> ''`, 40},
		"winners":        {`SELECT count(*) FROM entry WHERE standing = 'winner' AND place = 1`, 1},
		"topics":         {`SELECT count(*) FROM topic`, 2},
		"votes":          {`SELECT count(*) FROM thing WHERE kind = 'vote'`, 4},
		"results":        {`SELECT count(*) FROM vote WHERE counted_at IS NOT NULL`, 2},
		"comments":       {`SELECT count(*) FROM comment`, 200},
		"answers":        {`SELECT count(DISTINCT thing_id) FROM answer`, 12},
		"hidden":         {`SELECT count(*) FROM moderation_decision`, 1},
		"one click":      {`SELECT count(*) FROM person WHERE demo_role <> ''`, 13},
		"reports":        {`SELECT count(*) FROM report`, 5},
		"an appeal":      {`SELECT count(*) FROM moderation_case WHERE kind = 'appeal'`, 1},
		"bursts":         {`SELECT count(*) FROM burst WHERE measure = 'support.network'`, 1},
		"reactions":      {`SELECT count(*) FROM reaction`, 100},
		"a long talk":    {`SELECT max(comments) FROM thing`, 115},
		"a mention":      {`SELECT count(*) FROM event WHERE verb = 'comment.mention'`, 1},
		"a closed talk":  {`SELECT count(*) FROM closed_thread`, 1},
		"translated":     {`SELECT count(DISTINCT thing_id) FROM translation WHERE lang = 'en' AND field = 'title'`, 16},
		"static page":    {`SELECT count(*) FROM static_page`, 6},
	} {
		if n := count(t, d, c.query); n < c.least {
			t.Errorf("%s: %d, want %d at least", what, n, c.least)
		}
	}
}

// totals compares every counter with the rows that it counts.
func totals(t *testing.T, d *db.DB) {
	t.Helper()
	for what, query := range map[string]string{
		"comments":  `SELECT count(*) FROM thing t WHERE comments <> (SELECT count(*) FROM comment WHERE thing_id = t.id AND deleted_at IS NULL)`,
		"supports":  `SELECT count(*) FROM thing t WHERE supports <> (SELECT count(*) FROM support WHERE thing_id = t.id)`,
		"followers": `SELECT count(*) FROM thing t WHERE followers <> (SELECT count(*) FROM follow WHERE thing_id = t.id)`,
		"replies":   `SELECT count(*) FROM comment c WHERE depth = 0 AND replies <> (SELECT count(*) - 1 FROM comment WHERE root_id = c.id)`,
		"responses": `SELECT count(*) FROM survey s WHERE answers <> (SELECT count(*) FROM survey_response WHERE survey_id = s.id AND sent_at IS NOT NULL)`,
		"ledger": `SELECT count(*) FROM vote v WHERE (SELECT count(*) FROM ledger_entry WHERE vote_id = v.id)
			<> (SELECT count(*) FROM ballot WHERE vote_id = v.id) + (SELECT count(*) FROM published_ballot WHERE vote_id = v.id)`,
		"turnout": `SELECT count(*) FROM vote v WHERE COALESCE((SELECT CAST(sum(count) AS BIGINT) FROM turnout WHERE vote_id = v.id), 0)
			<> (SELECT count(*) FROM ledger_entry WHERE vote_id = v.id)`,
		"thresholds": `SELECT count(*) FROM proposal p JOIN thing t ON t.id = p.id WHERE p.threshold > 0 AND (p.reached_at IS NULL) <> (t.supports < p.threshold)`,
		"verdicts":   `SELECT count(*) FROM proposal p WHERE verdict <> COALESCE((SELECT verdict FROM answer WHERE thing_id = p.id ORDER BY id DESC LIMIT 1), '')`,
	} {
		if n := count(t, d, query); n != 0 {
			t.Errorf("%s: %d totals disagree with their rows", what, n)
		}
	}
}

// silence checks that nobody was told of the town's past, that nothing in it lies ahead, that its
// trail can be sealed, and that the clock has no work left in the past.
func silence(t *testing.T, d *db.DB, now time.Time) {
	t.Helper()
	for what, query := range map[string]string{
		"notices": `SELECT count(*) FROM notice`, "mails": `SELECT count(*) FROM mail`,
		"jobs that are due": `SELECT count(*) FROM job WHERE run_at <= $1`,
		"events ahead":      `SELECT count(*) FROM event WHERE at > $1`,
		"comments ahead":    `SELECT count(*) FROM comment WHERE at > $1`,
		"things ahead":      `SELECT count(*) FROM thing WHERE created_at > $1 OR updated_at > $1`,
		"supports ahead":    `SELECT count(*) FROM support WHERE at > $1`,
		"events out of the order of their ids": `SELECT count(*) FROM event e WHERE EXISTS
			(SELECT 1 FROM event o WHERE o.id < e.id AND o.at > e.at)`,
	} {
		var args []any
		if strings.Contains(query, "$1") {
			args = append(args, now)
		}
		if n := count(t, d, query, args...); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	if n := count(t, d, `SELECT count(*) FROM event WHERE at > $1`, now.AddDate(0, 0, -3)); n < 5 {
		t.Errorf("only %d events in the last three days: the town seems asleep", n)
	}
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		if _, err := thing.Seal(tx); err != nil {
			return err
		}
		_, err := thing.CheckSeals(tx)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// The votes that are over have the winners, and the turnout, that the file says.
func TestDemoVotesAreCounted(t *testing.T) {
	clock := dbtest.NewClock(dbtest.Start)
	d := dbtest.Open(t, filepath.Join(t.TempDir(), "tequio.db"), clock.Now)
	load(t, rooms(t, d))
	for _, row := range readDemo[votesFile](t, "votes.toml").Votes {
		err := d.Read(context.Background(), func(tx *db.Tx) error {
			v, err := vote.Find(tx, row.Slug)
			if err != nil || len(row.Winners) == 0 {
				return err
			}
			r, err := vote.ResultOf(tx, v.ID)
			if err != nil {
				return err
			}
			cast := 0
			for _, b := range row.Ballots {
				cast += b.N
			}
			if !slices.Equal(r.Questions[0].Winners, row.Winners) || r.Ballots != int64(cast) || v.Electorate != int64(row.Electors) {
				t.Errorf("%s: %d ballots elect %v, want %d and %v", row.Slug, r.Ballots, r.Questions[0].Winners, cast, row.Winners)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// Everybody's demo of the same instant is the same, and it can be started at any time of day.
func TestLoadsTheSameAtAnyHour(t *testing.T) {
	digest := func(at time.Time) string {
		d := dbtest.Open(t, filepath.Join(t.TempDir(), "tequio.db"), dbtest.NewClock(at).Now)
		load(t, rooms(t, d))
		var rows []string
		err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
			rows, err = db.All(tx, func(r db.Row) (string, error) {
				var kind, slug, state string
				var published, comments, supports int64
				err := r.Scan(&kind, &slug, &state, &published, &comments, &supports)
				return fmt.Sprint(kind, slug, state, published, comments, supports), err
			}, `SELECT kind, slug, state, COALESCE(published_at, 0), comments, supports FROM thing ORDER BY kind, slug`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(rows, "\n")
	}
	if a, b := digest(dbtest.Start), digest(dbtest.Start); a != b || a == "" {
		t.Error("two loads at one instant differ")
	}
	for _, at := range []time.Time{
		time.Date(2026, 11, 23, 6, 0, 30, 0, time.UTC),  // midnight in the town
		time.Date(2026, 11, 24, 5, 59, 30, 0, time.UTC), // the end of the same day
		time.Date(2028, 2, 29, 14, 59, 59, 0, time.UTC), // a leap day
		time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC),
	} {
		digest(at)
	}
}

// BenchmarkLoad measures the demo's first start on SQLite.
func BenchmarkLoad(b *testing.B) {
	for range b.N {
		b.StopTimer()
		d := dbtest.Open(b, filepath.Join(b.TempDir(), "tequio.db"), dbtest.NewClock(dbtest.Start).Now)
		r := rooms(b, d)
		b.StartTimer()
		load(b, r)
	}
}
