package vote

import (
	"crypto/sha256"
	"strconv"
	"time"
)

// sheet is the rules sheet: everything that decides who may vote, what a ballot may say and how it
// is counted. Its fields stand in this order; a vote's sheet never changes once it has opened.
type sheet struct {
	Format     string          `json:"format"`
	Rehearsal  bool            `json:"rehearsal,omitempty"` // nothing in it counts
	Vote       string          `json:"vote"`
	Origin     string          `json:"ledger"`
	Title      string          `json:"title"`
	OpensAt    string          `json:"opens"`
	ClosesAt   string          `json:"closes"`
	Objections string          `json:"objections,omitempty"`
	Level      int64           `json:"least_level"`
	Roll       *Roll           `json:"roll,omitempty"`
	Electorate int64           `json:"electorate,omitempty"`
	Disclosure string          `json:"disclosure"`
	Auditors   []string        `json:"auditors,omitempty"` // of sealed ballots, by name
	AreaRule   AreaRule        `json:"area_rule,omitempty"`
	Lot        *Lot            `json:"lot,omitempty"`
	Questions  []sheetQuestion `json:"questions"`
	// Of an amended sheet: every change so far, the last being the one that made this sheet.
	Annulled   bool             `json:"annulled,omitempty"`
	Amendments []sheetAmendment `json:"amendments,omitempty"`
}

// sheetAmendment is a change of the rules, with its reason and the two people.
type sheetAmendment struct {
	Kind        ChangeKind `json:"kind"`
	At          string     `json:"at"`
	Option      string     `json:"option,omitempty"`
	Reason      string     `json:"reason"`
	AskedBy     string     `json:"asked_by"`
	ConfirmedBy string     `json:"confirmed_by"`
}

type sheetQuestion struct {
	Title    string        `json:"title,omitempty"`
	Area     string        `json:"area,omitempty"`
	Form     Form          `json:"form"`
	Rule     string        `json:"rule"`
	Also     []string      `json:"also,omitempty"` // rules that count it as well, for information
	Params   Params        `json:"params"`
	Ties     string        `json:"ties"`
	Seats    int64         `json:"seats"`
	Least    int64         `json:"least"`
	Most     int64         `json:"most"`
	Points   int64         `json:"points,omitempty"`
	Grades   []string      `json:"grades,omitempty"`
	Equal    bool          `json:"equal_ranks,omitempty"`
	Budget   int64         `json:"budget,omitempty"`
	Currency string        `json:"currency,omitempty"`
	Blank    bool          `json:"blank"`
	Reviewed bool          `json:"reviewed,omitempty"`
	Options  []sheetOption `json:"options"`
}

type sheetOption struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Cost  int64  `json:"cost,omitempty"`
	// Withdrawn options can no longer be chosen, and marks for them do not count.
	Withdrawn bool `json:"withdrawn,omitempty"`
}

// Sheet is the rules sheet as canonical JSON (one spelling: these fields in this order, no spaces,
// UTF-8 unescaped) and its SHA-256.
func (v Vote) Sheet() (text string, sum []byte) { return v.sheet().canonical() }

// AmendedSheet is the rules sheet after changes, oldest first.
func (v Vote) AmendedSheet(changes []Amendment) (text string, sum []byte) {
	s := v.sheet()
	s.Annulled = !v.AnnulledAt.IsZero()
	for _, a := range changes {
		s.Amendments = append(s.Amendments, sheetAmendment{a.Kind, instant(a.At), a.Option, a.Reason, a.AskedBy, a.ConfirmedBy})
	}
	return s.canonical()
}

func (s sheet) canonical() (text string, sum []byte) {
	body := plainJSON(s)
	hash := sha256.Sum256(body)
	return string(body), hash[:]
}

func (v Vote) sheet() sheet {
	s := sheet{
		Format: "tequio-rules-v1", Rehearsal: v.Rehearses != 0, Vote: strconv.FormatInt(int64(v.ID), 10), Origin: v.Origin, Title: v.Title,
		OpensAt: instant(v.OpensAt), ClosesAt: instant(v.ClosesAt), Objections: instant(v.ObjectionsAt),
		Level: int64(v.LeastLevel), Electorate: v.Electorate, Disclosure: v.Disclosure, AreaRule: v.AreaRule,
	}
	if v.Roll != (Roll{}) {
		s.Roll = &v.Roll
	}
	for _, a := range v.Auditors {
		s.Auditors = append(s.Auditors, a.Name)
	}
	if v.Lot.Source != NoLot {
		s.Lot = &v.Lot
	}
	for _, q := range v.Questions {
		sq := sheetQuestion{
			Title: q.Title, Area: q.Area, Form: q.Form, Rule: q.Rule, Also: q.Also, Params: q.Params, Ties: q.Ties, Seats: q.Seats, Least: q.Least,
			Most: q.Most, Points: q.Points, Grades: q.Grades, Equal: q.Equal, Budget: q.Budget, Blank: q.Blank, Reviewed: q.Reviewed,
		}
		if q.Budget > 0 {
			sq.Currency = q.Currency
		}
		for _, o := range q.Options {
			sq.Options = append(sq.Options, sheetOption{o.Code, o.Title, o.Cost, o.Withdrawn()})
		}
		s.Questions = append(s.Questions, sq)
	}
	return s
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
