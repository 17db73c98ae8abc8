package demo

import (
	"io/fs"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/talk"
	"tequio/app/thing"
	"tequio/app/vote"
)

// minor is how many minor units a peso has.
const minor = 100

func (t *town) planVotes(files fs.FS, _ time.Time) error {
	f, err := read[votesFile](files, "votes.toml")
	if err != nil {
		return err
	}
	for _, row := range f.Votes {
		t.vote(row)
	}
	return nil
}

// forms and rules are the file's words for what voters write and how it is counted.
var (
	forms = map[string]vote.Form{"one": vote.One, "approve": vote.Some, "budget": vote.Knapsack}
	rules = map[string]string{"plurality": "plurality", "approval": "approval", "greedy": "greedy"}
)

// vote plans a vote: stored when it is published, its ballots when it closes, or now while it is
// open. They go the way of every ballot: sealed, in the ledger, published and counted.
func (t *town) vote(row voteRow) {
	v := &vote.Vote{
		Body: row.Body, Who: row.Who, Effect: row.Effect, LeastLevel: identity.Level(row.Level), Electorate: int64(row.Electors),
		ObjectionsAt: t.when(row.Objections),
	}
	v.Slug, v.Lang, v.Title, v.Summary, v.Subject, v.Place = row.Slug, "es", row.Title, row.Summary, row.Subject, row.Place
	v.State, v.PublishedAt, v.OpensAt, v.ClosesAt = thing.Published, t.when(row.Published), t.when(row.Opens), t.when(row.Closes)
	by := t.voice(row.Agency)
	t.then(v.PublishedAt, func(tx *db.Tx) error {
		v.Agency, v.Author, v.Questions = t.agency[row.Agency], by.ID, t.asks(row)
		if len(row.Areas) > 0 {
			v.AreaRule, v.Lot.Source = vote.OneAndCity, vote.Committed
		}
		if err := v.Check(); err != nil {
			return err
		}
		if err := vote.Store(tx, v); err != nil {
			return err
		}
		t.loaded.Things++
		err := thing.Translate(tx, v.ID, "en", thing.Words{
			"title": row.EN.Title, "summary": row.EN.Summary, "body": row.EN.Body, "who": row.EN.Who, "effect": row.EN.Effect,
		})
		if err != nil {
			return err
		}
		return thing.Record(tx, by.ID, "vote.publish", v.ID, "")
	})
	if v.OpensAt.Before(t.start) {
		t.then(v.OpensAt, func(tx *db.Tx) error { return thing.Record(tx, 0, "vote.open", v.ID, "") })
	}
	t.ballots(v, row)
	t.certified(v, row)
	if r := row.Result; r.Text != "" {
		t.answer(&v.ID, t.when(r.At), t.who(r.By), row.Agency, talk.Answer{Verdict: talk.Noted, Body: r.Text})
	}
	t.talk(&v.ID, nil, row.Comments)
}

// ballots plans that a vote's ballots are loaded, and its count when it is over.
func (t *town) ballots(v *vote.Vote, row voteRow) {
	voters := order(row.Slug, t.entitled(identity.Level(row.Level)))
	at, over := v.ClosesAt, v.ClosesAt.Before(t.start)
	if !over {
		at = t.start
	}
	t.then(at, func(tx *db.Tx) error {
		var casts []vote.Cast
		for _, b := range row.Ballots {
			ballot, err := v.Settle(ballotOf(*v, b.Area, b.Choose))
			if err != nil {
				return err
			}
			for range b.N {
				p := t.person[voters[len(casts)]]
				casts = append(casts, vote.Cast{Person: p.ID, Level: p.Level, Ballot: ballot})
			}
		}
		t.loaded.Ballots += len(casts)
		if err := t.Votes.Load(tx, v, casts); err != nil || !over {
			return err
		}
		return thing.Record(tx, 0, "vote.count", v.ID, "")
	})
}

// certified plans that the agency's focal point and an administrator certify the result, in the two days
// after the objections.
func (t *town) certified(v *vote.Vote, row voteRow) {
	for i, p := range []*identity.Person{t.voice(row.Agency), t.who("rosa-elena-matus")} {
		at := v.ObjectionsAt.Add(time.Duration(i+1) * 24 * time.Hour)
		if v.ObjectionsAt.IsZero() || !at.Before(t.start) {
			continue
		}
		t.then(at, func(tx *db.Tx) error {
			a := identity.Actor{ID: p.ID, Name: p.Name, Level: p.Level, Grants: []identity.Grant{{Role: identity.FocalPoint, Agency: int64(v.Agency)}}}
			a.Session.FactorAt = at
			return vote.Certify(tx, a, v.ID, "Revisé el archivo de la votación con la orden verify: todo coincide con el resultado publicado.")
		})
	}
}

// ballotOf puts what a ballot chooses under the questions that ask about it: with areas, those of its
// own and those of the whole town.
func ballotOf(v vote.Vote, area string, choose []string) vote.Ballot {
	b := make(vote.Ballot, len(v.Questions))
	for i, q := range v.Questions {
		if !v.Asks(i, area) {
			continue
		}
		b[i] = []vote.Mark{}
		for _, code := range choose {
			if _, known := q.Option(code); known || len(v.Questions) == 1 {
				b[i] = append(b[i], vote.Mark{Option: code, Value: 1})
			}
		}
	}
	return b
}

// asks is what a vote of the file asks: one question, or one for each area.
func (t *town) asks(row voteRow) (all []vote.Question) {
	if len(row.Areas) == 0 {
		return []vote.Question{t.question(row)}
	}
	for _, area := range row.Areas {
		part := row
		part.Budget, part.Options = area.Budget, area.Options
		q := t.question(part)
		q.Area, q.Title, q.Ties, q.Reviewed = area.Name, area.Title, "cost,lot", true
		if area.EN.Title != "" {
			q.Words = map[string]thing.Words{"en": {"title": area.EN.Title}}
		}
		all = append(all, q)
	}
	return all
}

// question is what a vote of the file asks.
func (t *town) question(row voteRow) vote.Question {
	q := vote.Question{
		Form: forms[row.Kind], Rule: rules[row.Rule], Also: row.Also, Seats: 1, Budget: row.Budget * minor, Currency: t.set.Currency, Blank: true,
		Params: vote.Params{Decimals: 2},
	}
	switch row.Kind {
	case "one":
		q.Most = 1
	case "budget":
		q.Ties = "cost,votes"
	}
	for _, o := range row.Options {
		option := vote.Option{
			Code: o.Key, Title: o.Title, Body: o.Body, Cost: o.Cost * minor, Thing: t.proposal[o.Proposal],
			Words:  map[string]thing.Words{"en": {"title": o.EN.Title, "body": o.EN.Body}},
			Review: vote.Review(o.Review), Reason: o.Reason,
		}
		if p, ok := t.set.Place(o.Place); ok {
			option.Place = p.In("es")
		}
		option.Unit = t.short[o.Agency]
		q.Options = append(q.Options, option)
	}
	return q
}
