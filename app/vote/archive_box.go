package vote

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"strconv"

	"tequio/app/ledger"
)

// box checks the ballots: each in the ledger, once, as it stands there, and valid under the rules; those
// replaced; and that nothing else is in the ledger.
func (v *verifier) box() error {
	v.that(v.amendments(), "the rules sheets of %d amendments are in the ledger", len(v.rules)-1)
	v.counts = map[string]int64{}
	invalid := int64(0)
	count := func(content []byte) {
		v.ballots++
		n, seen := v.counts[string(content)]
		if !seen && !v.valid(content) {
			if invalid++; invalid == 1 {
				v.fail("a ballot is not valid under the rules: %.300s", content)
			}
		}
		v.counts[string(content)] = n + 1
	}
	var err error
	if v.Vote().Disclosure == Sealed {
		err = v.sealedBallots(count)
	} else {
		err = v.checkableBallots(count)
	}
	if err != nil {
		v.fail("%v", err)
		return errUnread
	}
	if invalid == 0 {
		v.ok("every ballot is valid under the rules")
	}
	err = v.hexLines(fileVoided, voidedBallot, &v.voided)
	v.that(err, "%d replaced ballots are in the ledger, none of them counted", v.voided)
	return nil
}

// amendments claims the entries of the rules sheets that followed.
func (v *verifier) amendments() error {
	for _, changed := range v.rules[1:] {
		if err := v.entries.take(ledger.CommitRules(int64(changed.ID), []byte(changed.Rules)), rulesSheet); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) checkableBallots(count func([]byte)) error {
	var before [ledger.Size]byte
	id := int64(v.Vote().ID)
	err := v.lines(fileBallots, func(line []byte) error {
		p, err := parseLine(line)
		switch {
		case err != nil:
			return err
		case p.Nonce == nil:
			return errors.New("a sealed ballot, and the rules say that ballots are checkable")
		case ledger.Commit(id, [32]byte(p.Nonce), p.Content) != p.Commitment:
			return fmt.Errorf("the ballot does not have the commitment %x", p.Commitment)
		case bytes.Compare(before[:], p.Commitment[:]) >= 0:
			return fmt.Errorf("ballots are not in the order of their commitments at %x", p.Commitment)
		}
		before = p.Commitment
		count(p.Content)
		return v.entries.take(p.Commitment, countedBallot)
	})
	if err == nil {
		v.ok("each of %d ballots has its own entry in the ledger", v.ballots)
	}
	return err
}

func (v *verifier) sealedBallots(count func([]byte)) error {
	err := v.lines(fileBallots, func(line []byte) error {
		p, err := parseLine(line)
		if err == nil && p.Nonce != nil {
			err = errors.New("a ballot with its commitment, and the rules say that ballots are sealed")
		}
		if err == nil {
			count(p.Content)
		}
		return err
	})
	if err != nil {
		return err
	}
	counted := int64(0)
	if err := v.hexLines(fileCounted, countedBallot, &counted); err != nil {
		return err
	}
	if counted != v.ballots {
		return fmt.Errorf("there are %d ballots, and %d commitments counted", v.ballots, counted)
	}
	v.ok("there are as many ballots, %d, as commitments counted, each in the ledger", counted)
	v.note("the ballots are sealed: that each is the one behind a commitment was checked by the auditors, not here")
	return nil
}

// hexLines reads a file of commitments in order and claims each entry.
func (v *verifier) hexLines(name string, as claim, n *int64) error {
	var before [ledger.Size]byte
	return v.lines(name, func(line []byte) error {
		var c [ledger.Size]byte
		if len(line) != hex.EncodedLen(len(c)) || !plainHex(line) {
			return fmt.Errorf("%.80q is no commitment", line)
		}
		hex.Decode(c[:], line)
		if bytes.Compare(before[:], c[:]) >= 0 {
			return fmt.Errorf("commitments are not in order at %x", c)
		}
		before = c
		*n++
		return v.entries.take(c, as)
	})
}

// valid reports whether a ballot is written as it should be, and allowed by the rules as they stood at
// some time while the vote was open.
func (v *verifier) valid(content []byte) bool {
	b, err := ParseBallot(content)
	if err != nil {
		return false
	}
	for i := len(v.rules) - 1; i >= 0; i-- {
		settled, err := v.rules[i].Settle(b)
		if err == nil && bytes.Equal(settled.canonical(v.rules[i].Questions), content) {
			return true
		}
	}
	return false
}

// balance checks that the ledger holds nothing else, and that no more voted than could.
func (v *verifier) balance() error {
	sheets := int64(len(v.rules) - 1)
	size := v.entries.tree.Size()
	if v.ballots+v.voided+sheets != size {
		v.fail("%d counted, %d replaced and %d amendments are not the %d entries of the ledger", v.ballots, v.voided, sheets, size)
	} else {
		v.ok("%d counted, %d replaced and %d amendments are all %d entries of the ledger", v.ballots, v.voided, sheets, size)
	}
	if roll := v.Vote().Electorate; roll > 0 {
		if v.ballots > roll && v.Vote().Rehearses != 0 {
			v.note("%d ballots were counted, and %d people could vote: staff try a rehearsal whoever it is for", v.ballots, roll)
		} else if v.ballots > roll {
			v.fail("%d ballots were counted, and %d people could vote", v.ballots, roll)
		} else {
			v.ok("no more ballots were counted, %d, than people could vote, %d", v.ballots, roll)
		}
	}
	return nil
}

// recount counts the ballots again and compares the result byte by byte.
func (v *verifier) recount() error {
	stored, err := v.read(fileResult, resultBytes)
	if err != nil {
		v.fail("%v", err)
		return nil
	}
	var told Result
	if err := strict(stored, &told); err != nil {
		v.fail("%s: %v", fileResult, err)
		return nil
	}
	seed, err := v.seed()
	if err != nil {
		v.fail("%v", err)
		return nil
	}
	again := told
	again.Seed, again.Ballots, again.Voided, again.Amended = seed, v.ballots, v.voided, int64(len(v.rules)-1)
	again.Entries = v.entries.tree.Size()
	if again.Questions, err = v.Vote().count(v.counts, seed, nil); err != nil {
		v.fail("the ballots cannot be counted again: %v", err)
		return nil
	}
	if again.Also, err = v.Vote().also(v.counts, seed, nil); err != nil {
		v.fail("the ballots cannot be counted by the rules for information: %v", err)
		return nil
	}
	if encoded(again) != string(stored) {
		v.fail("counting again gives another result than %s", fileResult)
	} else {
		v.ok("counting the ballots again gives the same result and explanation, byte by byte")
	}
	people := int64(0)
	for _, t := range told.Turnout {
		people += t.Count
	}
	if people != v.ballots {
		v.fail("the turnout sums %d people, and %d ballots were counted", people, v.ballots)
	} else {
		v.ok("the turnout by levels sums to the %d ballots counted", people)
	}
	return nil
}

// seed is that of the lot, after it was compared with what the rules sheet promised.
func (v *verifier) seed() (string, error) {
	f, err := v.lot()
	switch lot := v.Vote().Lot; {
	case err != nil || lot.Source == NoLot:
		return "", err
	case f.Lot != lot:
		return "", fmt.Errorf("%s is not about the lot of the rules sheet", fileLot)
	case f.Seed == "":
		v.note("no seed of the lot is known: ties that depend on it stay open")
	case lot.Source == Committed && promiseOf(f.Seed) != lot.SHA256:
		return "", errors.New("the seed of the lot is not the one promised in the rules sheet")
	case lot.Source == Committed:
		v.ok("the seed of the lot is the one promised in the rules sheet before the vote opened")
	default:
		v.ok("the numbers of the lot were typed alike by %s people", strconv.Itoa(f.typed()))
	}
	return f.Seed, nil
}

// typed is how many people typed the numbers that are the seed.
func (f lotFile) typed() (n int) {
	for _, d := range f.Drawn {
		if d.Numbers == f.Seed {
			n++
		}
	}
	return n
}

// pairs checks the auditors' file of a vote whose ballots are sealed: that each pair opens a commitment
// that was counted, and that its ballots are the ones published.
func (v *verifier) pairs() error {
	if v.ask.Pairs == nil {
		return nil
	}
	if v.Vote().Disclosure != Sealed {
		v.fail("the auditors' file: the ballots of this vote are not sealed")
		return nil
	}
	var before [ledger.Size]byte
	left, n, id := maps.Clone(v.counts), int64(0), int64(v.Vote().ID)
	err := eachLine(v.ask.Pairs, "the auditors' file", func(line []byte) error {
		p, err := parseLine(line)
		switch {
		case err != nil:
			return err
		case p.Nonce == nil || ledger.Commit(id, [32]byte(p.Nonce), p.Content) != p.Commitment:
			return fmt.Errorf("the ballot does not have the commitment %x", p.Commitment)
		case bytes.Compare(before[:], p.Commitment[:]) >= 0:
			return fmt.Errorf("ballots are not in the order of their commitments at %x", p.Commitment)
		}
		before = p.Commitment
		if i := v.entries.find(p.Commitment); i < 0 || v.entries.claimed[i] != countedBallot {
			return fmt.Errorf("the commitment %x was not counted", p.Commitment)
		}
		if left[string(p.Content)]--; left[string(p.Content)] < 0 {
			return fmt.Errorf("the ballot behind %x is not among those published", p.Commitment)
		}
		n++
		return nil
	})
	if err == nil && n != v.ballots {
		err = fmt.Errorf("the auditors' file holds %d ballots, and %d were counted", n, v.ballots)
	}
	v.that(err, "each of the %d sealed ballots is the one behind a commitment that was counted", n)
	return nil
}

// receipts looks for receipt codes.
func (v *verifier) receipts() error {
	for _, code := range v.ask.Receipts {
		p, err := ledger.ParseReceipt(code)
		if err != nil {
			v.fail("%s: %v", code, err)
			continue
		}
		as := v.entries.receipt(p)
		switch as {
		case countedBallot:
			v.ok("the ballot of receipt %s is in the ledger and counted", p)
		case voidedBallot:
			v.fail("the ballot of receipt %s is voided: it is in the ledger, and a later ballot of the same person was counted in its place", p)
		default:
			v.fail("no ballot with the receipt %s is in the ledger", p)
		}
	}
	return nil
}

// receipt is what the entry stands for that a receipt code means.
func (e *entries) receipt(p ledger.Prefix) claim {
	least, _ := p.Range()
	i, _ := e.at(least)
	if i < len(e.sorted) && p.Matches(e.sorted[i]) {
		return e.claimed[i]
	}
	return unclaimed
}
