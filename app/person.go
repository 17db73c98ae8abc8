package app

import (
	"context"
	"fmt"
	"io"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/thing"
)

// personVerb is what the operator does about accounts from the shell.
type personVerb struct {
	Grant personGrantVerb `cmd:"" help:"Give a role to whoever has verified an e-mail address here, now or within two weeks."`
	Link  personLinkVerb  `cmd:"" help:"Print a link that signs in with an address once, for when mail is out of order."`
}

type personGrantVerb struct {
	Email  string `arg:"" help:"The address."`
	Role   string `arg:"" help:"administrator, moderator, focal-point, editor or evaluator."`
	Agency string `help:"Agency of the role, as in its address; needed for the last three." placeholder:"SLUG"`
}

// Run gives the role.
func (v personGrantVerb) Run(c *common, sh *shell) error {
	return c.perform(sh, order{Verb: "person grant", Args: []string{v.Email, v.Role, v.Agency}})
}

type personLinkVerb struct {
	Email string `arg:"" help:"The address."`
}

// Run prints the link.
func (v personLinkVerb) Run(c *common, sh *shell) error {
	return c.perform(sh, order{Verb: "person link", Args: []string{v.Email}})
}

func grantRole(ctx context.Context, a *App, args []string, _ io.Reader, out io.Writer) error {
	email, role, slug := args[0], identity.Role(strings.ToLower(args[1])), args[2]
	var waits bool
	err := a.DB.Write(ctx, func(tx *db.Tx) error {
		var agency int64
		if slug != "" {
			t, err := thing.Find(tx, instance.AgencyKind, slug)
			if err != nil {
				return fmt.Errorf("no agency has the address /agencies/%s", slug)
			}
			agency = int64(t.ID)
		}
		var err error
		waits, err = a.Server.People.GrantByEmail(tx, email, role, agency, 0)
		return err
	})
	if err != nil {
		return plainly(err)
	}
	if waits {
		fmt.Fprintf(out, "Nobody has verified %s here yet. Whoever does so within 14 days is %s.\n", email, role)
		return nil
	}
	fmt.Fprintf(out, "%s is %s.\n", email, role)
	return nil
}

func linkPerson(ctx context.Context, a *App, args []string, _ io.Reader, out io.Writer) error {
	link, err := a.Server.People.SignInLink(ctx, args[0])
	if err != nil {
		return plainly(err)
	}
	fmt.Fprintf(out, "This link works once, for ten minutes:\n%s\n", link)
	return nil
}

// plainly says in the shell's words what a form would say beside its fields.
func plainly(err error) error {
	for field, m := range fault.Of(err).Fields {
		if s := shellWords[m.Key]; s != "" {
			return fmt.Errorf("%s: %s", field, s)
		}
	}
	return err
}

var shellWords = map[string]string{
	"login.email.invalid":  "that is no e-mail address",
	"account.role.unknown": "use administrator, moderator, focal-point, editor or evaluator",
	"account.role.agency":  "focal-point, editor and evaluator need --agency; the others have none",
}
