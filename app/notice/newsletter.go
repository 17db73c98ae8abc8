package notice

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/mail"
	"tequio/app/text"
	"tequio/app/thing"
)

// Audience is to whom a newsletter goes.
type Audience string

// The audiences. ToAll is everybody who follows anything; only the town itself writes to them.
const (
	ToAgency  Audience = "agency"
	ToThing   Audience = "thing"
	ToPlace   Audience = "place"
	ToSubject Audience = "subject"
	ToAll     Audience = "all"
)

// Audiences are all of them, in the order of the form.
var Audiences = []Audience{ToAgency, ToThing, ToPlace, ToSubject, ToAll}

// Stage is how far a newsletter has come.
type Stage string

// The stages. Until it is being sent, a scheduled newsletter can be cancelled.
const (
	Writing   Stage = "draft"
	Scheduled Stage = "scheduled"
	Sending   Stage = "sending"
	SentOut   Stage = "sent"
	Cancelled Stage = "cancelled"
)

// Newsletter is a letter of an agency, or of the town, to many.
type Newsletter struct {
	ID         int64
	Agency     thing.ID // who writes; 0: the town
	AgencyName string
	Author     identity.ID
	Slug       string
	Audience   Audience
	Thing      thing.ID // of ToThing
	Term       string   // key of ToPlace and ToSubject
	Stage      Stage
	SendAt     time.Time
	SentAt     time.Time
	UpdatedAt  time.Time
	Texts      map[string]Text // by language; one at the least
	mail.Tally                 // what became of its mails
}

// Text is a newsletter in one language.
type Text struct{ Subject, Body, HTML string }

// How long a newsletter may be, in characters.
const (
	subjectMost = 120
	bodyMost    = 20_000
)

// Kind is what its readers refuse when they want no more of them: "town" or "agency:12".
func (n Newsletter) Kind() string { return SenderKind(n.Agency) }

// SenderKind is the kind of newsletters that an agency (0: the town) writes.
func SenderKind(agency thing.ID) string {
	if agency == 0 {
		return "town"
	}
	return fmt.Sprint("agency:", agency)
}

// allNewsletters is the refusal of every kind.
const allNewsletters = "*"

// Langs are the languages it is written in, sorted.
func (n Newsletter) Langs() (all []string) {
	for l := range n.Texts {
		all = append(all, l)
	}
	slices.Sort(all)
	return all
}

// In is the text for a reader of a language: theirs, or else the first there is.
func (n Newsletter) In(lang string) (tag string, t Text) {
	if t, ok := n.Texts[lang]; ok {
		return lang, t
	}
	for _, l := range n.Langs() {
		return l, n.Texts[l]
	}
	return lang, t
}

// Open reports whether it can still be changed.
func (n Newsletter) Open() bool { return n.Stage == Writing || n.Stage == Scheduled }

// check cleans the texts and refuses what cannot be sent. Faults, on subject-LANG, body-LANG, audience,
// thing, place and subject: newsletter.subject, newsletter.body, newsletter.long, newsletter.audience,
// newsletter.target.
func (n *Newsletter) check(town bool) error {
	var c fault.Check
	for lang, t := range n.Texts {
		t.Subject, t.Body = text.Line(t.Subject), strings.TrimSpace(text.Clean(t.Body))
		if t.Subject == "" && t.Body == "" {
			delete(n.Texts, lang)
			continue
		}
		c.That(len([]rune(t.Subject)) >= 4 && len([]rune(t.Subject)) <= subjectMost, "subject-"+lang, "newsletter.subject", "max", subjectMost)
		c.That(t.Body != "", "body-"+lang, "newsletter.body")
		c.That(len([]rune(t.Body)) <= bodyMost, "body-"+lang, "newsletter.long", "max", bodyMost)
		t.HTML = text.Markdown(t.Body, text.Official)
		n.Texts[lang] = t
	}
	c.That(len(n.Texts) > 0, "subject", "newsletter.empty")
	c.That(slices.Contains(Audiences, n.Audience) && (n.Audience != ToAll || town) && (n.Audience != ToAgency || n.Agency != 0), "audience", "newsletter.audience.wrong")
	c.That(n.Audience != ToThing || n.Thing != 0, "thing", "newsletter.target")
	c.That(n.Audience != ToPlace && n.Audience != ToSubject || n.Term != "", string(n.Audience), "newsletter.target")
	return c.Err()
}

// of is what the audience follows, the value by which it is looked up.
func (n Newsletter) of() any {
	switch n.Audience {
	case ToAgency:
		return n.Agency
	case ToThing:
		return n.Thing
	case ToPlace, ToSubject:
		return n.Term
	}
	return nil
}

// Verdict is whether somebody of the audience gets a newsletter, and why not.
type Verdict string

// The verdicts.
const (
	Gets         Verdict = "gets"
	NoAddress    Verdict = "address"      // none is known
	CameBack     Verdict = "bounced"      // mail to it came back
	Unsubscribed Verdict = "unsubscribed" // from this kind, from all, or from mail of what they follow
	OtherLang    Verdict = "language"     // it is not written in theirs
)

// Verdicts are all of them, in the order in which the preview lists them.
var Verdicts = []Verdict{Gets, Unsubscribed, CameBack, NoAddress, OtherLang}

// Recipient is somebody of a newsletter's audience.
type Recipient struct {
	Person  identity.ID
	Name    string
	Verdict Verdict
	lang    string
	email   string
}
