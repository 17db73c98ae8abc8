package vote

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

// listMost bounds the lines of a vote's list.
const listMost = 100_000

// withList keeps the list that was put in before, while the electorate still goes by one.
func (r Roll) withList(before Roll) Roll {
	r.Named, r.ListSum = 0, ""
	if r.Who == Listed {
		r.Named, r.ListSum = before.Named, before.ListSum
	}
	return r
}

// SetList puts in who is named on the vote's list, before it opens: CSV with the columns document and
// email, one of which each line needs. Only keyed hashes are kept; the rules sheet says how many they are
// and the SHA-256 of the sorted hashes, so that nobody is added later. It returns how many are named.
// Faults: vote.frozen, vote.roll.nolist, and on the field list what is wrong with the file.
func (s *Service) SetList(ctx context.Context, a identity.Actor, id thing.ID, r io.Reader) (n int64, err error) {
	all, err := readList(r, s.Census)
	if err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := changeable(tx, a, id)
		if err != nil {
			return err
		}
		if v.Roll.Who != Listed {
			return fault.New(fault.Conflict, "vote.roll.nolist")
		}
		if err := replaceList(tx, id, all); err != nil {
			return err
		}
		v.Roll.Named, v.Roll.ListSum = int64(len(all)), listSum(all)
		v.Electorate = v.Roll.Named
		if err := save(tx, &v); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "vote.list", id, "")
	})
	return int64(len(all)), err
}

// readList reads the lines; somebody named twice, by one of the two, is refused with the line.
func readList(r io.Reader, key identity.CensusKey) (all []named, err error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = -1
	head, err := rows.Read()
	if err != nil {
		return nil, fault.On("list", "vote.list.file")
	}
	at := map[string]int{}
	for i, name := range head {
		at[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF")))] = i
	}
	seen := map[string]bool{}
	for line := int64(2); ; line++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.On("list", "vote.list.file")
		}
		one := namedBy(row, at, key)
		if len(one) == 0 {
			return nil, fault.On("list", "vote.list.line", "line", line)
		}
		for _, hash := range one {
			if seen[string(hash)] {
				return nil, fault.On("list", "vote.list.twice", "line", line)
			}
			seen[string(hash)] = true
		}
		if all = append(all, one); len(all) > listMost {
			return nil, fault.On("list", "vote.list.long", "max", listMost)
		}
	}
	if len(all) == 0 {
		return nil, fault.On("list", "vote.list.file")
	}
	return all, nil
}

// namedBy are the hashes by which a line names somebody.
func namedBy(row []string, at map[string]int, key identity.CensusKey) (one named) {
	for _, column := range []struct {
		name string
		hash func(string) ([]byte, bool)
	}{{"document", key.Hash}, {"email", key.Address}} {
		if i, has := at[column.name]; has && i < len(row) && strings.TrimSpace(row[i]) != "" {
			hash, ok := column.hash(row[i])
			if !ok {
				return nil
			}
			one = append(one, hash)
		}
	}
	return one
}

// listSum is the SHA-256 of all hashes in order.
func listSum(all []named) string {
	flat := slices.Concat(all...)
	slices.SortFunc(flat, bytes.Compare)
	sum := sha256.Sum256(bytes.Join(flat, nil))
	return hex.EncodeToString(sum[:])
}
