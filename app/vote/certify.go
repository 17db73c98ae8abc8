package vote

import (
	"context"
	"slices"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// ResultState is how far a result is from being final.
type ResultState string

// The states of a result, in order.
const (
	Uncounted  ResultState = "uncounted"
	Objecting  ResultState = "objecting"  // provisional: anybody may object
	Answering  ResultState = "answering"  // provisional: objections wait for an answer
	Certifying ResultState = "certifying" // provisional: two people are to certify it
	Certified  ResultState = "certified"
	Annulled   ResultState = "annulled"
	Loaded     ResultState = "loaded" // came in a file: nobody here certifies it
)

// ResultState depends on stored instants, the clock and the objections alone.
func (v Vote) ResultState(objections []Objection, now time.Time) ResultState {
	switch {
	case !v.AnnulledAt.IsZero():
		return Annulled
	case v.Imported != "":
		return Loaded
	case !v.CertifiedAt.IsZero():
		return Certified
	case v.CountedAt.IsZero():
		return Uncounted
	case now.Before(v.ObjectionsAt):
		return Objecting
	case unanswered(objections) > 0:
		return Answering
	}
	return Certifying
}

// Certificate is one person's word that a result is right.
type Certificate struct {
	Person    identity.ID
	Name      string // as then
	At        time.Time
	Statement string
	Result    []byte // SHA-256 of the result as stored
}

// statementMost bounds what somebody states, in runes.
const statementMost = 2000

// MayCertify returns nil, or the fault that says why somebody cannot certify the result now. waiting is
// whether a change of the vote waits for a second person.
func (v Vote) MayCertify(who identity.ID, signed []Certificate, objections []Objection, waiting bool, now time.Time) error {
	switch v.ResultState(objections, now) {
	case Certifying:
	case Certified:
		return fault.New(fault.Conflict, "vote.certified")
	case Annulled:
		return fault.New(fault.Closed, "vote.annulled")
	case Answering:
		return fault.New(fault.Closed, "vote.certify.unanswered", "n", unanswered(objections))
	case Objecting:
		return fault.New(fault.Closed, "vote.certify.early")
	default:
		return fault.New(fault.Closed, "vote.certify.uncounted")
	}
	switch {
	case waiting:
		return fault.New(fault.Closed, "vote.certify.change")
	case slices.ContainsFunc(signed, func(c Certificate) bool { return c.Person == who }):
		return fault.New(fault.Forbidden, "vote.certify.second")
	}
	return nil
}

// Certify gives one person's word that the result is right. With the second, from another person, the
// result is certified. A word given on a result that was corrected since is void.
func (s *Service) Certify(ctx context.Context, a identity.Actor, id thing.ID, statement string) error {
	return s.db.WriteOn(ctx, ledgerScope(id), func(tx *db.Tx) error { return Certify(tx, a, id, statement) })
}

// Certify is the same in the caller's transaction.
func Certify(tx *db.Tx, a identity.Actor, id thing.ID, statement string) error {
	statement = text.Clean(statement)
	g, err := governed(tx, a, id)
	if err != nil {
		return err
	}
	if err := g.MayCertify(a.ID, g.Certificates, g.Objections, g.Waiting(), tx.Now); err != nil {
		return err
	}
	var c fault.Check
	c.That(statement != "", "statement", "vote.certify.empty")
	c.That(len([]rune(statement)) <= statementMost, "statement", "vote.body.long", "max", statementMost)
	if err := c.Err(); err != nil {
		return err
	}
	names, err := identity.Names(tx, []identity.ID{a.ID})
	if err != nil {
		return err
	}
	if err := insertCertificate(tx, id, Certificate{a.ID, names[a.ID], tx.Now, statement, g.result}); err != nil {
		return err
	}
	verb := "vote.certify.first"
	if len(g.Certificates) > 0 {
		verb = "vote.certify"
		if err := markCertified(tx, id); err != nil {
			return err
		}
	}
	return thing.Record(tx, a.ID, verb, id, "")
}

// Scrutiny is what is said of a result: objections, corrections, and who certified it.
type Scrutiny struct {
	State        ResultState
	Objections   []Objection
	Corrections  []Correction
	Certificates []Certificate
	result       []byte // SHA-256 of the result as stored
}

// ScrutinyOf returns what is said of a vote's result.
func ScrutinyOf(tx *db.Tx, v Vote) (w Scrutiny, err error) {
	if w.Objections, err = Objections(tx, v.ID); err != nil {
		return w, err
	}
	if w.Corrections, err = Corrections(tx, v.ID); err != nil {
		return w, err
	}
	w.State = v.ResultState(w.Objections, tx.Now)
	w.Certificates, w.result, err = certificates(tx, v.ID)
	return w, err
}
