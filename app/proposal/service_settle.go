package proposal

import (
	"time"

	"tequio/app/db"
	"tequio/app/talk"
	"tequio/app/thing"
)

// Hook keeps a proposal in step with the official answers to it, and with what a moderator says of
// one that was handed in to be read; it runs in their transaction.
func Hook(tx *db.Tx, e thing.Event) error {
	var do func(*db.Tx, *Proposal) error
	switch e.Verb {
	case "answer.give", "answer.correct":
		do = settle
	case "thing.pass":
		do = pass
	case "thing.return":
		do = func(tx *db.Tx, p *Proposal) error { return p.giveBack(tx, e.Note) }
	default:
		return nil
	}
	t, err := thing.Get(tx, e.Thing)
	if err != nil || t.Kind != Kind {
		return err
	}
	p, err := Get(tx, t.ID)
	if err != nil {
		return err
	}
	return do(tx, &p)
}

// Settle reads the official answer that holds into the proposal.
func Settle(tx *db.Tx, id thing.ID) error {
	p, err := Get(tx, id)
	if err != nil {
		return err
	}
	return settle(tx, &p)
}

func settle(tx *db.Tx, p *Proposal) error {
	answers, err := talk.Answers(tx, p.ID)
	if err != nil {
		return err
	}
	p.settle(answers)
	return save(tx, p)
}

// settle takes over what the answers, newest first, say: the newest holds, the first decision is when
// the authority has answered.
func (p *Proposal) settle(answers []talk.Answer) {
	p.Verdict, p.AnsweredAt, p.DueAt = "", time.Time{}, time.Time{}
	for _, n := range answers {
		if n.Verdict.Final() {
			p.AnsweredAt = n.At
		}
	}
	if len(answers) > 0 {
		p.Verdict, p.DueAt = answers[0].Verdict, answers[0].DueAt
	}
}

// pass publishes what a moderator has read, under the rules of the moment.
func pass(tx *db.Tx, p *Proposal) error {
	if p.State != thing.Checking {
		return nil
	}
	k, err := getClass(tx, p.KindID)
	if err != nil {
		return err
	}
	return open(tx, p, k)
}

// giveBack makes a draft again of what a moderator sent back, with the reason for its author.
func (p *Proposal) giveBack(tx *db.Tx, reason string) error {
	if p.State != thing.Checking {
		return nil
	}
	p.Returned, p.Checked = reason, true
	return p.reopen(tx)
}
