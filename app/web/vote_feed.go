package web

import (
	"fmt"
	"html"
	"time"

	"tequio/app/db"
	"tequio/app/thing"
	"tequio/app/vote"
)

// checkpointsTold bounds the states of a ledger that a feed holds.
const checkpointsTold = 20

// voteEntries tell of a vote's life: that it opened and closed, its result, who certified it, each
// change of its rules, and the signed states of its ledger.
func (v *Visit) voteEntries(tx *db.Tx, t thing.Thing) (all []atomEntry, err error) {
	w, err := vote.Get(tx, t.ID)
	if err != nil {
		return nil, err
	}
	v.Turns(t)
	results := t.Path() + "/results"
	for _, one := range []struct {
		what, href string
		at         time.Time
	}{
		{"opened", t.Path(), w.OpensAt}, {"closed", t.Path(), w.ClosesAt}, {"counted", results, w.CountedAt}, {"certified", results, w.CertifiedAt},
	} {
		if one.at.IsZero() || one.at.After(v.Now) {
			continue
		}
		e := v.newEntry(t.Path()+"#"+one.what, one.href, v.T("vote.feed."+one.what, "title", t.Title), one.at)
		e.Content = atomText{"text", v.otherLang(t.Lang), t.Summary}
		all = append(all, e)
	}
	changes, err := vote.Amendments(tx, t.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range v.amendments(w, changes) {
		e := v.newEntry(a.Sheet, a.Sheet, v.T("vote.feed.amended", "title", t.Title), changes[a.N-1].At)
		e.Content = atomText{"text", "", a.What + " " + v.T("vote.amended.why") + " " + a.Reason + " " + a.Who}
		all = append(all, e)
	}
	states, err := vote.Checkpoints(tx, t.ID)
	for _, c := range states[max(0, len(states)-checkpointsTold):] {
		e := v.newEntry(fmt.Sprintf("%s/log/checkpoint#%d", t.Path(), c.Size), t.Path()+"/log/checkpoint", v.T("vote.feed.checkpoint", "n", c.Size, "title", t.Title), c.At)
		e.Content = atomText{"html", "", "<pre>" + html.EscapeString(c.Note) + "</pre>"}
		all = append(all, e)
	}
	return all, err
}
