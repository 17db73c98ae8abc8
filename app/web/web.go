// Package web speaks HTTP. A handler reads a request, asks a service, and renders a page or leads
// to one. It is the only package that knows Fiber, and it knows it in few files: server.go and
// visit.go.
package web

import (
	"context"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tequio/app/challenge"
	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/media"
	"tequio/app/moderation"
	"tequio/app/notice"
	"tequio/app/page"
	"tequio/app/proposal"
	"tequio/app/search"
	"tequio/app/survey"
	"tequio/app/talk"
	"tequio/app/thing"
	"tequio/app/vote"
	"tequio/static"
)

// Config is what the operator decides about the server.
type Config struct {
	BaseURL        string   // how people reach this instance, without a slash at the end
	TrustedProxies []string // addresses or networks whose forwarding headers count
	Demo           bool     // one-click sign-in as the demo's people, on loopback alone
	MetricsToken   string   // "" switches /metrics off
	BounceToken    string   // "" switches /mail/bounce off
	Version        string
	Key            []byte   // secret of this instance for tokens in forms
	SignInHosts    []string // origins of sign-in providers, to which forms may lead: "https://accounts.example"
	Limits         bool     // rate limits; off in load tests alone
}

// Server answers requests with the rooms' services. The fields are set by app before Start.
type Server struct {
	Config
	DB         *db.DB
	Words      *i18n.Catalogues
	Views      fs.FS
	Instance   *instance.Service
	Sessions   *identity.Sessions
	Search     *search.Service
	People     *identity.Service
	Media      *media.Service
	Challenges *challenge.Service
	Votes      *vote.Service

	Staff *instance.Staff

	// MailReady reports whether a mail server is configured.
	MailReady func() bool
	// Health looks at every part of the instance.
	Health func(ctx context.Context) []Finding

	Notices       *notice.Service
	Moderation    *moderation.Service
	Screen        *moderation.Screen // nil: nothing is screened, as in some tests
	Talk          *talk.Service
	Proposals     *proposal.Service
	Consultations *consultation.Service
	Surveys       *survey.Service

	contentPolicy string // of every answer

	drawings drawings
	placings standing[placed]
	figured  standing[thing.Figures]
	months   standing[[]moderation.Month]
	cache    *cache
	limits   *limiter
	sets     atomic.Pointer[sets]
	setsLock sync.Mutex
	packing  sync.Mutex // of archives, one at a time
	metrics  *metrics
	stopping atomic.Bool
}

// sets are the templates in each language, bound to the settings they print with.
type sets struct {
	version int64
	zone    *time.Location
	of      map[string]*page.Set
}

// Prepare readies the server once its fields are set. It fails when a view does not parse.
func (s *Server) Prepare() error {
	s.contentPolicy = s.newContentPolicy()
	s.cache = newCache(s.DB)
	s.limits = newLimiter(s.DB.Now)
	s.metrics = newMetrics(s)
	_, err := s.templates()
	return err
}

// templates returns the parsed views, anew when the settings changed.
func (s *Server) templates() (*sets, error) {
	set := s.Instance.Current()
	if t := s.sets.Load(); t != nil && t.version == set.Version {
		return t, nil
	}
	s.setsLock.Lock()
	defer s.setsLock.Unlock()
	t := &sets{version: set.Version, zone: set.Location(), of: map[string]*page.Set{}}
	for _, l := range s.Words.Languages() {
		p, err := page.Load(s.Views, Funcs(l, t.zone))
		if err != nil {
			return nil, fmt.Errorf("views: %w", err)
		}
		t.of[l.Tag()] = p
	}
	s.sets.Store(t)
	return t, nil
}

// Funcs are the functions of the templates in one language and zone.
func Funcs(l *i18n.Language, zone *time.Location) template.FuncMap {
	return template.FuncMap{
		"T":         func(key string, args ...any) string { return l.T(key, args...) },
		"lang":      l.Tag,
		"number":    func(n int64) string { return l.Number(n) },
		"money":     func(minor int64, currency string) string { return l.Money(minor, currency) },
		"percent":   func(num, den int64) string { return l.Percent(num, den) },
		"date":      func(t time.Time) string { return l.Date(t, zone) },
		"shortdate": func(t time.Time) string { return l.ShortDate(t, zone) },
		"datetime":  func(t time.Time) string { return l.DateTime(t, zone) },
		"iso":       func(t time.Time) string { return t.In(zone).Format(time.RFC3339) },
		"asset":     asset,
		"icon":      icon,
		"csrf":      func() template.HTML { return csrfField },
		"html":      func(s string) template.HTML { return template.HTML(s) }, // stored HTML made by text.Markdown alone
		"first":     initial,
	}
}

// asset is the address of a file in static/, which changes when any of them does.
func asset(name string) string { return "/static/" + static.Version() + "/" + name }

// icon draws a symbol of the sprite; it stands beside words and says nothing itself.
func icon(name string, class ...string) template.HTML {
	c := "icon"
	for _, more := range class {
		c += " " + more
	}
	return template.HTML(`<svg class="` + c + `" aria-hidden="true"><use href="` + asset("icons.svg") + `#` + template.HTMLEscapeString(name) + `"/></svg>`)
}

// initial is the first letter of a name, for the round mark beside it.
func initial(name string) string {
	for _, r := range name {
		return string(r)
	}
	return "·"
}

// Watch keeps this process in step with the others: settings they changed, pages their events made
// stale. With SQLite there are no others.
func (s *Server) Watch(ctx context.Context) {
	if s.DB.IsSQLite() {
		return
	}
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.follow(ctx); err != nil && ctx.Err() == nil {
				slog.Error("follow other processes", "err", err)
			}
		}
	}
}
