package vote

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// auditorsNeeded is how many people check the pairs of sealed ballots.
const auditorsNeeded = 2

// foundLeast and foundMost bound an auditor's statement, in runes.
const (
	foundLeast = 20
	foundMost  = 2000
)

// Auditor is somebody whom the rules sheet names to check that the sealed ballots are those behind the
// commitments.
type Auditor struct {
	Person    identity.ID
	Name      string // as the rules sheet gives it
	Email     string // by which staff name them
	Statement string // what they found, in plain text; "": nothing yet
	StatedAt  time.Time
}

// checkDisclosure refuses a way of publishing that there is not, and sealed ballots without their auditors.
func (v *Vote) checkDisclosure(c *fault.Check) {
	if v.Disclosure == "" {
		v.Disclosure = Checkable
	}
	if v.Disclosure != Sealed {
		v.Auditors = nil
	}
	c.That(slices.Contains(Disclosures, v.Disclosure), "disclosure", "vote.disclosure.unknown")
	c.That(v.Disclosure != Sealed || len(v.Auditors) == auditorsNeeded, "auditors", "vote.auditors.two")
	for i, a := range v.Auditors {
		c.That(!slices.ContainsFunc(v.Auditors[:i], func(o Auditor) bool { return o.Person == a.Person }), "auditors", "vote.auditors.two")
	}
}

// nameAuditors finds the people whose addresses staff wrote.
func (v *Vote) nameAuditors(tx *db.Tx) error {
	if v.Disclosure != Sealed {
		return nil
	}
	v.Auditors = slices.Clone(v.Auditors)
	for i, a := range v.Auditors {
		p, err := identity.ByEmail(tx, strings.ToLower(a.Email))
		if db.IsNone(err) {
			return fault.On("auditors", "vote.auditors.unknown", "address", a.Email)
		}
		if err != nil {
			return err
		}
		v.Auditors[i].Person, v.Auditors[i].Name = p.ID, p.Name
	}
	return nil
}

// Audit is what an auditor sees of a vote.
type Audit struct {
	Vote
	Own   Auditor
	Pairs bool // the file can be had: the ballots are published, and the links not yet destroyed
}

// Audit returns a vote for one of its auditors; for anybody else there is none.
func (s *Service) Audit(ctx context.Context, a identity.Actor, slug, lang string) (m Audit, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if m, err = audited(tx, a, slug); err == nil {
			m.Vote, err = translated(tx, m.Vote, lang)
		}
		return err
	})
	return m, err
}

func audited(tx *db.Tx, a identity.Actor, slug string) (m Audit, err error) {
	if m.Vote, err = Find(tx, slug); err != nil {
		return m, err
	}
	i := slices.IndexFunc(m.Auditors, func(o Auditor) bool { return a.SignedIn() && o.Person == a.ID })
	if i < 0 {
		return m, fault.New(fault.NotFound, "thing.missing") // there is no such page for anybody else
	}
	if err := policy.Allow(a, policy.Examine, m.Thing, tx.Now); err != nil {
		return m, err
	}
	m.Own, m.Pairs = m.Auditors[i], !m.ClosedAt.IsZero() && m.UnlinkedAt.IsZero()
	return m, nil
}

// WritePairs writes the auditors' file: every counted ballot with its commitment and nonce, by commitment,
// as the ballots of a checkable vote are published. It is destroyed with the links when the objections
// end; the fault vote.pairs says that it is not to be had.
func (s *Service) WritePairs(ctx context.Context, a identity.Actor, slug string, to io.Writer) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		m, err := audited(tx, a, slug)
		if err != nil {
			return err
		}
		if !m.Pairs {
			return fault.New(fault.Closed, "vote.pairs")
		}
		return thing.Record(tx, a.ID, "vote.pairs", m.ID, "")
	})
	if err != nil {
		return err
	}
	return s.db.Read(ctx, func(tx *db.Tx) error {
		m, err := audited(tx, a, slug)
		if err != nil || !m.Pairs {
			return err
		}
		var line []byte
		return eachPair(tx, m.ID, func(p Published) error {
			line = append(p.line(line[:0]), '\n')
			_, err := to.Write(line)
			return err
		})
	})
}

// State publishes, once, what an auditor found, under their name. Faults are on the field statement.
func (s *Service) State(ctx context.Context, a identity.Actor, slug, statement string) error {
	statement = text.Clean(statement)
	return s.db.Write(ctx, func(tx *db.Tx) error {
		m, err := audited(tx, a, slug)
		if err != nil {
			return err
		}
		n := len([]rune(statement))
		switch {
		case m.ClosedAt.IsZero():
			return fault.New(fault.Closed, "vote.notclosed")
		case m.Own.Statement != "":
			return fault.New(fault.Conflict, "vote.stated")
		case n < foundLeast || n > foundMost:
			return fault.On("statement", "vote.statement.length", "least", foundLeast, "max", foundMost)
		}
		if err := stateFound(tx, m.ID, a.ID, statement); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "vote.state", m.ID, "")
	})
}

// statementFile is an auditor in auditors.json.
type statementFile struct {
	Name      string `json:"name"`
	Statement string `json:"statement,omitempty"`
	At        string `json:"at,omitempty"`
}

// statements writes what the auditors found.
func (v Vote) statements() []byte {
	all := make([]statementFile, len(v.Auditors))
	for i, a := range v.Auditors {
		all[i] = statementFile{a.Name, a.Statement, instant(a.StatedAt)}
	}
	return indented(all)
}
