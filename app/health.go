package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/job"
	"tequio/app/mail"
	"tequio/app/thing"
	"tequio/app/web"
)

// Limits of what is well.
const (
	slowAnswer  = 500 * time.Millisecond // of the database
	diskLow     = 20                     // warn when less than a twentieth is free
	diskOut     = 100                    // and fail at a hundredth
	backupOld   = 36 * time.Hour
	jobLate     = 5 * time.Minute
	sealsWithin = 3 * time.Second
	mailLate    = time.Hour
	loginWithin = 2 * time.Second
)

func found(part string, g web.Grade, key string, args ...any) web.Finding {
	return web.Finding{Part: part, Grade: g, Said: fault.Message{Key: key, Args: args}}
}

func (a *App) broke(part string, err error) web.Finding {
	f := found(part, web.Bad, "health.failed")
	f.Details = err.Error()
	return f
}

// Check looks at every part of the instance. Where no server runs, nobody works on the queue, and
// that is no fault.
func (a *App) Check(ctx context.Context) []web.Finding {
	all := []web.Finding{a.checkDatabase(ctx), a.checkDisk(), a.checkMail(ctx), a.checkBackup(ctx), a.checkJobs(ctx), a.checkSeals(ctx), a.checkAddress(), a.checkKeys()}
	return append(all, a.checkLogins(ctx)...)
}

func (a *App) checkDatabase(ctx context.Context) web.Finding {
	took, err := a.DB.Check(ctx)
	if err != nil {
		return a.broke("database", err)
	}
	engine, g := "PostgreSQL", web.Good
	if a.DB.IsSQLite() {
		engine = "SQLite"
		engine += ", " + megabytes(sizeOf(a.address())+sizeOf(a.address()+"-wal"))
	} else if took > slowAnswer {
		g = web.Warn
	}
	return found("database", g, "health.database", "engine", engine, "ms", took.Milliseconds())
}

// sizeOf is how large a file is, 0 when it is not there.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

func (a *App) checkDisk() web.Finding {
	free, total, err := diskFree(a.Instance)
	if err != nil {
		return a.broke("disk", err)
	}
	g := web.Good
	switch {
	case free < total/diskOut:
		g = web.Bad
	case free < total/diskLow:
		g = web.Warn
	}
	return found("disk", g, "health.disk", "free", gigabytes(free), "total", gigabytes(total))
}

func gigabytes(n int64) string { return fmt.Sprintf("%.1f GB", float64(n)/1e9) }

func (a *App) checkBackup(ctx context.Context) web.Finding {
	var last time.Time
	err := a.DB.Read(ctx, func(tx *db.Tx) (err error) { last, err = lastBackup(tx); return err })
	switch age := a.DB.Now().Sub(last); {
	case err != nil:
		return a.broke("backup", err)
	case last.IsZero():
		return found("backup", web.Warn, "health.backup.never")
	case age > backupOld:
		return found("backup", web.Warn, "health.backup.old", "hours", int64(age.Hours()))
	default:
		return found("backup", web.Good, "health.backup", "hours", int64(age.Hours()))
	}
}

func (a *App) checkJobs(ctx context.Context) web.Finding {
	var s job.State
	err := a.DB.Read(ctx, func(tx *db.Tx) (err error) { s, err = job.Look(tx); return err })
	switch {
	case err != nil:
		return a.broke("jobs", err)
	case s.Failing > 0:
		f := found("jobs", web.Bad, "health.jobs.failing", "n", s.Failing)
		f.Details = s.Failure
		return f
	case a.serving.Load() && !s.Oldest.IsZero() && a.DB.Now().Sub(s.Oldest) > jobLate:
		return found("jobs", web.Bad, "health.jobs.late", "n", int64(a.DB.Now().Sub(s.Oldest).Minutes()))
	}
	return found("jobs", web.Good, "health.jobs", "n", s.Waiting)
}

// checkSeals walks the chain of events as far as there is time.
func (a *App) checkSeals(ctx context.Context) web.Finding {
	ctx, cancel := context.WithTimeout(ctx, sealsWithin)
	defer cancel()
	var n int64
	err := a.DB.Read(ctx, func(tx *db.Tx) (err error) { n, err = thing.CheckSeals(tx); return err })
	switch {
	case ctx.Err() != nil:
		return found("audit", web.Good, "health.audit.long")
	case err != nil:
		return a.broke("audit", err)
	}
	return found("audit", web.Good, "health.audit", "n", n)
}

// checkAddress looks whether people can reach the instance safely under the address it knows.
func (a *App) checkAddress() web.Finding {
	u, err := url.Parse(a.BaseURL)
	switch {
	case a.BaseURL == "" || err != nil || u.Host == "":
		return found("address", web.Warn, "health.address.none")
	case u.Scheme != "https" && u.Hostname() != "localhost" && !strings.HasPrefix(u.Hostname(), "127."):
		f := found("address", web.Warn, "health.address.open")
		f.Details = a.BaseURL
		return f
	}
	f := found("address", web.Good, "health.address")
	f.Details = a.BaseURL
	return f
}

// checkKeys looks whether others on this machine could read the secret keys.
func (a *App) checkKeys() web.Finding {
	info, err := os.Stat(a.Keys)
	if err != nil {
		return a.broke("keys", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		f := found("keys", web.Bad, "health.keys.open")
		f.Details = a.Keys
		return f
	}
	return found("keys", web.Good, "health.keys")
}

func (a *App) checkMail(ctx context.Context) web.Finding {
	var q mail.Queue
	err := a.DB.Read(ctx, func(tx *db.Tx) (err error) { q, err = mail.Look(tx); return err })
	var f web.Finding
	switch {
	case err != nil:
		return a.broke("mail", err)
	case !a.Mail.Ready():
		return found("mail", web.Warn, "health.mail.off")
	case q.Failed > 0:
		f = found("mail", web.Warn, "health.mail.failed", "n", q.Failed)
	case !q.Oldest.IsZero() && a.DB.Now().Sub(q.Oldest) > mailLate:
		f = found("mail", web.Bad, "health.mail.waiting", "n", q.Waiting)
	default:
		return found("mail", web.Good, "health.mail")
	}
	f.Details = q.Answer
	return f
}

// checkLogins asks each provider of sign-in elsewhere whether it is there and as configured.
func (a *App) checkLogins(ctx context.Context) (all []web.Finding) {
	set := a.Server.People.Providers
	if set == nil || len(set.List()) == 0 {
		return []web.Finding{found("login", web.Good, "health.login.none")}
	}
	for _, p := range set.List() {
		asked, cancel := context.WithTimeout(ctx, loginWithin)
		err := set.Check(asked, p.ID)
		cancel()
		f := found("login", web.Good, "health.login", "name", p.Name)
		f.Details = a.BaseURL + "/login/" + p.ID + "/callback"
		if err != nil {
			f = found("login", web.Bad, "health.login.down", "name", p.Name)
			f.Details = err.Error()
		}
		all = append(all, f)
	}
	return all
}

type checkVerb struct{}

// Run prints the findings and fails when something is wrong.
func (checkVerb) Run(c *common, sh *shell) error {
	if c.Database == "" {
		if _, err := os.Stat(filepath.Join(c.Instance, backupSQLite)); err != nil {
			return fmt.Errorf("there is no instance in %s", c.Instance)
		}
	}
	return c.perform(sh, order{Verb: "check"})
}

// orderCheck is the verb, in the server that holds the instance or here.
func orderCheck(ctx context.Context, a *App, _ []string, _ io.Reader, out io.Writer) error {
	words, bad := a.Server.Words.Language("en"), 0
	for _, f := range a.Check(ctx) {
		if f.Grade == web.Bad {
			bad++
		}
		fmt.Fprintf(out, "%-5s %s: %s", f.Grade, words.T("health.part."+f.Part), words.T(f.Said.Key, f.Said.Args...))
		if f.Details != "" {
			fmt.Fprintf(out, " [%s]", f.Details)
		}
		fmt.Fprintln(out)
	}
	if bad > 0 {
		return errors.New(words.T("health.bad", "n", bad))
	}
	return nil
}
