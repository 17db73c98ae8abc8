package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tequio/app/challenge"
	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
	"tequio/app/vote"
)

// A decision is what people said and what became of it, as a card of the home page.
type decision struct {
	Tag     Tag
	Icon    string // of the tag
	Href    string
	Title   string
	Lang    string // of the title and Said, "" when it is the reader's
	Saying  string // "They said:"
	Said    string
	Doing   string // "We will:", "Why not:"
	Did     string
	DidLang string
	Foot    Fact
	at      time.Time
	refused bool
}

// decidedFrom is how many of the latest answers the home page chooses from.
const decidedFrom = 60

// excerptOf bounds what a card quotes of a text, in letters.
const excerptOf = 150

// decided are the latest decisions, one of them a refusal where there is one: a page that shows only
// successes is not believed.
func (v *Visit) decided(tx *db.Tx) ([]decision, error) {
	answers, err := talk.LatestAnswers(tx, decidedFrom)
	if err != nil {
		return nil, err
	}
	var all []decision
	seen := map[thing.ID]bool{}
	for _, n := range answers {
		if seen[n.Thing] {
			continue // the newest holds
		}
		seen[n.Thing] = true
		if !n.Verdict.Final() {
			continue
		}
		d, err := v.answered(tx, n)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	asked, err := v.consulted(tx)
	if err != nil {
		return nil, err
	}
	solved, err := v.solved(tx)
	return choose(slices.Concat(all, asked, solved), decidedMost), err
}

// choose takes the n newest decisions; the last gives way to a refusal when none is among them.
func choose(all []decision, n int) []decision {
	slices.SortStableFunc(all, func(a, b decision) int { return cmp.Compare(b.at.UnixMicro(), a.at.UnixMicro()) })
	refused := func(d decision) bool { return d.refused }
	if i := slices.IndexFunc(all, refused); i >= n {
		all[n-1] = all[i]
	}
	return all[:min(len(all), n)]
}

// consulted are the consultations whose outcome came last.
func (v *Visit) consulted(tx *db.Tx) (all []decision, err error) {
	latest, err := consultation.LatestOutcomes(tx, decidedMost)
	if err != nil {
		return nil, err
	}
	for _, c := range latest {
		words, err := thing.Translations(tx, v.Lang.Tag(), c.ID)
		if err != nil {
			return nil, err
		}
		w := words[c.ID]
		t, outcome, lang := c.Thing.In(v.Lang.Tag(), w), c.Outcome, c.Lang
		if s := w["outcome"]; s != "" && c.Lang != v.Lang.Tag() {
			outcome, lang = s, v.Lang.Tag()
		}
		d := v.outcome(t, outcome, lang, c.OutcomeAt)
		d.Tag, d.Icon, d.Saying = Tag{v.T("home.verdict.outcome"), "tag-ok"}, "check", v.T("home.asked")
		all = append(all, d)
	}
	return all, nil
}

// solved are the challenges whose decision came last, with a winner or without.
func (v *Visit) solved(tx *db.Tx) (all []decision, err error) {
	latest, err := challenge.LatestDecided(tx, decidedMost)
	if err != nil {
		return nil, err
	}
	for _, c := range latest {
		words, err := thing.Translations(tx, v.Lang.Tag(), c.ID)
		if err != nil {
			return nil, err
		}
		lang := c.Lang
		if w := words[c.ID]; w["decision"] != "" && c.Lang != v.Lang.Tag() {
			lang = v.Lang.Tag()
		}
		in := c.In(v.Lang.Tag(), words[c.ID])
		d := v.outcome(in.Thing, in.Decision, lang, c.DecidedAt)
		d.Tag, d.Icon, d.Saying = Tag{v.T("home.verdict.won"), "tag-ok"}, "trophy", v.T("home.challenged")
		if c.Outcome == challenge.Void {
			d.Tag, d.Icon = Tag{v.T("home.verdict.void"), "tag-bad"}, "x"
		}
		all = append(all, d)
	}
	return all, nil
}

// outcome is the card of what became of t, in a text and its language.
func (v *Visit) outcome(t thing.Thing, did, lang string, at time.Time) decision {
	return decision{
		Href: t.Path(), Title: t.Title, Lang: v.otherLang(t.Lang), Said: t.Summary, Doing: v.T("home.did.outcome"),
		Did: opening(did), DidLang: v.otherLang(lang), at: at,
		Foot: Fact{"calendar", v.T("home.decided.on", "date", v.Lang.ShortDate(at, v.Zone())), v.iso(at)},
	}
}

// verdictTags are the state, its colour and its icon for each verdict.
var verdictTags = map[talk.Verdict][2]string{
	talk.Accepted: {"tag-ok", "check"}, talk.Partly: {"tag-warn", "clock"}, talk.Rejected: {"tag-bad", "x"}, talk.Noted: {"tag-info", "info"},
}

func (v *Visit) answered(tx *db.Tx, n talk.Answer) (d decision, err error) {
	t, err := thing.Get(tx, n.Thing)
	if err != nil {
		return d, err
	}
	some, err := v.translated(tx, []thing.Thing{t})
	if err != nil {
		return d, err
	}
	t = some[0]
	look := verdictTags[n.Verdict]
	d = decision{
		Tag: Tag{v.T("home.verdict." + string(n.Verdict)), look[0]}, Icon: look[1], Href: t.Path(), Title: t.Title, Lang: v.otherLang(t.Lang),
		Saying: v.T("home.said"), Said: t.Summary, Doing: v.T("home.did." + string(n.Verdict)),
		Did: opening(n.Body), DidLang: v.otherLang(n.Lang), at: n.At, refused: n.Verdict == talk.Rejected,
	}
	if t.Kind == vote.Kind { // its answer announces the result
		d.Saying = v.T("home.voted")
		d.Tag, d.Icon, d.Doing, d.Href = Tag{v.T("home.verdict.outcome"), "tag-ok"}, "vote", v.T("home.did.outcome"), t.Path()+"/results"
	}
	if t.Supports > 0 {
		d.Saying = v.T("home.said.supports", "n", t.Supports)
	}
	d.Foot = Fact{"calendar", v.T("home.decided.on", "date", v.Lang.ShortDate(n.At, v.Zone())), v.iso(n.At)}
	return d, nil
}

// opening is the beginning of an answer, without the bold word with which many begin: the card's tag
// says it already.
func opening(body string) string {
	body = strings.TrimSpace(body)
	if rest, bold := strings.CutPrefix(body, "**"); bold {
		if word, after, ok := strings.Cut(rest, "**"); ok && len(strings.Fields(word)) <= 3 {
			if strings.HasSuffix(word, ".") || strings.HasPrefix(after, ".") {
				body = strings.TrimLeft(after, ". \n")
			}
		}
	}
	return text.Excerpt(body, excerptOf)
}
