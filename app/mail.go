package app

import (
	"context"
	"fmt"
	"io"

	"tequio/app/mail"
)

// mailVerb is what the operator does about mail from the shell.
type mailVerb struct {
	Bounce mailBounceVerb `cmd:"" help:"Note that mail to an address came back for good: nothing but codes goes there until its owner confirms it anew."`
}

type mailBounceVerb struct {
	Address string `arg:"" help:"The address."`
	Kind    string `default:"permanent" help:"permanent, or transient, which is noted and stops nothing." placeholder:"KIND"`
	Why     string `help:"The server's words." placeholder:"TEXT"`
}

// Run notes the bounce.
func (v mailBounceVerb) Run(c *common, sh *shell) error {
	return c.perform(sh, order{Verb: "mail bounce", Args: []string{v.Address, v.Kind, v.Why}})
}

func bounceMail(ctx context.Context, a *App, args []string, _ io.Reader, out io.Writer) error {
	b, err := mail.NewBounce(args[0], mail.Kind(args[1]), args[2])
	if err != nil {
		return fmt.Errorf("%q, %q: an address and permanent or transient are needed", args[0], args[1])
	}
	if err := a.Server.Notices.CameBack(ctx, b); err != nil {
		return err
	}
	fmt.Fprintf(out, "Noted a %s bounce of %s.\n", b.Kind, b.Address)
	return nil
}
