package demo

import (
	"fmt"
	"io/fs"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/moderation"
	"tequio/app/talk"
)

// A wait is something that waits for moderators when the demo begins, since so many hours.
type wait struct {
	hours int
	code  moderation.Code
	words string
	by    int // people who report it
}

// waits are what was reported lately; the first of them is late.
var waits = []wait{
	{31, moderation.OffTopic, "Esto no tiene que ver con la propuesta.", 1},
	{9, moderation.Insult, "Llama mentirosos a los demás.", 3},
	{2, moderation.Spam, "Es el mismo anuncio de siempre.", 1},
}

// planModeration plans what neighbours make of each other's comments, what they report, an
// appeal against a comment that was hidden, and an hour with more supports than is usual.
func (t *town) planModeration(fs.FS, time.Time) error {
	t.then(t.start.Add(-time.Minute), func(tx *db.Tx) error { return t.react(tx, "reaction", t.said) })
	t.then(t.start, func(tx *db.Tx) error {
		for h := 47; h >= 0; h-- {
			if err := moderation.JudgeHour(tx, tx.Now.Truncate(time.Hour).Add(-time.Duration(h)*time.Hour)); err != nil {
				return err
			}
		}
		return nil
	})
	for i, w := range waits {
		t.then(t.start.Add(-time.Duration(w.hours)*time.Hour), func(tx *db.Tx) error { return t.report(tx, i, w) })
	}
	t.then(t.start.Add(-5*time.Hour), func(tx *db.Tx) error {
		for _, c := range t.said {
			d, err := moderation.Latest(tx, c.Thing, c.ID)
			if err != nil || d.ID == 0 {
				if err != nil {
					return err
				}
				continue
			}
			return moderation.StoreAppeal(tx, d.ID, "No vendo nada: puse la página de la cooperativa porque preguntaron por ella.", tx.Now.Add(24*time.Hour))
		}
		return nil
	})
	return nil
}

// react has neighbours agree and disagree with what was said, with some comments more than others.
func (t *town) react(tx *db.Tx, salt string, said []*talk.Comment) error {
	people := t.entitled(identity.Reachable)
	for i, c := range said {
		if c.ID == 0 || i%3 == 2 {
			continue
		}
		for n, key := range order(fmt.Sprint(salt, " ", i), people)[:i*7%6] {
			r := talk.Agrees
			if n%4 == 3 {
				r = talk.Disagrees
			}
			if p := t.person[key]; p.ID != c.Author {
				if err := talk.StoreReaction(tx, *c, p.ID, r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// report has people report the last comments that were said by then and nobody hid.
func (t *town) report(tx *db.Tx, i int, w wait) error {
	var open []*talk.Comment
	for _, c := range t.said {
		if c.ID != 0 && c.Agency == 0 && c.Depth == 0 && c.At.Before(tx.Now) {
			now, err := talk.Get(tx, c.ID)
			if err != nil {
				return err
			}
			if now.Shown() {
				open = append(open, c)
			}
		}
	}
	if len(open) <= i {
		return nil
	}
	c := open[len(open)-1-i*7%len(open)]
	for _, key := range order(fmt.Sprint("report ", i), t.entitled(identity.Reachable))[:w.by] {
		r := moderation.Report{Person: t.person[key].ID, Code: w.code, Text: w.words}
		if err := moderation.StoreReport(tx, c.Thing, c.ID, r, tx.Now.Add(24*time.Hour)); err != nil {
			return err
		}
	}
	return nil
}
