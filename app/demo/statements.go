package demo

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/opinion"
)

// statements plans that a consultation's statements are there when it opens, and that people of three camps
// say in the days after what they think of them.
func (t *town) statements(c *consultation.Consultation, row consultationRow) {
	if len(row.Statements) == 0 {
		return
	}
	i := slices.IndexFunc(row.Phases, func(p phaseRow) bool { return p.Key == consultation.Statements })
	if i < 0 {
		t.fail(fmt.Errorf("%s has statements and no phase for them", row.Slug))
		return
	}
	opens := t.when(row.Phases[i].Opens)
	all := make([]consultation.Statement, len(row.Statements))
	t.then(c.PublishedAt, func(tx *db.Tx) error {
		for k, r := range row.Statements {
			all[k] = consultation.Statement{Of: c.ID, Author: c.Author, Official: true, Lang: "es", Body: r.Text, State: consultation.Shown}
			if err := consultation.InsertStatement(tx, &all[k]); err != nil {
				return err
			}
		}
		return nil
	})
	for n, key := range order(row.Slug+"/statements", t.entitled(1)) {
		at := opens.Add(time.Duration(n)*97*time.Minute + 11*time.Minute)
		if !at.Before(t.start) {
			break
		}
		camp := n % len(row.Statements[0].Agree)
		t.then(at, func(tx *db.Tx) error {
			voice, err := consultation.InsertVoice(tx, c.ID, t.who(key).ID, nil)
			if err != nil {
				return err
			}
			for k, r := range row.Statements {
				if say, said := lean(row.Slug, key, k, r.Agree[camp]); said {
					if err := consultation.PutVote(tx, c.ID, voice, all[k].ID, say); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
}

// lean is what somebody of a camp says of a statement: about one in eight says nothing, one in twelve passes.
func lean(slug, key string, statement, agree int) (say int8, said bool) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", slug, key, statement))
	switch {
	case sum[0] < 32:
		return 0, false
	case sum[1] < 21:
		return opinion.Pass, true
	case int(sum[2])*100/256 < agree:
		return opinion.Agree, true
	}
	return opinion.Disagree, true
}
