package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"tequio/app/tally"
)

type importVerb struct {
	Pabulib pabulibVerb `cmd:"" help:"Read a participatory budget in the Pabulib format as a closed vote, and count it."`
}

type pabulibVerb struct {
	File string `arg:"" type:"existingfile" help:"The .pb file."`
}

// Run imports the file; a broken one is refused with its line, and leaves nothing behind.
func (v pabulibVerb) Run(c *common, sh *shell) error {
	file, err := os.ReadFile(v.File)
	if err != nil {
		return err
	}
	return c.perform(sh, order{Verb: "import", File: file})
}

func orderImport(ctx context.Context, a *App, _ []string, in io.Reader, out io.Writer) error {
	slug, err := a.Server.Votes.ImportPabulib(ctx, in, a.Now())
	if bad := (*tally.FileError)(nil); errors.As(err, &bad) {
		return bad
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Imported: %s/votes/%s/results\n", a.BaseURL, slug)
	return err
}
