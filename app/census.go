package app

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"tequio/app/identity"
)

type censusVerb struct {
	Import censusImportVerb `cmd:"" help:"Read those entitled from a CSV file with the columns document and, if you like, second (or birth_date, or postal_code), place, birth_year; numbers are kept as keyed hashes alone."`
}

type censusImportVerb struct {
	File   string `arg:"" type:"existingfile" help:"The CSV file."`
	DryRun bool   `help:"Count what the file holds, and store nothing."`
}

// Run imports the file, or counts what importing it would do.
func (v censusImportVerb) Run(c *common, sh *shell) error {
	path, err := filepath.Abs(v.File)
	if err != nil {
		return err
	}
	o := order{Verb: "census", Args: []string{"path", path}} // a census is too large to send through the socket
	if v.DryRun {
		o.Args = append(o.Args, "dry")
	}
	return c.perform(sh, o)
}

// censusKey is the key of the census of this instance.
func (a *App) censusKey() (identity.CensusKey, error) { return secret(a.Keys, "census") }

// orderCensus imports what in holds or, with the argument "path", the file of that name.
func orderCensus(ctx context.Context, a *App, args []string, in io.Reader, out io.Writer) error {
	dry := slices.Contains(args, "dry")
	if i := slices.Index(args, "path"); i >= 0 && i+1 < len(args) {
		f, err := os.Open(args[i+1])
		if err != nil {
			return err
		}
		defer f.Close()
		in = bufio.NewReaderSize(f, 1<<20)
	}
	counts, err := a.Server.People.ImportCensus(ctx, 0, in, dry)
	if err != nil {
		return err
	}
	if dry {
		_, err = fmt.Fprintf(out, "Nothing is stored. The file holds %s.\n", counts)
		return err
	}
	_, err = fmt.Fprintf(out, "Imported the census: %s.\n", counts)
	return err
}
