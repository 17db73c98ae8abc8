package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"tequio/app/fault"

	"github.com/alecthomas/kong"
)

// common are the flags of every verb; each is also TEQUIO_NAME in the environment, or name in the
// TOML file of --config.
type common struct {
	Instance string          `default:"var" env:"TEQUIO_INSTANCE" help:"Folder of the database, uploads and backups." placeholder:"DIR"`
	Database string          `env:"TEQUIO_DATABASE" help:"postgres://… instead of SQLite in the instance folder." placeholder:"URL"`
	Keys     string          `env:"TEQUIO_KEYS" help:"Folder of secret keys; default: keys in the instance folder." placeholder:"DIR"`
	BaseURL  string          `name:"base-url" env:"TEQUIO_BASE_URL" help:"How people reach this instance: https://…" placeholder:"URL"`
	SMTP     smtpFlags       `embed:"" prefix:"smtp-"`
	Config   kong.ConfigFlag `env:"TEQUIO_CONFIG" help:"TOML file with the same names." placeholder:"FILE"`
}

type commandLine struct {
	common
	Serve   serveVerb   `cmd:"" help:"Serve the instance to browsers."`
	Backup  backupVerb  `cmd:"" help:"Write database and uploads to one file, while people use the instance."`
	Check   checkVerb   `cmd:"" help:"Tell whether the instance is healthy; exit 1 when something is wrong."`
	Restore restoreVerb `cmd:"" help:"Read what backup wrote into an empty instance."`
	Import  importVerb  `cmd:"" help:"Read what other systems wrote."`
	Count   countVerb   `cmd:"" help:"Count an election from a file by any rule, and say how."`
	Opinion opinionVerb `cmd:"" help:"Draw the opinion map of an exported conversation, as JSON."`
	Verify  verifyVerb  `cmd:"" help:"Check the archive of a vote: its ledger, signatures, ballots and count. Exit 1 when something is wrong."`
	Person  personVerb  `cmd:"" help:"Look after accounts."`
	Census  censusVerb  `cmd:"" help:"Look after the list of those entitled."`
	Mail    mailVerb    `cmd:"" help:"Look after mail."`
	Audit   auditVerb   `cmd:"" help:"Check what the audit page exports."`
	Version versionVerb `cmd:"" help:"Print the version."`
}

// shell is what verbs print to.
type shell struct{ out, err io.Writer }

// Main runs the command line and returns the exit code: 0, or 1 when the verb failed, or 2 when it
// was not understood.
func Main(args []string, out, errs io.Writer) int {
	var line commandLine
	parser, err := kong.New(&line, kong.Name("tequio"), kong.Description("A participation platform that a town can run by itself."),
		kong.Configuration(tomlFile), kong.Writers(out, errs), kong.Exit(func(int) {}), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(errs, err)
		return 2
	}
	for _, a := range args {
		if a == "--help" || a == "-h" {
			parser.Parse(args)
			return 0
		}
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(errs, "tequio:", err)
		return 2
	}
	if err := ctx.Run(&line.common, &shell{out, errs}); err != nil {
		if quiet := (silent{}); !errors.As(err, &quiet) {
			fmt.Fprintln(errs, "tequio:", explain(err))
		}
		if not := (misunderstood{}); errors.As(err, &not) {
			return 2
		}
		return 1
	}
	return 0
}

// misunderstood is a failure for which what was given is to blame: it was not understood.
type misunderstood struct{ error }

func (r misunderstood) Unwrap() error { return r.error }

// silent is a failure that has been told already.
type silent struct{ error }

// sentences are faults in the shell's own words; most faults never reach it.
var sentences = map[string]string{
	"db.newer": "This database was written by a newer Tequio. Use that version, or restore the copy made before the upgrade.",
}

func explain(err error) string {
	if s := sentences[fault.Of(err).Key]; s != "" {
		return s
	}
	return err.Error()
}

func (c common) options() Options {
	return Options{Instance: c.Instance, Database: c.Database, Keys: c.Keys, BaseURL: c.BaseURL, Limits: true}
}

type serveVerb struct {
	Listen         string   `default:"127.0.0.1:8080" env:"TEQUIO_LISTEN" help:"Address to listen on." placeholder:"ADDRESS"`
	Demo           bool     `env:"TEQUIO_DEMO" help:"Load the demo town on the first start and let anybody on this machine sign in as its people."`
	TrustedProxies []string `env:"TEQUIO_TRUSTED_PROXIES" help:"Addresses or networks whose forwarding headers count." placeholder:"NETWORK"`
	MetricsToken   string   `env:"TEQUIO_METRICS_TOKEN" help:"Token that /metrics asks for; without one it is off." placeholder:"TOKEN"`
	BounceToken    string   `env:"TEQUIO_BOUNCE_TOKEN" help:"Token with which a mail provider reports to /mail/bounce; without one it is off." placeholder:"TOKEN"`
	NoLimits       bool     `env:"TEQUIO_NO_LIMITS" help:"No rate limits: for load tests alone." hidden:""`
}

// Run serves until the process is told to stop.
func (v serveVerb) Run(c *common, sh *shell) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	slog.SetDefault(slog.New(slog.NewJSONHandler(sh.err, nil)))
	ln, err := net.Listen("tcp", v.Listen)
	if err != nil {
		return err
	}
	o := c.options()
	if o.SMTP, err = c.SMTP.settings(); err != nil {
		return err
	}
	if o.Providers, err = providers(string(c.Config)); err != nil {
		return err
	}
	if o.BaseURL == "" {
		o.BaseURL = "http://" + strings.Replace(ln.Addr().String(), "127.0.0.1", "localhost", 1)
	}
	o.TrustedProxies, o.MetricsToken, o.Limits = v.TrustedProxies, v.MetricsToken, !v.NoLimits
	o.BounceToken = v.BounceToken
	o.Town = v.Demo
	o.Demo = v.Demo && ln.Addr().(*net.TCPAddr).IP.IsLoopback()
	if v.Demo && !o.Demo {
		slog.Warn("the demo's one-click sign-in works on a loopback address alone; it is off")
	}
	a, err := Open(ctx, o)
	if err != nil {
		return err
	}
	defer a.Close()
	if d := a.Demoed; d.People > 0 {
		fmt.Fprintf(sh.out, "Loaded the demo town: %s.\n", d)
	}
	return a.serve(ctx, ln, sh.out)
}

// serve answers on ln until ctx ends, then lets what is under way finish.
func (a *App) serve(ctx context.Context, ln net.Listener, out io.Writer) error {
	fiber := a.Server.App()
	failed := make(chan error, 1)
	go func() { failed <- fiber.Listener(ln) }()
	fmt.Fprintf(out, "Tequio %s: open %s\n", Version, a.BaseURL)
	hint, err := a.greet(ctx)
	if err != nil {
		return err
	}
	fmt.Fprint(out, hint)
	work, stopWork := context.WithCancel(context.Background())
	defer stopWork()
	if a.DB.IsSQLite() {
		if err := a.obey(work); err != nil {
			return err
		}
	}
	a.serving.Store(true)
	done := make(chan struct{}, 3)
	go func() { a.Jobs.Run(work, time.Second, nil); done <- struct{}{} }()
	go func() { a.Server.Watch(work); done <- struct{}{} }()
	go func() { a.Mail.Run(work); done <- struct{}{} }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	a.Server.Shutdown(fiber)
	stopWork()
	for range cap(done) {
		<-done
	}
	return nil
}

type versionVerb struct{}

// Run prints the version.
func (versionVerb) Run(sh *shell) error {
	fmt.Fprintln(sh.out, "tequio", Version)
	return nil
}
