package consultation

import (
	"context"
	"strconv"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/job"
	"tequio/app/policy"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// tells tells people, once, what became of what they said, when the outcome is published.
const tells = job.Kind[thing.ID]("consultation.tell")

// toldAtOnce bounds how many people are told in one write.
const toldAtOnce = 100

// Inbox is a page of contributions for those who answer them.
type Inbox struct {
	Consultation
	Contributions []Contribution
	N             int // that the filter finds
	Tags          []string
	Disposition   Disposition
}

// Inbox returns the contributions of a filter.
func (s *Service) Inbox(ctx context.Context, a identity.Actor, id thing.ID, f Filter) (in Inbox, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if in.Consultation, err = Get(tx, id); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Answer, in.Thing, tx.Now); err != nil {
			return err
		}
		if in.Contributions, in.N, err = Contributions(tx, id, f); err != nil {
			return err
		}
		if in.Tags, err = TagsOf(tx, id); err != nil {
			return err
		}
		in.Disposition, err = DispositionOf(tx, id)
		return err
	})
	return in, err
}

// A Reply is an answer to several contributions at once.
type Reply struct {
	Verdict talk.Verdict
	Body    string // the reasons, Markdown
	Lang    string
	About   string // address of the thing to which it leads, on this site; "": none
	Parts   []Part
	Again   bool // parts that were answered are answered anew; else they are refused
}

// Reply answers contributions at once. What another member of the staff answered meanwhile is refused with
// the fault disposition.meanwhile, and nothing is stored. Faults are on the fields verdict, body, about, parts.
func (s *Service) Reply(ctx context.Context, a identity.Actor, id thing.ID, r Reply) error {
	return s.db.WriteOn(ctx, thing.Scope(id), func(tx *db.Tx) error { return Give(tx, a, id, r) })
}

// Give is Reply in the caller's transaction.
func Give(tx *db.Tx, a identity.Actor, id thing.ID, r Reply) error {
	r.Body = text.Clean(r.Body)
	c, err := Get(tx, id)
	if err != nil {
		return err
	}
	if err := policy.Allow(a, policy.Answer, c.Thing, tx.Now); err != nil {
		return err
	}
	if !c.Listed(tx.Now) {
		return fault.New(fault.Closed, "policy.away")
	}
	about, err := r.check(tx)
	if err != nil {
		return err
	}
	if err := r.unanswered(tx, id); err != nil {
		return err
	}
	if err := r.store(tx, a, c, about); err != nil {
		return err
	}
	if !c.OutcomeAt.IsZero() {
		if err := tells.Enqueue(tx, strconv.FormatInt(int64(id), 10), tx.Now, id); err != nil {
			return err
		}
	}
	return thing.Record(tx, a.ID, "disposition.answer", id, string(r.Verdict)+" × "+strconv.Itoa(len(r.Parts)))
}

// unanswered refuses parts that are not there, and those that were answered, unless that is meant.
func (r Reply) unanswered(tx *db.Tx, id thing.ID) error {
	meanwhile := 0
	for _, p := range r.Parts {
		one, err := contribution(tx, id, p)
		if err != nil {
			return err
		}
		if one.Verdict != "" && !r.Again {
			meanwhile++
		}
	}
	if meanwhile > 0 {
		return fault.New(fault.Conflict, "disposition.meanwhile", "n", meanwhile)
	}
	return nil
}

// check refuses a reply that says nothing, and finds the thing to which it leads.
func (r Reply) check(tx *db.Tx) (about thing.ID, err error) {
	var c fault.Check
	known := false
	for _, v := range DispositionVerdicts {
		known = known || v == r.Verdict
	}
	c.That(known, "verdict", "answer.verdict.empty")
	c.That(r.Body != "", "body", "answer.body.empty")
	c.That(len([]rune(r.Body)) <= PanelMost, "body", "consultation.long", "max", int64(PanelMost))
	c.That(len(r.Parts) > 0, "parts", "disposition.none")
	c.That(len(r.Parts) <= ContributionsPage, "parts", "disposition.many", "max", ContributionsPage)
	if r.About != "" {
		t, found, err := thing.AtPath(tx, r.About)
		if err != nil {
			return 0, err
		}
		c.That(found && t.Listed(tx.Now), "about", "disposition.about.none")
		about = t.ID
	}
	return about, c.Err()
}

// store gives the same answer to every part.
func (r Reply) store(tx *db.Tx, a identity.Actor, c Consultation, about thing.ID) error {
	batch := int64(0)
	for _, p := range r.Parts {
		n := talk.Answer{Thing: c.ID, PartKind: p.kept(), PartID: p.ID, Agency: talk.Voice(a, c.Thing), Author: a.ID, Verdict: r.Verdict, Lang: r.Lang,
			Body: r.Body, HTML: text.Markdown(r.Body, text.Official)}
		if err := talk.InsertAnswer(tx, &n); err != nil {
			return err
		}
		if batch == 0 {
			batch = n.ID
		}
		if err := setBatch(tx, n.ID, batch, about); err != nil {
			return err
		}
	}
	return nil
}

// Tag groups contributions under a word. Faults are on the fields tag and parts.
func (s *Service) Tag(ctx context.Context, a identity.Actor, id thing.ID, parts []Part, tag string) error {
	tag, invalid := cleanTag(tag)
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := allowed(tx, a, policy.Answer, id); err != nil {
			return err
		}
		if invalid != nil {
			return invalid
		}
		if len(parts) == 0 {
			return fault.On("parts", "disposition.none")
		}
		for _, p := range parts[:min(len(parts), ContributionsPage)] {
			if _, err := contribution(tx, id, p); err != nil {
				return err
			}
			if err := putTag(tx, id, p, tag); err != nil {
				return err
			}
		}
		return thing.Record(tx, a.ID, "disposition.tag", id, tag)
	})
}

// Tell tells those who were answered and were not told yet, a part of them at a time.
func (s *Service) Tell(ctx context.Context, id thing.ID) error {
	for {
		n := 0
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			people, err := untold(tx, id, toldAtOnce)
			n = len(people)
			for _, p := range people {
				if err == nil {
					err = markTold(tx, id, p)
				}
				if err == nil {
					err = thing.RecordEvent(tx, thing.Event{Verb: "disposition.tell", Thing: id, Person: p})
				}
			}
			return err
		})
		if err != nil || n < toldAtOnce {
			return err
		}
	}
}

// Table is what everybody reads of what became of the contributions.
type Table struct {
	Disposition
	Batches []Batch
	Of      map[int64][]Contribution // the first few of each batch
}

// shownOfBatch is how many contributions of a batch the table quotes.
const shownOfBatch = 5

// TableOf returns it.
func TableOf(tx *db.Tx, id thing.ID) (t Table, err error) {
	if t.Disposition, err = DispositionOf(tx, id); err != nil {
		return t, err
	}
	if t.Batches, err = BatchesOf(tx, id); err != nil {
		return t, err
	}
	t.Of, err = quoted(tx, id, shownOfBatch)
	return t, err
}

// Own are the actor's contributions to a consultation, with what became of them and the answers.
func (s *Service) Own(ctx context.Context, a identity.Actor, slug string) (c Consultation, all []Contribution, answers map[Part]talk.Answer, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if c, err = Find(tx, slug); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.See, c.Thing, tx.Now); err != nil {
			return err
		}
		if !a.SignedIn() {
			return fault.New(fault.SignIn, "policy.signin")
		}
		if all, err = contributionsBy(tx, c.ID, a.ID); err != nil {
			return err
		}
		answers, err = answersTo(tx, c.ID, all)
		return err
	})
	return c, all, answers, err
}

// answersTo are the answers that hold to contributions, those of one kind read together.
func answersTo(tx *db.Tx, id thing.ID, all []Contribution) (map[Part]talk.Answer, error) {
	kinds, answers := map[string][]int64{}, map[Part]talk.Answer{}
	for _, c := range all {
		kinds[c.kept()] = append(kinds[c.kept()], c.ID)
	}
	for kind, parts := range kinds {
		given, err := talk.PartAnswers(tx, id, kind, parts...)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			if one := given[c.ID]; c.kept() == kind && len(one) > 0 {
				answers[c.Part] = one[0]
			}
		}
	}
	return answers, nil
}
