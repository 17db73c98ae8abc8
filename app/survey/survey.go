// Package survey is questionnaires: questions in several forms, one response a person that can be
// continued later and changed until the close, and results that show nobody in particular. A survey
// is a thing; the thing it is asked for (a consultation) is its parent, which it knows nothing of.
package survey

import (
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf8"

	"tequio/app/fault"
	"tequio/app/text"
	"tequio/app/thing"
)

// Kind is the kind of thing that a survey is.
const Kind thing.Kind = "survey"

// Form is how a question is answered.
type Form string

// The forms of questions.
const (
	Short   Form = "short"   // a line of text
	Long    Form = "long"    // paragraphs
	One     Form = "one"     // one of the options
	Several Form = "several" // Least to Most of the options
	Scale   Form = "scale"   // a whole number from Least to Most, with words at the ends
	Number  Form = "number"  // a number, from Least to Most where those differ
	Date    Form = "date"    // a day
)

// Forms are all of them, in the order in which staff choose.
var Forms = []Form{One, Several, Scale, Short, Long, Number, Date}

// Chosen reports whether answers are choices that can be counted.
func (f Form) Chosen() bool { return f == One || f == Several || f == Scale }

// Open reports whether answers are people's own words.
func (f Form) Open() bool { return f == Short || f == Long }

// The limits of questionnaires and answers; lengths are in characters.
const (
	QuestionsMost = 60
	OptionsMost   = 40
	LabelMost     = 300
	HintMost      = 600
	ShortMost     = 200
	LongMost      = 4_000
	scaleMost     = 10
)

// The keys of a scale's two options: the words at its ends.
const (
	LowEnd  = "low"
	HighEnd = "high"
)

// A Survey is a questionnaire with its questions in their order.
type Survey struct {
	thing.Thing
	Answers   int64 // responses sent
	Questions []Question
}

// A Question in the survey's language. Words hold it in others.
type Question struct {
	ID       int64
	Position int
	Form     Form
	Label    string
	Hint     string
	Required bool
	Least    int64
	Most     int64
	Options  []Option
	Words    map[string]Words // by language
}

// An Option is one choice. Its key is what answers store, and never changes.
type Option struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

// Words are a question in another language; options by key.
type Words struct {
	Label   string            `json:"label,omitempty"`
	Hint    string            `json:"hint,omitempty"`
	Options map[string]string `json:"options,omitempty"`
}

// In returns the question in another language, word for word where it has been translated, and the
// language of its label.
func (q Question) In(lang, original string) (Question, string) {
	w, ok := q.Words[lang]
	if lang == original || !ok || w.Label == "" {
		return q, original
	}
	q.Label = w.Label
	if w.Hint != "" {
		q.Hint = w.Hint
	}
	q.Options = slices.Clone(q.Options)
	for i, o := range q.Options {
		if s := w.Options[o.Key]; s != "" {
			q.Options[i].Label = s
		}
	}
	return q, lang
}

// Option returns the label of a choice. On a scale, choices are the steps themselves.
func (q Question) Option(key string) string {
	for _, o := range q.Options {
		if o.Key == key {
			return o.Label
		}
	}
	return key
}

// Choices are the keys an answer may hold, in order.
func (q Question) Choices() (keys []string) {
	if q.Form == Scale {
		for n := q.Least; n <= q.Most; n++ {
			keys = append(keys, strconv.FormatInt(n, 10))
		}
		return keys
	}
	for _, o := range q.Options {
		keys = append(keys, o.Key)
	}
	return keys
}

// Prepare cleans a question that staff wrote and gives new options their keys.
func (q *Question) Prepare() {
	q.Label, q.Hint = text.Clean(q.Label), text.Clean(q.Hint)
	if !q.Form.Chosen() {
		q.Options = nil
	}
	if q.Form != Several && q.Form != Scale && q.Form != Number {
		q.Least, q.Most = 0, 0
	}
	used := map[string]bool{}
	for i := range q.Options {
		q.Options[i].Label = text.Clean(q.Options[i].Label)
		used[q.Options[i].Key] = true
	}
	for i, n := 0, 1; i < len(q.Options); i++ {
		for q.Options[i].Key == "" {
			if key := strconv.Itoa(n); !used[key] {
				q.Options[i].Key, used[key] = key, true
			}
			n++
		}
	}
	if q.Form == Several && q.Most == 0 {
		q.Most = int64(len(q.Options))
	}
}

// check refuses a question that could not be asked.
func (q Question) check() error {
	var c fault.Check
	c.That(slices.Contains(Forms, q.Form), "form", "survey.form.unknown")
	c.That(q.Label != "", "label", "survey.label.empty")
	c.That(utf8.RuneCountInString(q.Label) <= LabelMost, "label", "survey.long", "max", int64(LabelMost))
	c.That(utf8.RuneCountInString(q.Hint) <= HintMost, "hint", "survey.long", "max", int64(HintMost))
	seen := map[string]bool{}
	for _, o := range q.Options {
		c.That(o.Label != "" && utf8.RuneCountInString(o.Label) <= LabelMost, "options", "survey.options.label", "max", int64(LabelMost))
		c.That(!seen[o.Label], "options", "survey.options.twice")
		seen[o.Label] = true
	}
	switch q.Form {
	case One, Several:
		c.That(len(q.Options) >= 2, "options", "survey.options.few")
		c.That(len(q.Options) <= OptionsMost, "options", "survey.options.many", "max", int64(OptionsMost))
	case Scale:
		c.That(q.Least >= 0 && q.Least < q.Most && q.Most-q.Least < scaleMost+1, "most", "survey.scale.range", "max", int64(scaleMost))
	case Number:
		c.That(q.Least <= q.Most, "most", "survey.range")
	}
	if q.Form == Several {
		c.That(q.Least >= 0 && q.Least <= q.Most && q.Most <= int64(len(q.Options)), "most", "survey.several.range")
	}
	return c.Err()
}

func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and maps of strings always encode
	}
	return string(b)
}
