package demo

import (
	"io/fs"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/moderation"
	"tequio/app/notice"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/thing"
)

func (t *town) planProposals(files fs.FS, _ time.Time) error {
	f, err := read[proposalsFile](files, "proposals.toml")
	if err != nil {
		return err
	}
	if err := t.readLife(files); err != nil {
		return err
	}
	for _, row := range f.Proposals {
		t.write(files, t.propose(row), row)
	}
	for _, row := range f.Proposals {
		if row.Carried > 0 {
			t.carry(row)
		}
	}
	t.planLife(files)
	return nil
}

// propose plans a proposal's life: published with its first text, changed, supported, answered,
// withdrawn or hidden.
func (t *town) propose(row proposalRow) *proposal.Proposal {
	author, texts := t.who(row.Author), row.texts()
	p := &proposal.Proposal{
		Body: texts[0].Body, Threshold: t.set.Threshold, AnswerDays: int64(t.set.AnswerIn), ReachedAt: t.maybe(row.Reached),
	}
	p.Slug, p.Lang, p.Title, p.Summary, p.Subject, p.Place = row.Slug, "es", texts[0].Title, texts[0].Summary, row.Subject, row.Place
	p.Point = t.point[row.Slug]
	if of, ok := t.of[row.Slug]; ok {
		p.Fields = t.fields(of.Kind, of.Fields)
	}
	p.State, p.PublishedAt = thing.Published, t.when(row.Published)
	p.ClosesAt = p.PublishedAt.AddDate(0, 0, t.set.Period)
	if row.State == "withdrawn" && row.Into == "" {
		p.State, p.WithdrawnAt, p.Withdrawal = thing.Withdrawn, t.when(row.Ended), row.Reason
	}
	t.then(p.PublishedAt, func(tx *db.Tx) error {
		p.Author, p.Agency = author.ID, t.agency[row.Agency]
		if of, ok := t.of[row.Slug]; ok {
			p.KindID, p.Happens = t.kinds[of.Kind].ID, proposal.Said(t.kinds[of.Kind].Happens, p.Lang)
		}
		if err := proposal.Insert(tx, p); err != nil {
			return err
		}
		t.proposal[row.Slug] = p.ID
		t.loaded.Things++
		if err := notice.StoreFollow(tx, p.ID, author.ID); err != nil {
			return err
		}
		return thing.Record(tx, author.ID, "proposal.publish", p.ID, p.Title)
	})
	for i, v := range row.Versions {
		t.then(t.when(v.At), func(tx *db.Tx) error {
			return proposal.StoreEdit(tx, author.ID, p.ID, proposal.Revision{Words: texts[i+1], Note: v.Note})
		})
	}
	for _, a := range row.Answers {
		t.answer(&p.ID, t.when(a.At), t.who(a.By), a.Agency, talk.Answer{
			Verdict: talk.Verdict(a.State), Body: a.Text, Cost: a.Cost * minor, Unit: a.Unit, DueAt: t.maybe(a.Due),
		})
	}
	t.endProposal(p, row)
	t.support(p, row)
	t.talk(&p.ID, nil, row.Comments)
	return p
}

// texts are what the proposal said, from its publication on: fields that a version leaves out were
// as in the text that followed.
func (row proposalRow) texts() []proposal.Words {
	all := make([]proposal.Words, len(row.Versions)+1)
	last := proposal.Words{Title: row.Title, Summary: row.Summary, Body: row.Body}
	all[len(row.Versions)] = last
	for i := len(row.Versions) - 1; i >= 0; i-- {
		v := row.Versions[i]
		for from, to := range map[*string]*string{&v.Title: &last.Title, &v.Summary: &last.Summary, &v.Body: &last.Body} {
			if *from != "" {
				*to = *from
			}
		}
		all[i] = last
	}
	return all
}

// endProposal plans a withdrawal by its author or a hiding by moderation.
func (t *town) endProposal(p *proposal.Proposal, row proposalRow) {
	switch row.State {
	case "withdrawn":
		t.then(t.when(row.Ended), func(tx *db.Tx) error {
			if row.Into != "" {
				return proposal.StoreMerge(tx, p.Author, p.ID, t.proposal[row.Into], row.Reason)
			}
			return thing.Record(tx, p.Author, "proposal.withdraw", p.ID, row.Reason)
		})
	case "hidden":
		r := moderation.Reason{Code: moderation.Code(row.Code), Text: row.Reason}
		t.check(r)
		t.then(t.when(row.Ended), func(tx *db.Tx) error { return moderation.StoreThing(tx, t.moderator.ID, p.Thing, true, r) })
	}
}

// rush has all of them support within one hour and from one block, five hours before the demo begins.
func (t *town) rush(all []proposal.Backing) {
	hour := t.start.Add(-5 * time.Hour).Truncate(time.Hour)
	for i := range all {
		all[i].At, all[i].Network = hour.Add(time.Duration(i+1)*time.Minute), "203.0.113.0/24"
	}
}

// support plans who supports a proposal: their number is that of the file, the instant at which the
// threshold was passed too. Single supports leave no events, reaching the threshold does.
func (t *town) support(p *proposal.Proposal, row proposalRow) {
	var backers []string
	for _, key := range order(row.Slug, t.entitled(identity.Reachable)) {
		if key != row.Author && len(backers) < row.Supports {
			backers = append(backers, key)
		}
	}
	n, threshold := len(backers), int(t.set.Threshold)
	end := p.ClosesAt
	switch {
	case len(row.Answers) > 0:
		end = t.when(row.Answers[0].At)
	case row.Ended != "":
		end = t.when(row.Ended)
	}
	at := func(i int) time.Time {
		switch {
		case p.ReachedAt.IsZero():
			return t.spread(i, n, p.PublishedAt, end)
		case i < threshold-1:
			return t.spread(i, threshold-1, p.PublishedAt, p.ReachedAt)
		case i == threshold-1:
			return p.ReachedAt
		}
		return t.spread(i-threshold, n-threshold, p.ReachedAt, end)
	}
	t.then(t.start, func(tx *db.Tx) error {
		all := make([]proposal.Backing, n)
		for i, key := range backers {
			all[i] = proposal.Backing{Person: t.person[key].ID, Level: t.person[key].Level, At: at(i)}
		}
		t.rush(all[max(0, n-row.Rush):])
		t.loaded.Supports += n
		return proposal.InsertBackings(tx, p.ID, all)
	})
	if !p.ReachedAt.IsZero() {
		t.then(p.ReachedAt, func(tx *db.Tx) error {
			return thing.RecordEvent(tx, thing.Event{Verb: "proposal.threshold", Thing: p.ID, Person: p.Author})
		})
	}
}
