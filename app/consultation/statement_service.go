package consultation

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"strings"
	"unicode/utf8"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/opinion"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// Asked is what somebody who takes part sees of the statements.
type Asked struct {
	Consultation
	Words   thing.Words
	Open    bool
	Next    *Statement // to be voted on next; nil: they voted on all
	Shown   []Statement
	Said    map[int64]int8 // what they say, by statement
	Group   int            // nearest to them on the map; −1: none
	HasMap  bool
	Refusal fault.Message // why they cannot vote, zero where they can
	Unasked []Statement   // theirs that wait for staff or were refused
}

// browserKey is what is kept of a browser's secret; nil of none.
func browserKey(secret []byte) []byte {
	if len(secret) == 0 {
		return nil
	}
	sum := sha256.Sum256(append([]byte("voice\x00"), secret...))
	return sum[:]
}

// Ask returns the statements as somebody sees them. secret is the one that their browser keeps, if any;
// prefer is the statement to be shown next, if they have not voted on it (0: one is drawn).
func (s *Service) Ask(ctx context.Context, a identity.Actor, secret []byte, slug, lang string, prefer int64) (q Asked, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		c, err := Find(tx, slug)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.See, c.Thing, tx.Now); err != nil {
			return err
		}
		if c.Hidden() || !c.HasStatements() {
			return fault.New(fault.NotFound, "thing.missing")
		}
		q, err = ask(tx, a, secret, c, prefer)
		if err != nil {
			return err
		}
		words, err := thing.Translations(tx, lang, c.ID)
		q.Words = words[c.ID]
		return err
	})
	return q, err
}

func ask(tx *db.Tx, a identity.Actor, secret []byte, c Consultation, prefer int64) (q Asked, err error) {
	q = Asked{Consultation: c, Open: c.StatementsOpen(tx.Now), Group: -1}
	if err := c.mayOpine(a); err != nil {
		q.Refusal = fault.Of(err).Message
	}
	if q.Shown, err = StatementsOf(tx, c.ID, Shown); err != nil {
		return q, err
	}
	voice, err := voiceOf(tx, c.ID, a.ID, browserKey(secret))
	if err != nil {
		return q, err
	}
	if q.Said, err = saidBy(tx, voice); err != nil {
		return q, err
	}
	d, found, err := DrawnOf(tx, c.ID)
	if err != nil {
		return q, err
	}
	q.HasMap = found && c.MapShown(tx.Now)
	if q.HasMap {
		q.Group = d.GroupOf(q.Said)
	}
	q.choose(d, prefer)
	if a.SignedIn() {
		q.Unasked, err = unasked(tx, c.ID, a.ID)
	}
	return q, err
}

// choose picks the statement to ask about next.
func (q *Asked) choose(d Drawn, prefer int64) {
	known := d.priority()
	var open []*Statement
	var weights []float64
	for i, one := range q.Shown {
		if _, said := q.Said[one.ID]; said {
			continue
		}
		if one.ID == prefer {
			q.Next = &q.Shown[i]
			return
		}
		weight, ok := known[one.ID]
		if !ok {
			weight = opinion.Priority(opinion.Count{}, 0)
		}
		open, weights = append(open, &q.Shown[i]), append(weights, weight)
	}
	if len(open) > 0 {
		q.Next = open[next(weights, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))]
	}
}

// mayOpine refuses who the consultation's statements are not for.
func (c Consultation) mayOpine(a identity.Actor) error {
	switch least := c.Opinions.Least; {
	case least > identity.Unknown && !a.SignedIn():
		return fault.New(fault.SignIn, "policy.signin")
	case least > a.Level:
		return fault.New(fault.Forbidden, "policy.level", "level", int64(least))
	}
	return nil
}

// Opine keeps what somebody says of a statement, in the place of what they said before. Nothing tells who
// said what but their voice, so only the first is an event.
func (s *Service) Opine(ctx context.Context, a identity.Actor, secret []byte, slug string, statement int64, say int8) error {
	if say < opinion.Disagree || say > opinion.Agree {
		return fault.New(fault.Invalid, "fault.request")
	}
	browser := browserKey(secret)
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := opinable(tx, a, slug)
		if err != nil {
			return err
		}
		if err := c.mayOpine(a); err != nil {
			return err
		}
		one, err := getStatement(tx, c.ID, statement)
		if err != nil {
			return err
		}
		if one.State != Shown {
			return fault.New(fault.Closed, "statement.gone")
		}
		voice, err := voiceOf(tx, c.ID, a.ID, browser)
		switch {
		case err != nil:
			return err
		case voice == 0 && a.ID == 0 && browser == nil:
			return fault.New(fault.Invalid, "statement.cookies")
		case voice == 0:
			if a.SignedIn() {
				browser = nil
			}
			if voice, err = InsertVoice(tx, c.ID, a.ID, browser); err != nil {
				return err
			}
			if err := thing.Record(tx, a.ID, "statement.join", c.ID, ""); err != nil {
				return err
			}
		case a.SignedIn():
			if err := claim(tx, voice, a.ID); err != nil {
				return err
			}
		}
		return PutVote(tx, c.ID, voice, statement, say)
	})
	return err
}

// opinable loads a consultation whose statements are open.
func opinable(tx *db.Tx, a identity.Actor, slug string) (Consultation, error) {
	c, err := Find(tx, slug)
	if err != nil {
		return c, err
	}
	if err := policy.Allow(a, policy.Opine, c.Thing, tx.Now); err != nil {
		return c, err
	}
	if !c.StatementsOpen(tx.Now) {
		return c, fault.New(fault.Closed, "statement.closed")
	}
	return c, nil
}

// State adds somebody's statement, and says whether it is shown at once. Faults are on the field statement.
func (s *Service) State(ctx context.Context, a identity.Actor, slug, body, lang string) (state StatementState, err error) {
	body, invalid := cleanStatement(body)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := opinable(tx, a, slug)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.State, c.Thing, tx.Now); err != nil {
			return err
		}
		if err := c.mayOpine(a); err != nil {
			return err
		}
		if !c.Opinions.Add {
			return fault.New(fault.Forbidden, "statement.noadd")
		}
		if invalid != nil {
			return invalid
		}
		state = Waiting
		if c.Opinions.Unchecked {
			state = Shown
		}
		return add(tx, a, c, Statement{Body: body, Lang: lang, State: state}, AddedMost)
	})
	return state, err
}

// add stores a statement, unless there are too many or one in the same words.
func add(tx *db.Tx, a identity.Actor, c Consultation, one Statement, most int) error {
	all, own, err := counted(tx, c.ID, a.ID)
	if err != nil {
		return err
	}
	there, err := stated(tx, c.ID, one.Body)
	if err != nil {
		return err
	}
	switch {
	case there:
		return fault.On("statement", "statement.there")
	case all >= StatementsMost:
		return fault.On("statement", "statement.full", "max", StatementsMost)
	case own >= most:
		return fault.On("statement", "statement.many", "max", most)
	}
	one.Of, one.Author = c.ID, a.ID
	if err := InsertStatement(tx, &one); err != nil {
		return err
	}
	return thing.Record(tx, a.ID, "statement.add", c.ID, one.Body)
}

// Seed adds the agency's statements, one to a line, of which people are asked at once. Faults are on the
// field statement.
func (s *Service) Seed(ctx context.Context, a identity.Actor, id thing.ID, lines string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, c.Thing, tx.Now); err != nil {
			return err
		}
		n := 0
		for line := range strings.Lines(lines) {
			if text.Line(line) == "" {
				continue
			}
			body, err := cleanStatement(line)
			if err != nil {
				return err
			}
			if err := add(tx, a, c, Statement{Body: body, Lang: c.Lang, State: Shown, Official: true}, StatementsMost); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return fault.On("statement", "statement.short", "least", StatementLeast)
		}
		return nil
	})
}

// allowed asks the policy about the consultation with an id.
func allowed(tx *db.Tx, a identity.Actor, do policy.Action, id thing.ID) error {
	t, err := thing.Get(tx, id)
	if err != nil {
		return err
	}
	return policy.Allow(a, do, t, tx.Now)
}

// Decide shows a statement, or refuses it with a reason that its author reads. Faults are on the field
// reason.
func (s *Service) Decide(ctx context.Context, a identity.Actor, id thing.ID, statement int64, show bool, reason string) error {
	reason = text.Clean(reason)
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := allowed(tx, a, policy.Manage, id); err != nil {
			return err
		}
		one, err := getStatement(tx, id, statement)
		if err != nil {
			return err
		}
		var c fault.Check
		c.That(show || reason != "", "reason", "statement.reason.empty")
		c.That(utf8.RuneCountInString(reason) <= SummaryMost, "reason", "consultation.long", "max", int64(SummaryMost))
		if err := c.Err(); err != nil {
			return err
		}
		verb := "statement.refuse"
		one.State, one.Reason, one.DecidedBy, one.DecidedAt = Refused, reason, a.ID, tx.Now
		if show {
			verb, one.State, one.Reason = "statement.show", Shown, ""
		}
		if err := decideStatement(tx, one); err != nil {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: a.ID, Verb: verb, Thing: id, Person: one.Author, Note: one.Body})
	})
}

// Statement returns one for those who look after the consultation.
func (s *Service) Statement(ctx context.Context, a identity.Actor, id thing.ID, statement int64) (one Statement, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := allowed(tx, a, policy.Manage, id); err != nil {
			return err
		}
		one, err = getStatement(tx, id, statement)
		return err
	})
	return one, err
}

// SetOpinions decides how people take part in the statements. Once they are open, who may vote does not
// change any more.
func (s *Service) SetOpinions(ctx context.Context, a identity.Actor, id thing.ID, o Opinions) error {
	return s.change(ctx, a, id, "statement.settings", "", func(tx *db.Tx, c *Consultation) error {
		var check fault.Check
		check.That(o.Least >= identity.Unknown && o.Least <= identity.Resident, "least", "vote.level.unknown")
		opens, _ := window(c.Stages, statements)
		begun := c.Listed(tx.Now) && !opens.IsZero() && !tx.Now.Before(opens)
		check.That(!begun || o.Least == c.Opinions.Least, "least", "statement.begun")
		c.Opinions = o
		return check.Err()
	})
}

// OpinionDesk is what staff see of a consultation's statements.
type OpinionDesk struct {
	Consultation
	Statements map[StatementState][]Statement
	Map        Drawn
	HasMap     bool
}

// OpinionDesk returns it.
func (s *Service) OpinionDesk(ctx context.Context, a identity.Actor, id thing.ID) (m OpinionDesk, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if m.Consultation, err = Get(tx, id); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, m.Thing, tx.Now); err != nil {
			return err
		}
		m.Statements = map[StatementState][]Statement{}
		for _, state := range []StatementState{Waiting, Shown, Refused} {
			if m.Statements[state], err = StatementsOf(tx, id, state); err != nil {
				return err
			}
		}
		m.Map, m.HasMap, err = DrawnOf(tx, id)
		return err
	})
	return m, err
}
