package app

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/text"
)

// load is how much a big load holds. Everything in it is the same for the same size and instant.
type load struct {
	people, proposals, comments, supports, follows, notices int
	thread                                                  int // comments of the longest thread
	hero                                                    int // supports, comments and follows of the one person who did most
}

// bigLoad is the town that the figures of README are measured in; smallLoad is its tenth of a
// hundredth, for trying the generator itself.
var (
	bigLoad   = load{people: 200_000, proposals: 100_000, comments: 2_000_000, supports: 5_000_000, follows: 500_000, notices: 300_000, thread: 5000, hero: 4000}
	smallLoad = load{people: 400, proposals: 200, comments: 3000, supports: 4000, follows: 500, notices: 300, thread: 300, hero: 60}
)

// past is how long the town has been at it.
const past = 600 * 24 * time.Hour

// A filling is a load on its way into a database.
type filling struct {
	load
	*bulk
	*lexicon
	now              time.Time
	subjects, places []string
	agencies         []int64
	people           []int64
	things           []filled
	n                int64 // ids given so far
}

// filled is a proposal that was written.
type filled struct {
	id                          int64
	at, closes                  time.Time
	comments, supports, follows int
	open                        bool
}

// fillBig fills the instance, which must hold the demo's agencies, places and subjects.
func fillBig(ctx context.Context, a *App, l load) error {
	set := a.Server.Instance.Current()
	f := &filling{load: l, lexicon: newLexicon(1), now: a.DB.Now().UTC().Truncate(time.Second)}
	for _, t := range set.Subjects {
		f.subjects = append(f.subjects, t.Key)
	}
	for _, t := range set.Places {
		f.places = append(f.places, t.Key)
	}
	err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		f.agencies, err = db.All(tx, db.Value[int64], `SELECT id FROM agency ORDER BY id`)
		return err
	})
	if err != nil {
		return err
	}
	if f.bulk, err = openBulk(ctx, a.address()); err != nil {
		return err
	}
	defer f.bulk.db.Close()
	if err := f.strip("person", "thing", "proposal", "proposal_version", "support", "comment", "follow", "event", "notice", "search", "search_said"); err != nil {
		return err
	}
	for _, step := range []func() error{f.fillPeople, f.share, f.fillProposals, f.fillComments, f.fillSupports, f.fillFollows, f.fillNotices, f.fillWords, f.flush, f.moderate, f.restore} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// id is a new id of an instant; no two are alike.
func (f *filling) id(at time.Time) int64 {
	f.n++
	return db.FirstID(at) | f.n&0x3fffff
}

var loadNames = strings.Fields("Ana Luis María José Carmen Juan Rosa Pedro Lucía Miguel Elena Jorge Sofía Raúl Teresa Iván Nadia Hugo Inés Óscar")

func (f *filling) fillPeople() error {
	for i := range f.load.people {
		at := f.now.Add(-past / time.Duration(f.load.people+1) * time.Duration(f.load.people-i))
		id := f.id(at)
		f.people = append(f.people, id)
		if err := f.add("person", "id, name, email, place, level, created_at, seen_at", id, fmt.Sprintf("%s %s", loadNames[i%20], loadNames[i/20%20]),
			fmt.Sprintf("p%d@load.example", i), f.places[i%len(f.places)], int64(1+2*(i%3/2)), at.UnixMicro(), f.now.UnixMicro()); err != nil {
			return err
		}
	}
	return f.flush()
}

// share decides how many comments, supports and followers each proposal has: few have most of them.
func (f *filling) share() error {
	f.things = make([]filled, f.proposals)
	deal := func(total, most int, give func(*filled, int)) {
		weight, sum := make([]float64, f.proposals), 0.0
		for i := range weight {
			weight[i] = 1 / math.Pow(float64(1+(i*7919+13)%f.proposals), 0.7)
			sum += weight[i]
		}
		left := total
		for i := range f.things {
			n := min(left, most, int(math.Ceil(weight[i]/sum*float64(total))))
			give(&f.things[i], n)
			left -= n
		}
	}
	deal(f.comments-f.thread, f.thread-1, func(t *filled, n int) { t.comments = n })
	deal(f.supports, f.load.people/2, func(t *filled, n int) { t.supports = n })
	deal(f.follows, f.load.people/2, func(t *filled, n int) { t.follows = n })
	f.things[f.proposals/2].comments = f.thread
	return nil
}

func (f *filling) fillProposals() error {
	for i := range f.things {
		t := &f.things[i]
		t.at = f.now.Add(-past / time.Duration(f.proposals+1) * time.Duration(f.proposals-i)).Truncate(time.Millisecond)
		t.id, t.closes = f.id(t.at), t.at.AddDate(0, 0, 90)
		if i%10 == 0 {
			t.closes = f.now.AddDate(1, 0, i%300)
		}
		if err := f.fillProposal(i, t); err != nil {
			return err
		}
	}
	return f.flush()
}

func (f *filling) fillProposal(i int, t *filled) error {
	title, summary := f.title(), f.sentence(14+f.Intn(12))
	body := f.sentence(30) + "\n\n" + f.sentence(40+f.Intn(60))
	state, subject, place, author := "published", f.subjects[i%len(f.subjects)], f.places[(i/7)%len(f.places)], f.people[(i*31)%len(f.people)]
	if i%25 == 7 {
		author = f.people[0]
	}
	var agency, lat, lon, reached, hidden any
	verdict, threshold := "", int64(500)
	if i%3 == 0 {
		agency = f.agencies[i%len(f.agencies)]
	}
	if i%2 == 0 {
		lat, lon = int64(19_400_000+f.Intn(200_000)), int64(-99_200_000+f.Intn(200_000))
	}
	if int64(t.supports) >= threshold || i%9 == 0 {
		threshold = min(threshold, int64(t.supports))
		reached = t.at.AddDate(0, 0, 30).UnixMicro()
		verdict = []string{"", "review", "accepted", "partly", "rejected"}[i%5]
	}
	switch {
	case i%97 == 1:
		state = "withdrawn"
	case i%101 == 1:
		hidden = t.at.UnixMicro()
	case i%199 == 1:
		state = "draft"
	}
	t.open = state == "published" && hidden == nil
	slug := fmt.Sprintf("%s-%d", text.Slug(title), i)
	tokens := map[string]bool{"k:proposal": true, "s:" + text.Slug(subject): true, "p:" + text.Slug(place): true}
	f.tokens(tokens, "=", title)
	f.tokens(tokens, "", title+" "+summary+" "+strings.ReplaceAll(body, "\n", " "))
	at, html := t.at.UnixMicro(), "<p>"+strings.ReplaceAll(body, "\n\n", "</p><p>")+"</p>"
	residents, wanting := int64(t.supports/3), int64(0)
	if reached != nil && (verdict == "" || verdict == "review") && t.open {
		wanting = 1
	}
	err := f.add("thing", "id, kind, agency_id, author_id, slug, lang, title, summary, subject, place, state, created_at, updated_at, published_at, closes_at, hidden_at, comments, supports, followers, lat, lon",
		t.id, "proposal", agency, author, slug, "es", title, summary, subject, place, state, at, at, at, t.closes.UnixMicro(), hidden, int64(t.comments), int64(t.supports), int64(t.follows), lat, lon)
	if err == nil {
		err = f.add("proposal", "id, body, html, version, threshold, answer_days, reached_at, verdict, wanting, residents", t.id, body, html, int64(1), threshold, int64(30), reached, verdict, wanting, residents)
	}
	if err == nil {
		err = f.add("proposal_version", "proposal_id, version, title, summary, body, author_id, at", t.id, int64(1), title, summary, body, author, at)
	}
	if err == nil {
		err = f.add("event", "id, at, actor_id, verb, thing_id, note", f.id(t.at), at, author, "proposal.publish", t.id, title)
	}
	if err == nil && t.open {
		err = f.add("search", "id, words", t.id, words(tokens))
	}
	return err
}

func words(tokens map[string]bool) string {
	all := make([]string, 0, len(tokens))
	for t := range tokens {
		all = append(all, t)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// said is a comment whose words are not made yet.
type said struct {
	id, thing, parent, root, depth, replies, author int64
	at                                              time.Time
}

// fillComments says what is said, the oldest first: tables and indexes that grow at their end are
// filled ten times as fast.
func (f *filling) fillComments() error {
	var all []said
	for _, t := range f.things {
		all = append(all, f.conversation(t)...)
	}
	slices.SortFunc(all, func(a, b said) int { return cmp.Compare(a.id, b.id) })
	for _, c := range all {
		body := f.sentence(8 + f.Intn(30))
		tokens := map[string]bool{}
		f.tokens(tokens, "", body)
		var parent any
		if c.parent != 0 {
			parent = c.parent
		}
		stance := []string{"for", "for", "against", "neutral", ""}[c.id%5]
		if c.depth > 0 {
			stance = ""
		}
		err := f.add("comment", "id, thing_id, parent_id, root_id, depth, author_id, stance, body, html, at, replies",
			c.id, c.thing, parent, c.root, c.depth, c.author, stance, body, "<p>"+body+"</p>", c.at.UnixMicro(), c.replies)
		if err == nil {
			err = f.add("search_said", "id, words", c.id, words(tokens))
		}
		if err == nil && c.id%4 == 0 {
			err = f.add("event", "id, at, actor_id, verb, thing_id, note", f.id(c.at), c.at.UnixMicro(), c.author, "comment.say", c.thing, fmt.Sprint(c.id))
		}
		if err != nil {
			return err
		}
	}
	return f.flush()
}

// conversation is who says something on a proposal, and when: six in ten on the proposal itself, the
// others as replies to one of the ten before.
func (f *filling) conversation(t filled) []said {
	all := make([]said, t.comments)
	step := min(f.now.Sub(t.at), 120*24*time.Hour) / time.Duration(t.comments+1)
	for j := range all {
		at := t.at.Add(step * time.Duration(j+1))
		c := said{id: f.id(at), thing: t.id, at: at, author: f.people[f.Intn(len(f.people))]}
		if f.Intn(f.comments/f.hero) == 0 {
			c.author = f.people[0]
		}
		c.root = c.id
		if j > 0 && f.Intn(10) < 4 {
			above := max(0, j-1-f.Intn(10))
			c.parent, c.root, c.depth = all[above].id, all[above].root, all[above].depth+1
			for k := above; k >= 0; k-- {
				if all[k].id == c.root || all[k].id == c.parent {
					all[k].replies++
					if all[k].id == c.root {
						break
					}
				}
			}
		}
		all[j] = c
	}
	return all
}

// fillSupports gives each proposal its supporters, all different; the hero supports the newest ones.
func (f *filling) fillSupports() error {
	n := len(f.people) - 1
	for i, t := range f.things {
		hero := i >= len(f.things)-f.hero && t.supports > 0
		for j := range t.supports {
			who := f.people[1+(i*104_729+j)%n]
			if hero && j == 0 {
				who = f.people[0]
			}
			at := t.at.Add(time.Duration(j) * time.Minute)
			if err := f.add("support", "thing_id, person_id, level, at", t.id, who, int64(1+j%3), min(at.UnixMicro(), f.now.UnixMicro())); err != nil {
				return err
			}
		}
	}
	return f.flush()
}

func (f *filling) fillFollows() error {
	n := len(f.people) - 1
	for i, t := range f.things {
		for j := range t.follows {
			who := f.people[1+(i*1299_709+j)%n]
			if j == 0 && i%(max(1, f.proposals/f.hero)) == 0 {
				who = f.people[0]
			}
			if err := f.add("follow", "person_id, thing_id, at", who, t.id, t.at.UnixMicro()); err != nil {
				return err
			}
		}
	}
	return f.flush()
}

// fillNotices tells people of comments; the hero has the most, half of them read.
func (f *filling) fillNotices() error {
	for i := range f.notices {
		t := f.things[(i*37)%len(f.things)]
		who := f.people[f.Intn(len(f.people))]
		if i%50 == 0 {
			who = f.people[0]
		}
		at := f.now.Add(-time.Duration(f.notices-i) * time.Minute)
		var read any
		if i%100 != 0 {
			read = f.now.UnixMicro()
		}
		event := f.id(at)
		if err := f.add("event", "id, at, actor_id, verb, thing_id, note", event, at.UnixMicro(), who, "comment.say", t.id, ""); err != nil {
			return err
		}
		if err := f.add("notice", "id, person_id, event_id, thing_id, verb, at, read_at", f.id(at), who, event, t.id, "comment.say", at.UnixMicro(), read); err != nil {
			return err
		}
	}
	return f.flush()
}

// moderate has one comment in a hundred decided on, most of them hidden, and one in a thousand wait.
func (f *filling) moderate() error {
	who, now := f.people[0], f.now.UnixMicro()
	return f.exec(
		`UPDATE comment SET hidden_at = at + 3600000000, hidden_code = 'spam' WHERE id % 200 = 7`,
		fmt.Sprintf(`INSERT INTO moderation_decision (id, thing_id, comment_id, action, code, reason, author_id, at, asked_at)
			SELECT id + 1000000000, thing_id, id, CASE WHEN id %% 200 = 7 THEN 'hide' ELSE 'warn' END, 'spam', 'Lo mismo en varios sitios.', %d, at + 3600000000, at
			FROM comment WHERE id %% 100 = 7`, who),
		fmt.Sprintf(`INSERT INTO moderation_case (id, kind, thing_id, comment_id, reports, opened_at, promised_at)
			SELECT id, 'report', thing_id, id, id %% 9, at, %d FROM comment WHERE id %% 1000 = 9`, now))
}

// fillWords teaches search the words of the texts, but for those of the demo.
func (f *filling) fillWords() error {
	known := map[[2]string]bool{}
	rows, err := f.bulk.db.QueryContext(f.ctx, `SELECT word, stem FROM search_word`)
	if err != nil {
		return err
	}
	for rows.Next() {
		var p [2]string
		if err := rows.Scan(&p[0], &p[1]); err != nil {
			return err
		}
		known[p] = true
	}
	if err := rows.Close(); err != nil {
		return err
	}
	for _, p := range f.learned() {
		if known[p] {
			continue
		}
		if err := f.add("search_word", "word, stem", p[0], p[1]); err != nil {
			return err
		}
	}
	return nil
}
