package web

import (
	"bytes"
	"strconv"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/thing"
	"tequio/app/vote"
)

// logPart serves a part of a vote's ledger that anybody can verify.
func logPart(kind string, read func(tx *db.Tx, v *Visit, id thing.ID) ([]byte, error)) func(*Server, *Visit) error {
	return func(s *Server, v *Visit) error {
		t, err := v.voteThing()
		if err != nil {
			return err
		}
		var body []byte
		err = s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { body, err = read(tx, v, t.ID); return err })
		if err != nil {
			return err
		}
		v.Set("Cache-Control", "no-cache")
		return v.Send(kind, body)
	}
}

// place reads a number of entries from the address.
func (v *Visit) place(name string) (int64, error) {
	n, err := strconv.ParseInt(v.Param(name), 10, 64)
	if err != nil || n < 0 {
		return 0, fault.New(fault.NotFound, "thing.missing")
	}
	return n, nil
}

// logStates lists every signed state of a vote's ledger.
func logStates(tx *db.Tx, _ *Visit, id thing.ID) ([]byte, error) {
	var b bytes.Buffer
	err := vote.WriteCheckpoints(tx, &b, id)
	return b.Bytes(), err
}

// logInclusion proves that an entry is in the ledger (C2SP tlog-proof).
func logInclusion(tx *db.Tx, v *Visit, id thing.ID) ([]byte, error) {
	n, err := v.place("place")
	if err != nil {
		return nil, err
	}
	return vote.Inclusion(tx, id, n)
}

// logConsistency proves that the ledger only grew from one size to another.
func logConsistency(tx *db.Tx, v *Visit, id thing.ID) ([]byte, error) {
	old, err := v.place("old")
	if err != nil {
		return nil, err
	}
	size, err := v.place("size")
	if err != nil {
		return nil, err
	}
	return vote.Consistency(tx, id, old, size)
}
