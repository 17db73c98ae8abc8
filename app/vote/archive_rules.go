package vote

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tequio/app/identity"
	"tequio/app/thing"
)

// parseSheet reads a rules sheet back. It must be written as Vote.Sheet writes it, byte by byte, so that
// nothing in it is passed over.
func parseSheet(text []byte) (s sheet, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("not a rules sheet: %w", err)
	}
	if !bytes.Equal(plainJSON(s), text) {
		return s, errors.New("not a rules sheet as this version of Tequio writes it")
	}
	return s, nil
}

// vote is the vote that the sheet rules, as far as counting needs it.
func (s sheet) vote() (v Vote, err error) {
	id, err := strconv.ParseInt(s.Vote, 10, 64)
	if err != nil || strconv.FormatInt(id, 10) != s.Vote {
		return v, fmt.Errorf("%.40q is no vote's id", s.Vote)
	}
	v = Vote{
		Thing: thing.Thing{ID: thing.ID(id), Kind: Kind, Title: s.Title}, Origin: s.Origin, LeastLevel: identity.Level(s.Level),
		Electorate: s.Electorate, Disclosure: s.Disclosure, AreaRule: s.AreaRule,
	}
	if s.Rehearsal {
		v.Rehearses = thing.ID(id) // of which vote is not told
	}
	if s.Roll != nil {
		v.Roll = *s.Roll
	}
	if s.Lot != nil {
		v.Lot = *s.Lot
	}
	if v.OpensAt, err = instantOf(s.OpensAt); err == nil {
		v.ClosesAt, err = instantOf(s.ClosesAt)
	}
	if err == nil {
		v.ObjectionsAt, err = instantOf(s.Objections)
	}
	for _, name := range s.Auditors {
		v.Auditors = append(v.Auditors, Auditor{Name: name})
	}
	for _, q := range s.Questions {
		v.Questions = append(v.Questions, q.question())
	}
	return v, err
}

func (s sheetQuestion) question() Question {
	q := Question{
		Title: s.Title, Area: s.Area, Form: s.Form, Rule: s.Rule, Also: s.Also, Params: s.Params, Ties: s.Ties, Seats: s.Seats, Least: s.Least, Most: s.Most,
		Points: s.Points, Grades: s.Grades, Equal: s.Equal, Budget: s.Budget, Currency: s.Currency, Blank: s.Blank, Reviewed: s.Reviewed,
		index: make(map[string]int, len(s.Options)),
	}
	for i, o := range s.Options {
		option := Option{Code: o.Code, Title: o.Title, Cost: o.Cost}
		if o.Withdrawn {
			option.WithdrawnAt = time.Unix(0, 0).UTC() // when does not matter to a count
		}
		q.Options = append(q.Options, option)
		q.index[o.Code] = i
	}
	return q
}
