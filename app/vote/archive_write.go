package vote

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/ledger"
	"tequio/app/tally"
)

// WriteArchive writes the archive of a counted vote: the same bytes each time, until something about the
// vote changes. It keeps no more in memory than the rules and the result, but for rankings, whose files
// for other programs group equal ballots. program names the writer and its version. The fault
// vote.notclosed says that the vote is not yet counted.
func (s *Service) WriteArchive(ctx context.Context, slug, program string, to io.Writer) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := Find(tx, slug)
		switch {
		case err != nil:
			return err
		case !v.Visible(tx.Now):
			return fault.New(fault.NotFound, "thing.missing")
		case v.Hidden():
			return fault.New(fault.Gone, "thing.missing")
		case !v.AnnulledAt.IsZero():
			return fault.New(fault.Closed, "vote.annulled")
		case v.CountedAt.IsZero():
			return fault.New(fault.Closed, "vote.notclosed")
		}
		a := &archiver{tx: tx, v: v, zip: zip.NewWriter(to)}
		if err := a.write(program, s); err != nil {
			return fmt.Errorf("archive of vote %d: %w", v.ID, err)
		}
		return a.zip.Close()
	})
}

// archiver is an archive under way.
type archiver struct {
	tx   *db.Tx
	v    Vote
	zip  *zip.Writer
	sums bytes.Buffer
}

func (a *archiver) write(program string, s *Service) error {
	stored, err := db.One(a.tx, db.Value[string], `SELECT result FROM vote WHERE id = $1`, a.v.ID)
	if err != nil {
		return err
	}
	var result Result
	if err := json.Unmarshal([]byte(stored), &result); err != nil {
		return err
	}
	for _, part := range []func() error{
		func() error { return a.put(fileReadme, []byte(readme)) },
		func() error { return a.rules(program, s) },
		func() error { return a.put(fileOptions, optionFiles(a.v)) },
		a.ballots, a.log,
		func() error { return a.lot(result) },
		func() error { return a.put(fileResult, []byte(stored)) },
		func() error { return a.copies(result) },
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return a.sign(s.signer)
}

// firstDay is the first that the format knows.
var firstDay = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// add writes a file and notes its hash. Every file has the same date, so that the bytes tell nothing of
// when the archive was made.
func (a *archiver) add(name string, write func(io.Writer) error) error {
	f, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: firstDay})
	if err != nil {
		return err
	}
	sum := sha256.New()
	w := bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<16)
	if err := write(w); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(&a.sums, "%x  %s\n", sum.Sum(nil), name)
	return nil
}

func (a *archiver) put(name string, content []byte) error {
	return a.add(name, func(w io.Writer) error { _, err := w.Write(content); return err })
}

// rules writes what the vote is, its rules sheet and those that followed.
func (a *archiver) rules(program string, s *Service) error {
	v := a.v
	h := head{
		Format: archiveFormat, Program: program, Rehearsal: v.Rehearses != 0, Vote: strconv.FormatInt(int64(v.ID), 10), Slug: v.Slug, Title: v.Title, Lang: v.Lang,
		Origin: v.Origin, RulesSum: hex.EncodeToString(v.RulesSum), OpensAt: instant(v.OpensAt), ClosesAt: instant(v.ClosesAt),
		ClosedAt: instant(v.ClosedAt), CountedAt: instant(v.CountedAt), UnlinkedAt: instant(v.UnlinkedAt), Source: json.RawMessage(v.Imported),
	}
	changes, err := Amendments(a.tx, v.ID)
	if err != nil {
		return err
	}
	for i, c := range changes {
		h.Amendments = append(h.Amendments, headAmendment{fmt.Sprintf(fileAmendment, i+1), instant(c.At), instant(c.ClosesAt), c.Reason})
	}
	if h.Key, err = s.PublicKey(v); err != nil {
		return err
	}
	if err := a.put(fileHead, indented(h)); err != nil {
		return err
	}
	if err := a.put(fileRules, []byte(v.Rules)); err != nil {
		return err
	}
	for i, c := range changes {
		if err := a.put(h.Amendments[i].File, []byte(c.Sheet)); err != nil {
			return err
		}
	}
	return nil
}

// ballots writes the ballots, and by their commitments those counted apart and those replaced.
func (a *archiver) ballots() error {
	if err := a.add(fileBallots, func(w io.Writer) error { return WriteLines(a.tx, w, a.v) }); err != nil {
		return err
	}
	if a.v.Disclosure == Sealed {
		if err := a.commitments(fileCounted, "published_ballot"); err != nil {
			return err
		}
		if err := a.put(fileAuditors, a.v.statements()); err != nil {
			return err
		}
	}
	return a.commitments(fileVoided, "ledger_voided")
}

func (a *archiver) commitments(name, table string) error {
	return a.add(name, func(w io.Writer) error {
		return db.Each(a.tx, db.Value[[]byte], func(c []byte) error { _, err := fmt.Fprintf(w, "%x\n", c); return err },
			`SELECT commitment FROM `+table+` WHERE vote_id = $1 ORDER BY commitment`, a.v.ID)
	})
}

// log writes the ledger: its entries, its signed states, and what witnesses said of them.
func (a *archiver) log() error {
	err := a.add(fileEntries, func(w io.Writer) error {
		return db.Each(a.tx, db.Value[[]byte], func(c []byte) error { _, err := w.Write(c); return err },
			`SELECT commitment FROM ledger_entry WHERE vote_id = $1 ORDER BY place`, a.v.ID)
	})
	if err != nil {
		return err
	}
	if err := a.add(fileCheckpoints, func(w io.Writer) error { return WriteCheckpoints(a.tx, w, a.v.ID) }); err != nil {
		return err
	}
	return a.add(fileSeen, func(w io.Writer) error { return writeCosignatures(a.tx, w, a.v.ID) })
}

// lot writes the lot, where the rules declare one.
func (a *archiver) lot(r Result) error {
	if a.v.Lot.Source == NoLot {
		return nil
	}
	f := lotFile{Lot: a.v.Lot, Seed: r.Seed}
	drawn, err := Draws(a.tx, a.v.ID)
	if err != nil {
		return err
	}
	for _, d := range drawn {
		f.Drawn = append(f.Drawn, lotDraw{d.Numbers, instant(d.At)})
	}
	return a.put(fileLot, indented(f))
}

// copies writes the ballots in the formats that other programs read.
func (a *archiver) copies(r Result) error {
	if err := a.add(fileCSV, func(w io.Writer) error { return WriteCSV(a.tx, w, a.v) }); err != nil {
		return err
	}
	if a.v.InPabulib() {
		return a.add("ballots.pb", func(w io.Writer) error { return WritePabulib(a.tx, w, a.v, r) })
	}
	return a.rankings()
}

// rankings writes each question of which options are ranked as .blt and in the kind of PrefLib that fits.
func (a *archiver) rankings() error {
	if !slices.ContainsFunc(a.v.Questions, func(q Question) bool { return q.Form == Ranking }) {
		return nil
	}
	counts, err := contents(a.tx, a.v)
	if err != nil {
		return err
	}
	for i, q := range a.v.Questions {
		if q.Form != Ranking {
			continue
		}
		e, err := q.election(strconv.FormatInt(int64(a.v.ID), 10), i, 0, counts)
		if err != nil {
			return err
		}
		e.Title = cmp.Or(q.Title, a.v.Title)
		slices.SortFunc(e.Ballots, func(x, y tally.Ballot) int {
			return cmp.Or(slices.Compare(x.Options, y.Options), slices.Compare(x.Values, y.Values))
		})
		name := "question-" + strconv.Itoa(i+1)
		if err := a.add(name+".blt", func(w io.Writer) error { return tally.WriteBLT(w, e) }); err != nil {
			return err
		}
		if err := a.add(name+"."+e.PrefLibKind(), func(w io.Writer) error { return tally.WritePrefLib(w, e) }); err != nil {
			return err
		}
	}
	return nil
}

// sign ends the archive with the list of its files and the signature over it.
func (a *archiver) sign(key ledger.Key) error {
	list := slices.Clone(a.sums.Bytes())
	signed, err := ledger.Files{Origin: a.v.Origin, List: sha256.Sum256(list)}.Sign(key)
	if err != nil {
		return err
	}
	if err := a.put(fileSums, list); err != nil {
		return err
	}
	return a.put(fileSignature, signed)
}
