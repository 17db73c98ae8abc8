package app

import (
	"errors"
	"fmt"
	"os"

	"tequio/app/vote"
)

type verifyVerb struct {
	Archive string   `arg:"" type:"existingfile" help:"The archive of a vote (.zip), as its result page offers it."`
	Key     string   `help:"The public key that you confirmed: NAME+ID+KEY, as the page of the vote shows it." placeholder:"VKEY"`
	Against string   `type:"existingfile" help:"An archive of the same vote that you kept: the ledger must have only grown since." placeholder:"OLDER.zip"`
	Receipt []string `sep:"none" help:"A receipt code to look for." placeholder:"CODE"`
	Sealed  string   `type:"existingfile" help:"The auditors' file of a vote whose ballots are sealed." placeholder:"FILE"`
}

// Run checks the archive without any instance; anybody can. It prints a line for each check. A file that
// is no archive is not understood: exit 2.
func (v verifyVerb) Run(sh *shell) error {
	ask := vote.Asked{Key: v.Key, Receipts: v.Receipt}
	if v.Against != "" {
		f, size, err := sized(v.Against)
		if err != nil {
			return err
		}
		defer f.Close()
		if ask.Older, err = vote.ReadArchive(f, size); err != nil {
			return misunderstood{fmt.Errorf("%s: %w", v.Against, err)}
		}
	}
	if v.Sealed != "" {
		f, err := os.Open(v.Sealed)
		if err != nil {
			return err
		}
		defer f.Close()
		ask.Pairs = f
	}
	f, size, err := sized(v.Archive)
	if err != nil {
		return err
	}
	defer f.Close()
	rehearsal := false
	ok, err := vote.Verify(f, size, ask, func(c vote.Finding) {
		rehearsal = rehearsal || c.Rehearsal
		fmt.Fprintf(sh.out, "%s %s\n", c.Verdict, c.Text)
	})
	switch {
	case err != nil:
		return misunderstood{err}
	case !ok:
		fmt.Fprintln(sh.out, "This archive does NOT hold what it says.")
		return silent{errors.New("a check failed")}
	}
	if rehearsal {
		fmt.Fprintln(sh.out, "Every check passed. This is a REHEARSAL: nothing in it was decided.")
		return nil
	}
	fmt.Fprintln(sh.out, "Every check passed.")
	return nil
}

func sized(name string) (*os.File, int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}
