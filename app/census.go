package app

import (
	"bytes"
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

// censusAtOnce is how many of the census one transaction stores: others write in between.
const censusAtOnce = 20 * identity.CensusAtOnce

// enrol stores some of the census, or only looks, and returns how many were in it already.
func (a *App) enrol(ctx context.Context, some []identity.Entitled, dry bool) (known int64, err error) {
	work := func(tx *db.Tx) error {
		known = 0
		for few := range slices.Chunk(some, identity.CensusAtOnce) {
			n, err := identity.KnownInCensus(tx, few)
			if err != nil {
				return err
			}
			known += n
			if dry {
				continue
			}
			if err := identity.InsertCensus(tx, few); err != nil {
				return err
			}
		}
		return nil
	}
	do := a.DB.Write
	if dry {
		do = a.DB.Read
	}
	err = do(ctx, work)
	return known, err
}

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
	// In the order of the census's own key a row finds its neighbours where they were written last.
	slices.SortFunc(all, func(a, b identity.Entitled) int { return bytes.Compare(a.Hash, b.Hash) })
	for some := range slices.Chunk(all, censusAtOnce) {
		known, err := a.enrol(ctx, some, dry)
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
