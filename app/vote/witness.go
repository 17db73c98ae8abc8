package vote

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/ledger"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"

	"golang.org/x/mod/sumdb/note"
)

// Witness is somebody outside who watches that the ledgers only grow, and signs what they saw.
type Witness struct {
	ID      int64
	Name    string // for people to read
	VKey    string // of C2SP tlog-cosignature, by Ed25519
	AddedAt time.Time
}

// witnessesMost bounds how many witnesses there are, and witnessName their names in runes.
const (
	witnessesMost = 50
	witnessName   = 80
)

// AddWitness has the cosignatures of another witness taken. Faults are on the fields name and vkey.
func (s *Service) AddWitness(ctx context.Context, a identity.Actor, name, vkey string) error {
	name, vkey = text.Line(name), strings.TrimSpace(vkey)
	_, wrong := ledger.Witness(vkey)
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Configure, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		all, err := Witnesses(tx)
		if err != nil {
			return err
		}
		var c fault.Check
		c.That(name != "" && len([]rune(name)) <= witnessName, "name", "vote.witness.name", "max", witnessName)
		c.That(wrong == nil, "vkey", "vote.witness.vkey")
		c.That(len(all) < witnessesMost, "vkey", "vote.witness.many", "max", witnessesMost)
		if err := c.Err(); err != nil {
			return err
		}
		if err := putWitness(tx, name, vkey); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "witness.add", 0, name)
	})
}

// EndWitness has no more cosignatures of a witness taken; those there are stay.
func (s *Service) EndWitness(ctx context.Context, a identity.Actor, id int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := policy.Allow(a, policy.Configure, thing.Thing{}, tx.Now); err != nil {
			return err
		}
		ended, err := endWitness(tx, id)
		if err != nil || !ended {
			return err // ended before: the button pressed twice
		}
		return thing.Record(tx, a.ID, "witness.end", 0, "")
	})
}

// Cosignature is what a witness signed of a state of a log.
type Cosignature struct {
	Size    int64
	Witness string // its name for people
	VKey    string
	Line    string // as it stands in the signed note, with its end
}

// SeenAt is when the witness says that it signed.
func (c Cosignature) SeenAt() time.Time {
	_, encoded, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(c.Line), "— "), " ")
	b, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(b) < 12 {
		return time.Time{}
	}
	return time.Unix(int64(binary.BigEndian.Uint64(b[4:])), 0).UTC()
}

// Cosign takes the cosignatures of witnesses on a signed state of a vote's log: the note that the log
// serves, with their lines added (C2SP tlog-cosignature). The signatures are all that it asks for. The
// fault vote.cosign says that the state is none of this log, or that no witness known here signed it.
func (s *Service) Cosign(ctx context.Context, slug string, signed []byte) error {
	return s.db.WriteOn(ctx, []string{"cosign:" + slug}, func(tx *db.Tx) error {
		v, err := Find(tx, slug)
		if err != nil {
			return err
		}
		if !v.Visible(tx.Now) || v.Origin == "" {
			return fault.New(fault.NotFound, "thing.missing")
		}
		all, err := Witnesses(tx)
		if err != nil {
			return err
		}
		size, lines, err := s.cosigned(v, signed, all)
		if err != nil {
			return fault.New(fault.Invalid, "vote.cosign").Because(err)
		}
		if err := ownState(tx, v.ID, size, signed); err != nil {
			return err
		}
		for i, w := range all {
			if lines[i] == "" {
				continue
			}
			if err := insertCosignature(tx, v.ID, size, w.ID, lines[i]); err != nil {
				return err
			}
		}
		return thing.Record(tx, 0, "vote.cosign", v.ID, fmt.Sprint(size))
	})
}

// cosigned verifies a note, and returns the line of each witness that signed it.
func (s *Service) cosigned(v Vote, signed []byte, all []Witness) (size int64, lines []string, err error) {
	vkey, err := s.PublicKey(v)
	if err != nil {
		return 0, nil, err
	}
	log, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, nil, err
	}
	lines = make([]string, len(all))
	for i, w := range all {
		verifier, err := ledger.Witness(w.VKey)
		if err != nil {
			return 0, nil, err
		}
		c, line, err := cosignatureOf(signed, v.Origin, log, verifier)
		if err != nil {
			return 0, nil, err
		}
		size, lines[i] = c.Size, line
	}
	if !slices.ContainsFunc(lines, func(l string) bool { return l != "" }) {
		return 0, nil, fmt.Errorf("no witness known here signed it")
	}
	return size, lines, nil
}

// cosignatureOf verifies a state with one witness; line is its signature, "" when it did not sign.
func cosignatureOf(signed []byte, origin string, log, witness note.Verifier) (c ledger.Checkpoint, line string, err error) {
	c, names, err := ledger.OpenCheckpoint(signed, origin, log, witness)
	if err != nil || len(names) == 0 {
		return c, "", err
	}
	n, err := note.Open(signed, note.VerifierList(witness))
	if err != nil {
		return c, "", err
	}
	return c, "— " + n.Sigs[0].Name + " " + n.Sigs[0].Base64 + "\n", nil
}

// seenLine is a line of log/cosignatures.jsonl.
type seenLine struct {
	Size    int64  `json:"size"`
	Witness string `json:"witness"`
	VKey    string `json:"key"`
	Line    string `json:"line"`
}

// writeCosignatures writes what witnesses signed, by size and witness.
func writeCosignatures(tx *db.Tx, to io.Writer, id thing.ID) error {
	return eachCosignature(tx, id, func(c Cosignature) error {
		_, err := fmt.Fprintf(to, "%s\n", plainJSON(seenLine(c)))
		return err
	})
}

// Signed is the last state of a vote's log as served: with what witnesses added. "" before the first.
func Signed(tx *db.Tx, id thing.ID) (string, error) {
	last, err := LastCheckpoint(tx, id)
	if err != nil || last.Note == "" {
		return "", err
	}
	all, err := Cosignatures(tx, id, last.Size)
	for _, c := range all {
		last.Note += c.Line
	}
	return last.Note, err
}
