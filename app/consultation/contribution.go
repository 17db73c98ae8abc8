package consultation

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// A Part names one contribution to a consultation: a comment on it or on one of its topics, a statement
// that somebody added, or what somebody wrote under an open question of its questionnaire.
type Part struct {
	Kind string // "comment", "statement", "text"
	ID   int64  // of a text: that of the response
	Of   int64  // of a text: the question; else 0
}

// The kinds of contributions, in the order in which pages offer them.
var PartKinds = []string{"comment", "statement", "text"}

// String is the part as forms name it: "comment-12", "text-12-7".
func (p Part) String() string {
	s := p.Kind + "-" + strconv.FormatInt(p.ID, 10)
	if p.Of != 0 {
		s += "-" + strconv.FormatInt(p.Of, 10)
	}
	return s
}

// ParsePart reads what String writes.
func ParsePart(s string) (p Part, ok bool) {
	words := strings.Split(s, "-")
	if len(words) < 2 || len(words) > 3 {
		return p, false
	}
	p.Kind = words[0]
	var err error
	if p.ID, err = strconv.ParseInt(words[1], 10, 64); err != nil {
		return p, false
	}
	if len(words) == 3 {
		if p.Of, err = strconv.ParseInt(words[2], 10, 64); err != nil {
			return p, false
		}
	}
	return p, p.String() == s && (p.Kind == "text") == (p.Of != 0) && (p.Kind == "comment" || p.Kind == "statement" || p.Kind == "text")
}

// kept is the kind under which an answer to the part is kept.
func (p Part) kept() string {
	if p.Kind == "text" {
		return "text." + strconv.FormatInt(p.Of, 10)
	}
	return p.Kind
}

// A Contribution is one of them with what became of it.
type Contribution struct {
	Part
	At      time.Time
	Author  identity.ID // 0: nobody knows
	Name    string      // of who is named beside it; "": without a name
	Body    string
	Stance  string
	On      thing.ID // the thing on which a comment stands
	Tags    []string
	Verdict talk.Verdict // of the answer that holds; "": none
	Batch   int64        // that the answer belongs to
}

// A Filter picks contributions.
type Filter struct {
	Kind     string // "": all
	Tag      string
	Words    string
	Answered string // "": all; "no", "yes"
	Page     int    // from 0
}

// ContributionsPage is how many stand on one page of the inbox, and at most are answered at once.
const ContributionsPage = 50

// tagMost bounds a tag, in characters.
const tagMost = 40

// cleanTag is a tag as it is kept: one line, small letters.
func cleanTag(tag string) (string, error) {
	tag = strings.ToLower(text.Line(tag))
	var c fault.Check
	c.That(tag != "", "tag", "disposition.tag.empty")
	c.That(utf8.RuneCountInString(tag) <= tagMost, "tag", "disposition.tag.long", "max", tagMost)
	return tag, c.Err()
}

// A Disposition is how many contributions came to what end.
type Disposition struct {
	All      int
	Verdicts map[talk.Verdict]int
}

// Answered is how many were answered.
func (d Disposition) Answered() (n int) {
	for _, one := range d.Verdicts {
		n += one
	}
	return n
}

// Taken is how many were accepted in whole or in part.
func (d Disposition) Taken() int { return d.Verdicts[talk.Accepted] + d.Verdicts[talk.Partly] }

// DispositionVerdicts are what a contribution can be answered with, in the order in which pages offer them.
var DispositionVerdicts = []talk.Verdict{talk.Accepted, talk.Partly, talk.Rejected, talk.Noted}
