package notice

import (
	"time"

	"tequio/app/identity"
	"tequio/app/thing"
)

// An item is a notice whose mail is due, with what decides whether it is still worth one.
type item struct {
	Notice
	person identity.ID
	event  int64
	via    string
	pace   Pace
	due    time.Time
	t      thing.Thing
}

// hiding are verbs that tell somebody that a thing of theirs is not to be seen: they are mailed
// although it is not.
var hiding = map[string]bool{"thing.hide": true, "comment.hide": true, "thing.return": true}

// worth reports whether an item is mailed: not what was read on the site, nor anything of a thing that
// is not public any more, unless just that is the news and it is the reader's own.
func (i item) worth(now time.Time) bool {
	if i.Read {
		return false
	}
	if i.via == own && (hiding[i.Verb] || i.t.Author == i.person) {
		return true
	}
	return i.t.Visible(now) && !i.t.Hidden()
}

// A bundle is the news of one thing in a summary.
type bundle struct {
	t     thing.Thing
	items []item // newest first
	rest  int64  // how many more there are
}

// How much one summary shows.
const (
	bundlesMost = 15 // things
	itemsMost   = 5  // pieces of news of one thing
)

// bundled groups items, newest first, by thing: the thing with the newest first. rest is how many items
// belong to things that are left out.
func bundled(items []item) (all []bundle, rest int64) {
	at := map[thing.ID]int{}
	for _, i := range items {
		n, ok := at[i.t.ID]
		switch {
		case !ok && len(all) == bundlesMost:
			rest++
			continue
		case !ok:
			n = len(all)
			at[i.t.ID] = n
			all = append(all, bundle{t: i.t})
		}
		if len(all[n].items) == itemsMost {
			all[n].rest++
			continue
		}
		all[n].items = append(all[n].items, i)
	}
	return all, rest
}

// mail is what is written to one person at one instant.
type dueMail struct {
	prompt []item // at once
	digest []item // in the summary
	silent []int64
}

// sorted parts a person's due items into letters, the summary, and those that are not mailed.
func sorted(items []item, now time.Time) (m dueMail) {
	for _, i := range items {
		switch {
		case !i.worth(now):
			m.silent = append(m.silent, i.ID)
		case i.pace == Now:
			m.prompt = append(m.prompt, i)
		default:
			m.digest = append(m.digest, i)
		}
	}
	return m
}
