// Package app wires the rooms together and gives them a command line.
package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"tequio/app/challenge"
	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/demo"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/identity/provider"
	"tequio/app/instance"
	"tequio/app/job"
	"tequio/app/mail"
	"tequio/app/media"
	"tequio/app/moderation"
	"tequio/app/notice"
	"tequio/app/proposal"
	"tequio/app/search"
	"tequio/app/survey"
	"tequio/app/talk"
	"tequio/app/thing"
	"tequio/app/vote"
	"tequio/app/web"
	"tequio/data"
	"tequio/views"
)

// Options are what the operator decides; the command line fills them.
type Options struct {
	Instance       string // folder of database, uploads, backups
	Database       string // "": SQLite in the instance folder; else postgres://…
	Keys           string // folder of secret keys; "": within the instance folder
	BaseURL        string
	TrustedProxies []string
	MetricsToken   string
	BounceToken    string
	SMTP           mail.Settings
	Providers      []provider.Config // of sign-in elsewhere
	Demo           bool              // one-click sign-in as the demo's people
	Town           bool              // load the demo town into an empty instance
	Limits         bool
	Now            func() time.Time // tests put their own clock
}

// App is an instance that is open: its database, its services and its server.
type App struct {
	Options
	DB     *db.DB
	Jobs   *job.Runner
	Server *web.Server
	Mail   *mail.Worker

	Demoed demo.Loaded // what this start has loaded of the demo town

	release func()      // lets others use the instance
	serving atomic.Bool // people are answered and jobs are run in this process
}

// Version is the program's version.
const Version = "0.1.0"

// Open opens the instance, brings its schema up to date and wires its rooms.
func Open(ctx context.Context, o Options) (*App, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := os.MkdirAll(o.Instance, 0o700); err != nil {
		return nil, err
	}
	if o.Keys == "" {
		o.Keys = filepath.Join(o.Instance, "keys")
	}
	release := func() {}
	if o.Database == "" {
		var err error
		if release, err = lock(o.Instance); err != nil {
			return nil, err
		}
	}
	d, err := db.Open(o.address(), o.Now)
	if err != nil {
		release()
		return nil, err
	}
	if err := d.Migrate(ctx, data.Migrations(), filepath.Join(o.Instance, "backups")); err != nil {
		d.Close()
		release()
		return nil, err
	}
	if err := d.Learn(ctx); err != nil {
		d.Close()
		release()
		return nil, err
	}
	a := &App{Options: o, DB: d, Jobs: job.NewRunner(d), release: release}
	if err := a.wire(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// address is where the database is.
func (o Options) address() string {
	if o.Database != "" {
		return o.Database
	}
	return filepath.Join(o.Instance, "tequio.db")
}

// wire makes the services and hands them to each other: the only place that knows all rooms.
func (a *App) wire(ctx context.Context) error {
	words, err := i18n.Load(data.Locales())
	if err != nil {
		return err
	}
	inst, err := instance.NewService(ctx, a.DB)
	if err != nil {
		return err
	}
	key, err := secret(a.Keys, "forms")
	if err != nil {
		return err
	}
	sessions := identity.NewSessions(a.DB)
	files, err := media.NewService(a.DB, filepath.Join(a.Instance, "uploads"))
	if err != nil {
		return err
	}
	s := &web.Server{
		Config: web.Config{BaseURL: strings.TrimSuffix(a.BaseURL, "/"), TrustedProxies: a.TrustedProxies, Demo: a.Demo,
			MetricsToken: a.MetricsToken, BounceToken: a.BounceToken, Version: Version, Key: key, Limits: a.Limits},
		DB: a.DB, Words: words, Views: views.FS, Instance: inst, Sessions: sessions,
		People: identity.NewService(a.DB, sessions),
		Talk:   talk.NewService(a.DB),
		Proposals: proposal.NewService(a.DB, func() proposal.Rules {
			set := inst.Current()
			return proposal.Rules{Threshold: set.Threshold, Period: set.Period, AnswerDays: set.AnswerIn}
		}),
	}
	if err := a.wirePeople(s, words, inst); err != nil {
		return err
	}
	s.Proposals.Files, s.Proposals.Letters = files, proposal.Letters{Words: words, Site: s.People.Site}
	if s.Proposals.Census, err = a.censusKey(); err != nil {
		return err
	}
	s.Media, s.Challenges = files, challenge.NewService(a.DB, files)
	s.Notices, s.Moderation = notice.NewService(a.DB, a.Jobs, notice.Letters{Words: words, Site: s.People.Site, Zone: func() *time.Location { return inst.Current().Location() },
		Named: inst.Named, Lang: func() string { return inst.Current().Default() }, Key: key}), moderation.NewService(a.DB, sessions)
	s.Moderation.Promise = func() time.Duration { return time.Duration(inst.Current().ModerateIn) * time.Hour }
	a.Jobs.Every("sweep-files", 24*time.Hour, files.Sweep)
	if s.Votes, err = vote.NewService(a.DB, keyFolder(a.Keys), a.BaseURL); err != nil {
		return err
	}
	s.Votes.Letters = vote.Letters{Words: words, Site: s.People.Site, Zone: func() *time.Location { return inst.Current().Location() }}
	s.Votes.Census = s.People.Census
	s.Votes.Work(a.Jobs)
	s.Consultations, s.Surveys = consultation.NewService(a.DB), survey.NewService(a.DB)
	s.Consultations.Work(a.Jobs)
	s.Talk.Guard(consultation.Kind, consultation.Guard)
	s.Talk.Guard(consultation.TopicKind, consultation.Guard)
	a.Server = s
	s.Search = search.NewService(a.DB, []string{"es", "en"}, a.sources())
	s.Moderation.Texts = s.Search.Bodies
	s.Moderation.Work(a.Jobs)
	a.Jobs.Every("seal", time.Minute, func(ctx context.Context) error {
		return a.DB.Write(ctx, func(tx *db.Tx) error { _, err := thing.Seal(tx); return err })
	})
	if err := a.screen(ctx, s); err != nil {
		return err
	}
	s.Health, s.MailReady, s.Staff = a.Check, a.Mail.Ready, instance.NewStaff(a.DB, s.People)
	a.Jobs.Every("learn", 24*time.Hour, a.DB.Learn)
	a.Jobs.Every("backup", 10*time.Minute, a.nightly)
	if err := s.Search.Renew(ctx); err != nil {
		return fmt.Errorf("index what is searched: %w", err)
	}
	if err := a.loadTown(ctx); err != nil {
		return err
	}
	thing.OnRecord(a.DB, proposal.Hook, s.Moderation.Hook, s.Bump, s.Search.Index, s.Notices.Hook)
	if err := s.Prepare(); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	return nil
}

// loadTown loads the demo town where the operator asked for it. Only what keeps the
// rooms in step listens: the town's past is no news, so nobody is told of it and no mail goes out.
func (a *App) loadTown(ctx context.Context) (err error) {
	if !a.Town {
		return nil
	}
	thing.OnRecord(a.DB, proposal.Hook, a.Server.Moderation.Hook, a.Server.Search.Index)
	a.Demoed, err = demo.Load(ctx, demo.Rooms{DB: a.DB, Instance: a.Server.Instance, Votes: a.Server.Votes, Files: a.Server.Media})
	return err
}

// Close ends what Open began.
func (a *App) Close() error {
	defer a.release()
	return a.DB.Close()
}

// sources are where search reads the longer texts of each kind of thing.
func (a *App) sources() map[thing.Kind]search.Source {
	return map[thing.Kind]search.Source{
		proposal.Kind: proposal.Source, vote.Kind: vote.Texts, challenge.Kind: challenge.Texts,
		consultation.Kind: consultation.Texts, consultation.TopicKind: consultation.Texts,
	}
}
