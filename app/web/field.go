package web

import "strings"

// field is one control of a form with its words; {{template "field" .}} prints it, and
// {{template "tick" .}} prints a box to tick.
type field struct {
	Name, Label, Hint string
	Value, Error      string
	Type              string // of an input: "datetime-local", "email"; "": text
	Width             string // class of the input
	Rows              int    // more than 0: a text of several lines
	Max               int    // characters, shown while typing
	Choices           []choice
	Lang              string // of what is to be typed, where it is not the page's
	Optional          bool
	Ticked            bool
}

// Described are the ids of what says more about the control.
func (f field) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.Name+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.Name+"-error")
	}
	if f.Rows > 0 && f.Max > 0 {
		ids = append(ids, f.Name+"-count")
	}
	return strings.Join(ids, " ")
}

// filled puts what the form holds into a field whose Label and Hint are keys; an empty hint is none.
func (v *Visit) filled(f FormView, one field) field {
	one.Label = v.T(one.Label)
	if one.Hint != "" {
		one.Hint = v.T(one.Hint)
	}
	one.Value, one.Error, one.Ticked = f.Value(one.Name), f.Error(one.Name), f.Value(one.Name) != ""
	return one
}
