package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/identity/provider"
	"tequio/app/instance"
	"tequio/app/mail"
	"tequio/app/notice"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/thing"
	"tequio/app/web"

	"github.com/pelletier/go-toml/v2"
)

// smtpFlags are how mail leaves; see mail.Settings.
type smtpFlags struct {
	Host         string `env:"TEQUIO_SMTP_HOST" help:"SMTP server that takes mail; without one, mail stays in the outbox." placeholder:"HOST"`
	Port         int    `env:"TEQUIO_SMTP_PORT" help:"Its port; default: 587, 465 with tls, 25 with none." placeholder:"PORT"`
	User         string `env:"TEQUIO_SMTP_USER" help:"Name to sign in with there." placeholder:"NAME"`
	Password     string `env:"TEQUIO_SMTP_PASSWORD" help:"Password; better in a file." placeholder:"WORD"`
	PasswordFile string `env:"TEQUIO_SMTP_PASSWORD_FILE" help:"File that holds the password." placeholder:"FILE"`
	From         string `env:"TEQUIO_SMTP_FROM" help:"Sender: \"Town <participa@example.org>\"." placeholder:"ADDRESS"`
	TLS          string `default:"starttls" env:"TEQUIO_SMTP_TLS" help:"starttls, tls, or none for a server on this machine." placeholder:"WAY"`
}

// settings reads the password's file and checks what was given.
func (f smtpFlags) settings() (mail.Settings, error) {
	s := mail.Settings{Host: f.Host, Port: f.Port, User: f.User, Password: f.Password, From: f.From, Security: mail.Security(f.TLS)}
	if f.PasswordFile != "" {
		b, err := os.ReadFile(f.PasswordFile)
		if err != nil {
			return s, fmt.Errorf("smtp-password-file: %w", err)
		}
		s.Password = strings.TrimRight(string(b), "\r\n")
	}
	return s, s.Check()
}

// providersVariable holds sign-in providers as a JSON list, after those of the configuration file.
const providersVariable = "TEQUIO_PROVIDERS"

// providers reads the sign-in providers: the [[provider]] tables of the configuration file, then
// the environment. Unknown fields are refused. A secret written "file:PATH" is read from there.
func providers(file string) ([]provider.Config, error) {
	var all []provider.Config
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if all, err = providerTables(b); err != nil {
			return nil, err
		}
	}
	if value := os.Getenv(providersVariable); value != "" {
		var more []provider.Config
		d := json.NewDecoder(strings.NewReader(value))
		d.DisallowUnknownFields()
		if err := d.Decode(&more); err != nil {
			return nil, fmt.Errorf("%s: %w", providersVariable, err)
		}
		all = append(all, more...)
	}
	for i := range all {
		if err := readSecrets(&all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// providerTables decodes the [[provider]] tables of a TOML file strictly, and nothing else of it.
func providerTables(file []byte) ([]provider.Config, error) {
	var tables struct {
		Provider any `toml:"provider"`
	}
	if err := toml.Unmarshal(file, &tables); err != nil || tables.Provider == nil {
		return nil, err
	}
	alone, err := toml.Marshal(tables)
	if err != nil {
		return nil, err
	}
	var strict struct {
		Provider []provider.Config `toml:"provider"`
	}
	d := toml.NewDecoder(bytes.NewReader(alone))
	d.DisallowUnknownFields()
	if err := d.Decode(&strict); err != nil {
		var unknown *toml.StrictMissingError
		if errors.As(err, &unknown) {
			return nil, fmt.Errorf("configuration file, [[provider]]: there is no setting like this:\n%s", unknown.String())
		}
		return nil, fmt.Errorf("configuration file, [[provider]]: %w", err)
	}
	return strict.Provider, nil
}

// taken are words that stand where a provider's id would in the addresses of signing in.
var taken = []string{"demo", "code", "join", "factor", "link"}

func readSecrets(c *provider.Config) error {
	if slices.Contains(taken, c.ID) {
		return fmt.Errorf("sign-in provider %q: that id is taken by an address of the site", c.ID)
	}
	for _, secret := range []*string{&c.ClientSecret, &c.PrivateKey} {
		if path, ok := strings.CutPrefix(*secret, "file:"); ok {
			b, err := os.ReadFile(path)
			if err != nil {
				return fmt.Errorf("sign-in provider %q: %w", c.ID, err)
			}
			*secret = strings.TrimSpace(string(b))
		}
	}
	return nil
}

// usualAddress is where an instance is that was told no other.
const usualAddress = "http://localhost:8080"

// wirePeople readies accounts, sign-in and mail.
func (a *App) wirePeople(s *web.Server, words *i18n.Catalogues, inst *instance.Service) error {
	key, err := secret(a.Keys, "people")
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(a.BaseURL, "/")
	if base == "" {
		base = usualAddress
	}
	p := s.People
	if p.Providers, err = provider.New(a.Providers, base, nil); err != nil {
		return err
	}
	p.Words, p.Key = words, key
	if p.Census, err = a.censusKey(); err != nil {
		return err
	}
	p.Site = func() (string, string) { return inst.Current().Name, base }
	p.Record = func(tx *db.Tx, act identity.Act) error {
		return thing.RecordEvent(tx, thing.Event{Actor: act.Actor, Verb: act.Verb, Person: act.Person, Note: act.Note})
	}
	p.Farewells = append(p.Farewells, proposal.TakeBack, talk.TakeBack, thing.TakeBack)
	s.SignInHosts = provider.Origins(a.Providers)
	a.Mail = mail.NewWorker(a.DB, a.SMTP)
	a.Mail.Bounced = notice.Returned
	a.Jobs.Every("expire", 24*time.Hour, p.Expire)
	return nil
}

// greet prints the link that makes the first administrator, while there is none.
func (a *App) greet(ctx context.Context) (string, error) {
	link, err := a.Server.People.SetupLink(ctx)
	if err != nil || link == "" {
		return "", err
	}
	return "Nobody administers this instance yet. Open this link once to be the first:\n" + link + "\n", nil
}
