package demo

import (
	"fmt"
	"io/fs"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/moderation"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// talk plans what is said on a thing; above is the comment answered, nil on the first level.
func (t *town) talk(on *thing.ID, above *talk.Comment, rows []commentRow) {
	for _, row := range rows {
		said := &talk.Comment{}
		t.said = append(t.said, said)
		t.say(on, above, said, row, t.when(row.At))
		t.talk(on, said, row.Replies)
		if row.Hidden != "" {
			t.hide(said, t.when(row.At), moderation.Reason{Code: moderation.Code(row.Code), Text: row.Hidden})
		}
	}
}

// say plans one comment; said becomes what was stored.
func (t *town) say(on *thing.ID, above, said *talk.Comment, row commentRow, at time.Time) {
	by, voice := t.who(row.By), text.Participant
	if row.Agency != "" {
		voice = text.Official
	}
	html := text.Markdown(row.Text, voice)
	t.then(at, func(tx *db.Tx) error {
		*said = talk.Comment{Thing: *on, Author: by.ID, Agency: t.agency[row.Agency], Stance: talk.Stance(row.Stance), Body: row.Text, HTML: html}
		if above != nil {
			said.Parent = above.ID
		}
		t.loaded.Comments++
		return talk.StoreComment(tx, said)
	})
}

// planTalk plans long conversations, one line after the other, and those that are closed.
func (t *town) planTalk(files fs.FS, _ time.Time) error {
	f, err := read[talkFile](files, "talk.toml")
	if err != nil {
		return err
	}
	for _, row := range f.Threads {
		var on thing.ID
		from, to := t.when(row.From), t.when(row.To)
		t.then(from, func(*db.Tx) error { on = t.proposal[row.Proposal]; return nil })
		var above [4]*talk.Comment // the last one said on each level
		var all []*talk.Comment
		for i, line := range row.Lines {
			if line.Level < 0 || line.Level >= len(above) || line.Level > 0 && above[line.Level-1] == nil {
				return fmt.Errorf("talk.toml: %q hangs on nothing", line.Text)
			}
			said, answered := &talk.Comment{}, (*talk.Comment)(nil)
			if line.Level > 0 {
				answered = above[line.Level-1]
			}
			t.say(&on, answered, said, commentRow{By: line.By, Agency: line.Agency, Stance: line.Stance, Text: line.Text}, t.spread(i, len(row.Lines), from, to))
			above[line.Level] = said
			all = append(all, said)
		}
		t.then(to, func(tx *db.Tx) error { return t.react(tx, row.Proposal, all) })
	}
	for _, row := range f.Closed {
		t.then(t.when(row.At), func(tx *db.Tx) error {
			return talk.StoreClosing(tx, t.moderator.ID, t.proposal[row.Proposal], row.Reason)
		})
	}
	return nil
}

// attention is within how long a moderator looks at what was said.
const attention = 6 * time.Hour

// hide plans that a comment is hidden, soon after it was said.
func (t *town) hide(said *talk.Comment, at time.Time, r moderation.Reason) {
	t.check(r)
	t.then(t.spread(0, 1, at, at.Add(attention)), func(tx *db.Tx) error {
		m := moderation.Remark{ID: said.ID, Thing: thing.Ref{ID: said.Thing}, Author: said.Author}
		return moderation.StoreComment(tx, t.moderator.ID, m, true, r)
	})
}

// check refuses a reason that moderators could not give.
func (t *town) check(r moderation.Reason) {
	if err := r.Check(false); err != nil {
		t.fail(err)
	}
}

// answer plans an agency's official word on a thing.
func (t *town) answer(on *thing.ID, at time.Time, by *identity.Person, agency string, n talk.Answer) {
	n.Lang, n.HTML = "es", text.Markdown(n.Body, text.Official)
	t.then(at, func(tx *db.Tx) error {
		n := n
		n.Thing, n.Author, n.Agency = *on, by.ID, t.agency[agency]
		if err := talk.InsertAnswer(tx, &n); err != nil {
			return err
		}
		on, err := thing.Get(tx, n.Thing)
		if err != nil {
			return err
		}
		return thing.RecordEvent(tx, thing.Event{Actor: by.ID, Verb: "answer.give", Thing: n.Thing, Person: on.Author, Note: string(n.Verdict)})
	})
}
