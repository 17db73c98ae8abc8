package web

import (
	"slices"
	"time"

	"tequio/app/proposal"
)

// detailFields are the questions of a kind as fields of a form.
func (v *Visit) detailFields(k proposal.Class, f FormView) (all []field) {
	for _, a := range k.Asks {
		name := a.FieldName()
		one := field{Name: name, Label: proposal.Said(a.Labels, v.Lang.Tag()), Value: f.Value(name), Error: f.Error(name), Optional: !a.Required, Max: a.Most()}
		switch a.Form {
		case proposal.Long:
			one.Rows = 6
		case proposal.Date:
			one.Type = "date"
		case proposal.Number:
			one.Width = "w-s"
		case proposal.Choice:
			one.Choices = []choice{{Text: v.T("write.details.choose")}}
			for _, o := range a.Options {
				one.Choices = append(one.Choices, choice{Value: o.Key, Text: proposal.Said(o.Labels, v.Lang.Tag())})
			}
			mark(one.Choices, one.Value)
		}
		all = append(all, one)
	}
	return all
}

// detailsGiven are the answers that the form holds, by the questions' keys; nil where it asks none.
func (v *Visit) detailsGiven(k proposal.Class) map[string]string {
	var given map[string]string
	for _, a := range k.Asks {
		if name := a.FieldName(); v.Form.Has(name) {
			if given == nil {
				given = map[string]string{}
			}
			given[a.Key] = v.Form.Get(name)
		}
	}
	return given
}

// A detail is an answer to a question of the kind, in the words of the reader where there are some.
type detail struct {
	Name, Label, Value string
	Lines              bool // it may be of several
}

// details are what an author answered, in the kind's order; unanswered questions are among them for
// the author who checks.
func (v *Visit) details(k proposal.Class, p proposal.Proposal, unanswered bool) (all []detail) {
	fields := slices.Clone(p.Fields)
	for _, a := range k.Asks {
		i := slices.IndexFunc(fields, func(f proposal.Field) bool { return f.Key == a.Key })
		if i >= 0 {
			all = append(all, detail{a.FieldName(), fields[i].Label, v.detailValue(a, fields[i].Value), a.Form == proposal.Long})
			fields = slices.Delete(fields, i, i+1)
			continue
		}
		key := "proposal.missing"
		if !a.Required {
			key = "write.details.none"
		}
		if unanswered {
			all = append(all, detail{Name: a.FieldName(), Label: proposal.Said(a.Labels, v.Lang.Tag()), Value: v.T(key)})
		}
	}
	for _, f := range fields { // to questions that the kind asks no more
		all = append(all, detail{Label: f.Label, Value: f.Value, Lines: true})
	}
	return all
}

// detailValue says an answer as people read it.
func (v *Visit) detailValue(a proposal.Ask, value string) string {
	switch a.Form {
	case proposal.Choice:
		for _, o := range a.Options {
			if o.Key == value {
				return proposal.Said(o.Labels, v.Lang.Tag())
			}
		}
	case proposal.Date:
		if t, err := time.ParseInLocation(time.DateOnly, value, v.Zone()); err == nil {
			return v.Lang.Date(t, v.Zone())
		}
	}
	return value
}
