package survey

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
)

// Answers are what a person entered, by question: the keys of choices, or a single text.
type Answers map[int64][]string

// Field is the name of a question's field in forms and in faults.
func Field(question int64) string { return "q" + strconv.FormatInt(question, 10) }

// A Response is one person's answers.
type Response struct {
	ID       int64
	Survey   int64
	Person   identity.ID
	At       time.Time // when it was begun
	EditedAt time.Time
	SentAt   time.Time // zero: a draft, which counts for nothing
	Answers  Answers
}

// Sent reports whether the response counts.
func (r Response) Sent() bool { return !r.SentAt.IsZero() }

// Take cleans answers and says what is wrong with them. whole asks for what is required too; a draft
// may lack it. Answers to questions that are not in the survey are dropped.
func (s Survey) Take(in Answers, whole bool) (Answers, error) {
	out := Answers{}
	var c fault.Check
	for _, q := range s.Questions {
		values, key, args := q.take(in[q.ID])
		c.That(key == "", Field(q.ID), key, args...)
		if len(values) > 0 {
			out[q.ID] = values
			continue
		}
		if whole && q.Required {
			c.That(key != "", Field(q.ID), missing(q.Form))
		}
	}
	return out, c.Err()
}

func missing(f Form) string {
	switch f {
	case One, Scale:
		return "survey.answer.one"
	case Several:
		return "survey.answer.several"
	case Date:
		return "survey.answer.date"
	}
	return "survey.answer.empty"
}

// take cleans one answer; key names what is wrong with it.
func (q Question) take(in []string) (out []string, key string, args []any) {
	if q.Form.Chosen() {
		return q.takeChoices(in)
	}
	if len(in) == 0 || len(in[0]) > 4*LongMost {
		if len(in) > 0 {
			return nil, "survey.answer.long", []any{"max", int64(LongMost)}
		}
		return nil, "", nil
	}
	v := text.Clean(in[0])
	if v == "" {
		return nil, "", nil
	}
	switch most := map[Form]int{Short: ShortMost, Long: LongMost}[q.Form]; q.Form {
	case Short, Long:
		if q.Form == Short {
			v = strings.Join(strings.Fields(v), " ")
		}
		if utf8.RuneCountInString(v) > most {
			return nil, "survey.answer.long", []any{"max", int64(most)}
		}
	case Number:
		return q.takeNumber(v)
	case Date:
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			return nil, "survey.answer.date", nil
		}
	}
	return []string{v}, "", nil
}

// takeChoices keeps each choice once, in the order of the options.
func (q Question) takeChoices(in []string) (out []string, key string, args []any) {
	in = slices.DeleteFunc(slices.Clone(in), func(v string) bool { return v == "" })
	for _, choice := range q.Choices() {
		if slices.Contains(in, choice) {
			out = append(out, choice)
		}
	}
	for _, v := range in {
		if !slices.Contains(out, v) {
			return nil, "survey.answer.unknown", nil
		}
	}
	switch n := int64(len(out)); {
	case q.Form != Several && n > 1:
		return nil, "survey.answer.one", nil
	case q.Form == Several && n > q.Most:
		return nil, "survey.answer.most", []any{"n", q.Most}
	case q.Form == Several && n > 0 && n < q.Least:
		return nil, "survey.answer.least", []any{"n", q.Least}
	}
	return out, "", nil
}

// decimals is how many places after the point a number may have.
const decimals = 4

// unit is the smallest number, as a part of 1.
const unit = 10_000

// takeNumber reads a number as people write it and keeps it in one form.
func (q Question) takeNumber(v string) (out []string, key string, args []any) {
	n, ok := ParseNumber(v)
	switch {
	case !ok:
		return nil, "survey.answer.number", nil
	case q.Least < q.Most && (n < q.Least*unit || n > q.Most*unit):
		return nil, "survey.answer.range", []any{"least", q.Least, "most", q.Most}
	}
	return []string{PrintNumber(n)}, "", nil
}

// ParseNumber reads a decimal number, the point written "." or ",", in ten-thousandths. It refuses
// more than four places and anything from a million million on.
func ParseNumber(s string) (n int64, ok bool) {
	s = strings.Replace(strings.TrimSpace(s), "−", "-", 1)
	sign, digits := int64(1), s
	if rest, minus := strings.CutPrefix(s, "-"); minus {
		sign, digits = -1, rest
	}
	whole, part, _ := strings.Cut(strings.Replace(digits, ",", ".", 1), ".")
	if whole == "" || len(whole) > 12 || len(part) > decimals {
		return 0, false
	}
	part += strings.Repeat("0", decimals-len(part))
	for _, r := range whole + part {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int64(r-'0')
	}
	return sign * n, true
}

// PrintNumber writes what ParseNumber read, with a point and no more places than it needs.
func PrintNumber(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%s%d", sign, n/unit)
	if part := strings.TrimRight(fmt.Sprintf("%04d", n%unit), "0"); part != "" {
		s += "." + part
	}
	return s
}
