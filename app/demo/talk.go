package demo

import (
	"strconv"
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
		by, said := t.who(row.By), &talk.Comment{}
		voice := text.Participant
		if row.Agency != "" {
			voice = text.Official
		}
		html := text.Markdown(row.Text, voice)
		t.said = append(t.said, said)
		t.then(t.when(row.At), func(tx *db.Tx) error {
			*said = talk.Comment{Thing: *on, Author: by.ID, Agency: t.agency[row.Agency], Stance: talk.Stance(row.Stance), Body: row.Text, HTML: html}
			e := thing.Event{Actor: by.ID, Verb: "comment.say", Thing: *on}
			if above != nil {
				said.Parent, e.Person = above.ID, above.Author
			}
			if err := talk.InsertComment(tx, said); err != nil {
				return err
			}
			t.loaded.Comments++
			e.Note = strconv.FormatInt(said.ID, 10)
			return thing.RecordEvent(tx, e)
		})
		t.talk(on, said, row.Replies)
		if row.Hidden != "" {
			t.hide(said, t.when(row.At), moderation.Reason{Code: moderation.Code(row.Code), Text: row.Hidden})
		}
	}
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
