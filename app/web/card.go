package web

import (
	"time"

	"tequio/app/thing"
)

// Card is a thing in a list, in the words of one reader.
type Card struct {
	Top      bool // its heading stands right under the page's
	Kind     string
	Icon     string
	KindName string
	Href     string
	Lang     string // of title and summary, "" when it is the reader's
	Title    string
	Summary  string
	Tag      *Tag
	Foot     []Fact
}

// Tag is a state in one word.
type Tag struct{ Text, Class string }

// Fact is something short about a thing: an icon, words, and the instant they speak of.
type Fact struct{ Icon, Text, At string }

var kindIcons = map[thing.Kind]string{
	"consultation": "message", "challenge": "lightbulb", "proposal": "megaphone", "vote": "vote", "agency": "agency",
	"entry": "users", "topic": "message", "survey": "edit",
}

// card begins a card with what every thing has; rooms add tag and facts.
func (v *Visit) card(t thing.Thing) Card {
	c := Card{
		Kind: string(t.Kind), Icon: kindIcons[t.Kind], KindName: v.T("kind." + string(t.Kind)), Href: t.Path(),
		Title: t.Title, Summary: t.Summary, Lang: v.otherLang(t.Lang),
	}
	v.Turns(t)
	return c
}

// otherLang is a text's language for the lang attribute, "" when it is the reader's own.
func (v *Visit) otherLang(tag string) string {
	if tag == v.Lang.Tag() {
		return ""
	}
	return tag
}

// deadline is the fact of when a thing opens or closes; nil when it does neither.
func (v *Visit) deadline(t thing.Thing) *Fact {
	switch at := t.Deadline(v.Now); {
	case at.IsZero() && !t.ClosesAt.IsZero():
		return &Fact{"clock", v.T("card.closed", "date", v.Lang.ShortDate(t.ClosesAt, v.Zone())), v.iso(t.ClosesAt)}
	case at.IsZero():
		return nil
	case t.PhaseAt(v.Now) == thing.Upcoming:
		return &Fact{"calendar", v.T("card.opens", "date", v.Lang.ShortDate(at, v.Zone())), v.iso(at)}
	default:
		return &Fact{"clock", v.T("card.closes", "date", v.Lang.ShortDate(at, v.Zone())), v.iso(at)}
	}
}

// soon is how near a deadline must be for the list to say so.
const soon = 7 * 24 * time.Hour

// phaseTag says in a word whether a thing is open.
func (v *Visit) phaseTag(t thing.Thing) *Tag {
	switch t.PhaseAt(v.Now) {
	case thing.Upcoming:
		return &Tag{v.T("state.upcoming"), "tag-info"}
	case thing.Opened:
		v.changes(t.ClosesAt.Add(-soon))
		if !t.ClosesAt.IsZero() && t.ClosesAt.Sub(v.Now) < soon {
			return &Tag{capital(v.Relative(t.ClosesAt)), "tag-warn"}
		}
		return &Tag{v.T("state.open"), "tag-ok"}
	}
	return &Tag{v.T("state.closed"), ""}
}

func (v *Visit) iso(t time.Time) string { return t.In(v.Zone()).Format(time.RFC3339) }
