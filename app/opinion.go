package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tequio/app/opinion"
)

type opinionVerb struct {
	Votes    string `arg:"" type:"existingfile" help:"Votes as Polis exports them: votes.csv, or participants-votes.csv."`
	Comments string `type:"existingfile" help:"Its comments.csv: what was moderated out is left out." placeholder:"FILE"`
}

// Run prints the opinion map as JSON. A file that is broken is not understood: exit 2.
func (v opinionVerb) Run(_ *common, sh *shell) error {
	votes, err := readFile(v.Votes, opinion.ReadVotes)
	if err != nil {
		return err
	}
	if v.Comments != "" {
		out, err := readFile(v.Comments, opinion.ReadModerated)
		if err != nil {
			return err
		}
		votes = votes.Without(out)
	}
	to := json.NewEncoder(sh.out)
	to.SetIndent("", "  ")
	return to.Encode(opinion.Compute(votes).Report(true))
}

// readFile reads a file whose errors name it.
func readFile[T any](path string, read func(io.Reader) (T, error)) (to T, err error) {
	in, err := os.Open(path)
	if err != nil {
		return to, misunderstood{err}
	}
	defer in.Close()
	to, err = read(in)
	if bad := (*opinion.FileError)(nil); errors.As(err, &bad) {
		return to, misunderstood{fmt.Errorf("%s: %w", filepath.Base(path), bad)}
	}
	return to, err
}
