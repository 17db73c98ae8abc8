package vote

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tequio/app/ledger"
)

// entries is a ledger read whole.
type entries struct {
	inOrder [][ledger.Size]byte
	sorted  [][ledger.Size]byte
	claimed []claim // of each in sorted: what the archive says it is
	tree    *ledger.Tree
}

// claim is what an entry of the ledger stands for.
type claim byte

const (
	unclaimed claim = iota
	countedBallot
	voidedBallot
	rulesSheet
)

var claims = map[claim]string{countedBallot: "a counted ballot", voidedBallot: "a voided ballot", rulesSheet: "a rules sheet"}

// readEntries reads the ledger and makes its tree.
func (a *Archive) readEntries() (*entries, error) {
	in, err := a.open(fileEntries)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	e := &entries{}
	for {
		var entry [ledger.Size]byte
		_, err := io.ReadFull(in, entry[:])
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fileEntries, err)
		}
		if len(e.inOrder) == entriesMost {
			return nil, fmt.Errorf("%s holds more than %d entries", fileEntries, entriesMost)
		}
		e.inOrder = append(e.inOrder, entry)
	}
	e.tree = ledger.Open(ledger.Memory{}, 0)
	if err := e.tree.Append(e.inOrder); err != nil {
		return nil, err
	}
	e.sorted = slices.Clone(e.inOrder)
	ledger.SortBatch(e.sorted)
	e.claimed = make([]claim, len(e.sorted))
	for i := 1; i < len(e.sorted); i++ {
		if e.sorted[i] == e.sorted[i-1] {
			return nil, fmt.Errorf("%s holds %x twice", fileEntries, e.sorted[i])
		}
	}
	return e, nil
}

// take claims an entry; each can be claimed once.
func (e *entries) take(entry [ledger.Size]byte, as claim) error {
	i := e.find(entry)
	switch {
	case i < 0:
		return fmt.Errorf("%s is not in the ledger: %x", claims[as], entry)
	case e.claimed[i] != unclaimed:
		return fmt.Errorf("%s stands for %s already: %x", claims[as], claims[e.claimed[i]], entry)
	}
	e.claimed[i] = as
	return nil
}

// find is the place of an entry among those sorted; −1 where it is none.
func (e *entries) find(entry [ledger.Size]byte) int {
	if i, found := e.at(entry); found {
		return i
	}
	return -1
}

// at is the place of the first entry that is not before this one.
func (e *entries) at(entry [ledger.Size]byte) (int, bool) {
	return slices.BinarySearchFunc(e.sorted, entry, func(a, b [ledger.Size]byte) int { return bytes.Compare(a[:], b[:]) })
}

// ledger checks the tree against every signed state: the last is of all entries, each earlier one of
// those that it began with.
func (v *verifier) ledger() (err error) {
	if v.entries, err = v.readEntries(); err != nil {
		v.fail("%v", err)
		return errUnread
	}
	states, err := v.states(v.entries.tree)
	if err == nil && len(states) == 0 {
		err = errors.New("the ledger was never signed")
	}
	if err != nil {
		v.fail("%v", err)
		return nil
	}
	v.last = states[len(states)-1]
	if size := v.entries.tree.Size(); v.last.Size != size {
		v.fail("the last signed state of the ledger has %d entries, and the archive %d", v.last.Size, size)
		return nil
	}
	v.ok("the ledger's %d entries make the tree that was signed last", v.last.Size)
	v.ok("the ledger only grew: %d signed states, each the beginning of the next", len(states))
	return nil
}

// states reads the signed states of the ledger, oldest first, and checks each against the tree.
func (v *verifier) states(tree *ledger.Tree) (all []ledger.Checkpoint, err error) {
	err = v.lines(fileCheckpoints, func(line []byte) error {
		var s stateLine
		if err := strict(line, &s); err != nil {
			return err
		}
		c, _, err := ledger.OpenCheckpoint([]byte(s.Note), v.head.Origin, v.log)
		if err != nil {
			return err
		}
		if c.Size != s.Size || len(all) > 0 && c.Size <= all[len(all)-1].Size {
			return fmt.Errorf("a state of %d entries is out of order", c.Size)
		}
		root, err := tree.Root(c.Size)
		if err != nil || root != c.Root {
			return fmt.Errorf("the signed state of %d entries is not that of the archive's first %d", c.Size, c.Size)
		}
		all = append(all, c)
		if v.notes == nil {
			v.notes = map[int64]string{}
		}
		v.notes[c.Size] = s.Note
		return nil
	})
	return all, err
}

// witnessed checks what witnesses signed of the states. Their keys stand in the archive: whether they are
// who they are said to be is for the reader to confirm.
func (v *verifier) witnessed() error {
	n, names := 0, map[string]bool{}
	err := v.lines(fileSeen, func(line []byte) error {
		var s seenLine
		if err := strict(line, &s); err != nil {
			return err
		}
		witness, err := ledger.Witness(s.VKey)
		if err != nil {
			return err
		}
		state, known := v.notes[s.Size]
		if !known {
			return fmt.Errorf("a cosignature of a state of %d entries that is not there", s.Size)
		}
		if _, found, err := cosignatureOf([]byte(state+s.Line), v.head.Origin, v.log, witness); err != nil || found != s.Line {
			return fmt.Errorf("the cosignature of %.60q on the state of %d entries is not theirs", s.Witness, s.Size)
		}
		n, names[s.Witness] = n+1, true
		return nil
	})
	switch {
	case err != nil:
		v.fail("%v", err)
	case n > 0:
		v.ok("%d cosignatures of witnesses verify: %s", n, strings.Join(slices.Sorted(maps.Keys(names)), ", "))
	default:
		v.note("no witness cosigned the ledger")
	}
	return nil
}

// older checks that the ledger continues that of an earlier archive.
func (v *verifier) older() error {
	if v.ask.Older == nil {
		return nil
	}
	old, err := v.ask.Older.readEntries()
	if err != nil {
		v.fail("the older archive: %v", err)
		return nil
	}
	o := &verifier{Archive: v.ask.Older, log: v.log}
	states, err := o.states(old.tree)
	switch {
	case v.ask.Older.head.Vote != v.head.Vote || v.ask.Older.head.Origin != v.head.Origin:
		err = errors.New("is of another vote")
	case err != nil:
	case v.ask.Older.rules[0].Rules != v.rules[0].Rules:
		err = errors.New("has another rules sheet")
	case len(states) == 0 || states[len(states)-1].Size != old.tree.Size():
		err = errors.New("has a ledger that was not signed")
	case len(old.inOrder) > len(v.entries.inOrder) || !slices.Equal(old.inOrder, v.entries.inOrder[:len(old.inOrder)]):
		err = errors.New("has a ledger that is not the beginning of this one: entries were dropped or altered")
	}
	if err != nil {
		v.fail("the older archive: %v", err)
	} else {
		v.ok("the ledger begins with the %d entries of the older archive", len(old.inOrder))
	}
	return nil
}
