package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

type censusVerb struct {
	Import censusImportVerb `cmd:"" help:"Read those entitled from a CSV file with the columns document and place; numbers are kept as keyed hashes alone."`
}

type censusImportVerb struct {
	File   string `arg:"" type:"existingfile" help:"The CSV file."`
	DryRun bool   `help:"Count what the file holds, and store nothing."`
}

// Run imports the file, or counts what importing it would do.
func (v censusImportVerb) Run(c *common, sh *shell) error {
	file, err := os.ReadFile(v.File)
	if err != nil {
		return err
	}
	o := order{Verb: "census", File: file}
	if v.DryRun {
		o.Args = []string{"dry"}
	}
	return c.perform(sh, o)
}

// censusKey is the key of the census of this instance.
func (a *App) censusKey() (identity.CensusKey, error) { return secret(a.Keys, "census") }

func orderCensus(ctx context.Context, a *App, args []string, in io.Reader, out io.Writer) error {
	key, err := a.censusKey()
	if err != nil {
		return err
	}
	all, counts, err := identity.ReadCensus(in, key)
	if err != nil {
		return err
	}
	dry := slices.Contains(args, "dry")
	for some := range slices.Chunk(all, identity.CensusAtOnce) {
		var known int64
		work := func(tx *db.Tx) (err error) {
			if known, err = identity.KnownInCensus(tx, some); err != nil || dry {
				return err
			}
			return identity.InsertCensus(tx, some)
		}
		if dry {
			err = a.DB.Read(ctx, work)
		} else {
			err = a.DB.Write(ctx, work)
		}
		if err != nil {
			return err
		}
		counts.Known += known
		counts.New += int64(len(some)) - known
	}
	if dry {
		_, err = fmt.Fprintf(out, "Nothing is stored. The file holds %s.\n", counts)
		return err
	}
	err = a.DB.Write(ctx, func(tx *db.Tx) error { return thing.Record(tx, 0, "census.import", 0, counts.String()) })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Imported the census: %s.\n", counts)
	return err
}
