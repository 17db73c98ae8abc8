package proposal

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
)

// A Class is a kind of proposals: what those of it need, and what becomes of them. Its rules are
// frozen into each proposal when it is handed in and published. Maps go from language to text.
type Class struct {
	ID      int64 // 0: the usual one, which every instance has
	Key     string
	Names   map[string]string
	About   map[string]string // what it is for
	Happens map[string]string // what the authority does at the threshold; "": the usual promise
	Rules
	Checked   bool           // a moderator reads each before it is published
	Sponsors  int64          // people who must stand behind each before that
	Level     identity.Level // that supporters and sponsors need
	Asks      []Ask
	Position  int64
	RetiredAt time.Time // no new ones since; zero: in use
}

// Rules are the numbers that a kind sets for its proposals.
type Rules struct {
	Threshold  int64
	Period     int // days of collecting support; 0: no end
	AnswerDays int
}

// UsualKey is the key of the kind that every instance has.
const UsualKey = "usual"

// usual is the kind that every instance has, as it is before anybody changes it.
func usual(r Rules) Class { return Class{Key: UsualKey, Rules: r, Level: identity.Reachable} }

// Retired reports whether no new proposals of the kind may be begun.
func (k Class) Retired() bool { return !k.RetiredAt.IsZero() }

// Name is the kind's name in a language, or in any that it has; "" for a usual kind without one.
func (k Class) Name(lang string) string { return Said(k.Names, lang) }

// Said is a text in a language, or in any that it was written in.
func Said(words map[string]string, lang string) string {
	for _, l := range []string{lang, "es", "en"} {
		if words[l] != "" {
			return words[l]
		}
	}
	for _, w := range words {
		return w
	}
	return ""
}

// An Ask is a question that a kind puts to authors besides the usual ones.
type Ask struct {
	Key      string            `json:"key"`
	Labels   map[string]string `json:"labels"`
	Form     Form              `json:"form"`
	Required bool              `json:"required"`
	Options  []Option          `json:"options,omitempty"` // of a Choice
}

// An Option is one answer of those to choose from.
type Option struct {
	Key    string            `json:"key"`
	Labels map[string]string `json:"labels"`
}

// Form is how an Ask is answered.
type Form string

// The forms of a question.
const (
	Short  Form = "short" // a line
	Long   Form = "long"  // several
	Choice Form = "choice"
	Number Form = "number" // whole
	Date   Form = "date"   // YYYY-MM-DD
)

// Forms are all of them, in the order in which they are offered.
var Forms = []Form{Short, Long, Choice, Number, Date}

// The sizes of a kind and of the answers to its questions, in characters or pieces.
const (
	nameMost    = 60
	aboutMost   = 300
	happensMost = 400
	asksMost    = 20
	optionsMost = 50
	shortMost   = 200
	longMost    = 4000
	daysMost    = 3650
	sponsorMost = 1000
)

var keyForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// check refuses a kind that pages or proposals could not work with. langs are the instance's
// languages; a kind other than the usual one has its name in the first.
func (k Class) check(langs []string) error {
	var c fault.Check
	c.That(k.Key == UsualKey || k.Names[langs[0]] != "", "name_"+langs[0], "kind.name.empty")
	for _, l := range langs {
		c.That(len([]rune(k.Names[l])) <= nameMost, "name_"+l, "kind.long", "max", nameMost)
		c.That(len([]rune(k.About[l])) <= aboutMost, "about_"+l, "kind.long", "max", aboutMost)
		c.That(len([]rune(k.Happens[l])) <= happensMost, "happens_"+l, "kind.long", "max", happensMost)
	}
	c.That(k.Threshold > 0, "threshold", "kind.threshold.low")
	c.That(k.Period >= 0 && k.Period <= daysMost, "period", "kind.days")
	c.That(k.AnswerDays > 0 && k.AnswerDays <= daysMost, "answer_days", "kind.days")
	c.That(k.Sponsors >= 0 && k.Sponsors <= sponsorMost, "sponsors", "kind.sponsors.range")
	c.That(k.Level >= identity.Reachable && k.Level <= identity.Resident, "level", "kind.level.choose")
	c.That(len(k.Asks) <= asksMost, "asks", "kind.asks.many", "max", asksMost)
	seen := map[string]bool{}
	for i, a := range k.Asks {
		field := "ask_" + strconv.Itoa(i) + "_label_" + langs[0]
		c.That(a.Labels[langs[0]] != "", field, "kind.ask.empty")
		c.That(keyForm.MatchString(a.Key) && !seen[a.Key], field, "kind.ask.twice")
		c.That(slices.Contains(Forms, a.Form), "ask_"+strconv.Itoa(i)+"_form", "kind.ask.form")
		c.That(a.Form != Choice || len(a.Options) > 1 && len(a.Options) <= optionsMost, "ask_"+strconv.Itoa(i)+"_options", "kind.ask.options")
		seen[a.Key] = true
	}
	return c.Err()
}

// Fit is an answer to a question as it is kept, or the key of what is wrong with it. An empty answer
// fits unless the question must be answered and whole is set, as it is for what will be published.
func (a Ask) Fit(value string, whole bool) (fit, wrong string) {
	if a.Form == Long {
		value = text.Clean(value)
	} else {
		value = text.Line(value)
	}
	switch n := len([]rune(value)); {
	case value == "" && a.Required && whole:
		return value, "proposal.field.empty"
	case value == "":
		return value, ""
	case a.Form == Short && n > shortMost, a.Form == Long && n > longMost:
		return value, "proposal.field.long"
	}
	switch a.Form {
	case Number:
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return value, "proposal.field.number"
		}
	case Date:
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return value, "proposal.field.date"
		}
	case Choice:
		if !slices.ContainsFunc(a.Options, func(o Option) bool { return o.Key == value }) {
			return value, "proposal.field.choice"
		}
	}
	return value, ""
}

// FieldName is how an answer is named in forms: "field-" and the question's key.
func (a Ask) FieldName() string { return "field-" + a.Key }

// Most is the largest number of characters that an answer may have; 0: its form bounds it.
func (a Ask) Most() int {
	switch a.Form {
	case Short:
		return shortMost
	case Long:
		return longMost
	}
	return 0
}

// Answered keeps what an author answered, by the questions' keys, with the words of the questions in
// their language; questions not answered are left out. What does not fit is noted in c.
func (k Class) Answered(c *fault.Check, given map[string]string, lang string, whole bool) (fields []Field) {
	for _, a := range k.Asks {
		value, wrong := a.Fit(given[a.Key], whole)
		c.That(wrong == "", a.FieldName(), wrong, "max", int64(a.Most()))
		if value != "" {
			fields = append(fields, Field{Key: a.Key, Label: Said(a.Labels, lang), Value: value})
		}
	}
	return fields
}

// checkFields notes in c what the questions of the kind still miss in a proposal.
func (k Class) checkFields(c *fault.Check, p Proposal) {
	given := map[string]string{}
	for _, f := range p.Fields {
		given[f.Key] = f.Value
	}
	k.Answered(c, given, p.Lang, true)
}
