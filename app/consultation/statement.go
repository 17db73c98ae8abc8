package consultation

import (
	"math/rand/v2"
	"slices"
	"time"
	"unicode/utf8"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// Opinions are how people take part in a consultation's statements.
type Opinions struct {
	Least     identity.Level `json:"least,omitempty"`     // of who votes on them; 0: anybody, one for each browser
	Add       bool           `json:"add,omitempty"`       // people with an account may add statements
	Unchecked bool           `json:"unchecked,omitempty"` // those appear before staff have read them
	After     bool           `json:"after,omitempty"`     // the map is shown when the statements have closed
}

// StatementState is whether people are asked about a statement.
type StatementState string

// The states.
const (
	Waiting StatementState = "waiting" // to be read by staff
	Shown   StatementState = "shown"
	Refused StatementState = "refused" // by staff, with a reason; what was said of it does not count
)

// A Statement is a short sentence on which people agree, disagree or pass.
type Statement struct {
	ID        int64
	Of        thing.ID
	Author    identity.ID
	Official  bool // of the agency's staff
	Lang      string
	Body      string
	State     StatementState
	Reason    string
	At        time.Time
	DecidedBy identity.ID
	DecidedAt time.Time
}

// Bounds of statements, and of how many one person adds to a consultation.
const (
	StatementLeast = 10 // characters
	StatementMost  = 140
	StatementsMost = 1000 // of a consultation
	AddedMost      = 10   // by one person
	seedsLeast     = 3    // before a consultation with statements is published
)

// A map is shown of so many people at least, and a group of it of so many: of fewer, somebody could be
// recognised, and what looks like groups is chance.
const (
	MapLeast   = 50
	GroupLeast = 5
)

// statements reports whether people vote on statements in a stage.
func statements(s thing.Stage) bool { return s.Kind == Statements }

// HasStatements reports whether there is a stage for statements.
func (c Consultation) HasStatements() bool { return slices.ContainsFunc(c.Stages, statements) }

// StatementsOpen reports whether people may vote on statements, and add some, at now.
func (c Consultation) StatementsOpen(now time.Time) bool { return c.openTo(now, statements) }

// MapShown reports whether everybody may see the map at now, should there be one.
func (c Consultation) MapShown(now time.Time) bool {
	opens, closes := window(c.Stages, statements)
	if c.Opinions.After {
		return !closes.IsZero() && !now.Before(closes)
	}
	return !opens.IsZero() && !now.Before(opens)
}

// cleanStatement is a statement as it is kept: one line. The fault is on the field statement.
func cleanStatement(body string) (string, error) {
	body = text.Line(body)
	var c fault.Check
	n := utf8.RuneCountInString(body)
	c.That(n >= StatementLeast, "statement", "statement.short", "least", StatementLeast)
	c.That(n <= StatementMost, "statement", "statement.long", "max", StatementMost)
	return body, c.Err()
}

// next draws one of the statements at random, with weights (of the same length); −1 of none.
func next(weights []float64, random *rand.Rand) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := random.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}
