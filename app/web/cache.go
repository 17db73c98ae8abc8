package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tequio/app/db"
	"tequio/app/thing"

	"github.com/andybalholm/brotli"
)

// A cache keeps rendered bytes. An entry names the scopes it shows; an event bumps the scopes it
// touches, and an entry whose scopes were bumped since is stale. So is one past the instant at which
// its words change ("closes in 2 hours").
type cache struct {
	db       *db.DB
	mu       sync.RWMutex
	entries  map[string]*entry
	size     int
	versions sync.Map // scope → *atomic.Uint64
	seen     map[int64]time.Time
	building sync.Map // key → *sync.Mutex: one request builds, the others wait
}

// An entry is a rendered page, or the main part of one.
type entry struct {
	head     Head
	body     []byte // without compression
	gzipped  []byte
	brotlied []byte
	etag     string
	marked   bool // holds places for the reader's own token
	until    time.Time
	scopes   []string
	versions []uint64
}

// cacheMost bounds what is kept, in bytes; past it the cache begins anew.
const cacheMost = 24 << 20

func newCache(d *db.DB) *cache {
	return &cache{db: d, entries: map[string]*entry{}, seen: map[int64]time.Time{}}
}

func (c *cache) counter(scope string) *atomic.Uint64 {
	if v, ok := c.versions.Load(scope); ok {
		return v.(*atomic.Uint64)
	}
	v, _ := c.versions.LoadOrStore(scope, new(atomic.Uint64))
	return v.(*atomic.Uint64)
}

func (c *cache) snapshot(scopes []string) []uint64 {
	v := make([]uint64, len(scopes))
	for i, s := range scopes {
		v[i] = c.counter(s).Load()
	}
	return v
}

func (c *cache) get(key string, now time.Time) *entry {
	c.mu.RLock()
	e := c.entries[key]
	c.mu.RUnlock()
	if e == nil || !e.until.IsZero() && !now.Before(e.until) {
		return nil
	}
	for i, s := range e.scopes {
		if c.counter(s).Load() != e.versions[i] {
			return nil
		}
	}
	return e
}

func (c *cache) put(key string, e *entry) {
	sum := sha256.Sum256(e.body)
	e.marked = bytes.Contains(e.body, []byte(csrfMark))
	e.etag = `"` + hex.EncodeToString(sum[:12]) + `"`
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.size > cacheMost {
		c.entries, c.size = map[string]*entry{}, 0
	}
	if old := c.entries[key]; old != nil {
		c.size -= old.weight()
	}
	c.entries[key] = e
	c.size += e.weight()
}

func (e *entry) weight() int { return len(e.body) + len(e.gzipped) + len(e.brotlied) + 300 }

// build returns the fresh entry under key, made by one request while others wait for it.
func (c *cache) build(key string, now time.Time, scopes []string, make func() (*entry, error)) (*entry, error) {
	if e := c.get(key, now); e != nil {
		return e, nil
	}
	l, _ := c.building.LoadOrStore(key, new(sync.Mutex))
	lock := l.(*sync.Mutex)
	lock.Lock()
	defer func() { lock.Unlock(); c.building.Delete(key) }()
	if e := c.get(key, now); e != nil {
		return e, nil
	}
	versions := c.snapshot(scopes) // before reading: what changes while we read makes us stale
	e, err := make()
	if err != nil {
		return nil, err
	}
	e.scopes, e.versions = scopes, versions
	c.put(key, e)
	return e, nil
}

// compress fills the packed forms of a page, once.
func (e *entry) compress() {
	e.gzipped = packGzip(e.body, gzip.DefaultCompression)
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, 5)
	w.Write(e.body)
	w.Close()
	e.brotlied = b.Bytes()
}

func packGzip(body []byte, level int) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		return nil
	}
	w.Write(body)
	w.Close()
	return b.Bytes()
}

// The scopes of pages. Every page shows the instance.
const (
	scopeInstance = "instance"
	scopePeople   = "people"
)

func scopeThing(id thing.ID) string { return fmt.Sprintf("thing:%d", id) }
func scopeKind(k thing.Kind) string { return "kind:" + string(k) }

// scopeAt is the thing whose page is at an address: a page that is kept under it needs no query to
// know what it shows.
func scopeAt(path string) string { return "at:" + path }

// Bump is the hook that makes pages stale once the event is durable: those of the thing, of its
// parent, of the lists of its kind.
func (s *Server) Bump(tx *db.Tx, e thing.Event) error {
	scopes, err := touched(tx, e)
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { s.cache.bump(scopes) })
	return nil
}

func touched(tx *db.Tx, e thing.Event) ([]string, error) {
	if e.Thing == 0 {
		if strings.HasPrefix(e.Verb, "account.") {
			return nil, nil // nobody else sees what somebody does about their account
		}
		if strings.HasPrefix(e.Verb, "person.") {
			return []string{scopePeople}, nil
		}
		return []string{scopeInstance}, nil
	}
	t, err := thing.Get(tx, e.Thing)
	if err != nil {
		return nil, err
	}
	scopes := []string{scopeThing(t.ID), scopeKind(t.Kind), scopeAt(t.Path())}
	if t.Parent != 0 {
		scopes = append(scopes, scopeThing(t.Parent))
	}
	if t.Agency != 0 {
		scopes = append(scopes, scopeThing(t.Agency))
	}
	return scopes, nil
}

func (c *cache) bump(scopes []string) {
	for _, s := range scopes {
		c.counter(s).Add(1)
	}
}

// overlap is how far back follow looks again: longer than any write takes, since ids are ordered by
// when writes began, not by when they were committed.
const overlap = 15 * time.Second

// follow bumps what other processes' events touched since it last looked.
func (s *Server) follow(ctx context.Context) error {
	c := s.cache
	var stale []string
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		since := tx.Now.Add(-overlap)
		for id, at := range c.seen {
			if at.Before(since) {
				delete(c.seen, id)
			}
		}
		events, err := thing.EventsSince(tx, db.FirstID(since), 50_000)
		if err != nil {
			return err
		}
		for _, e := range events {
			if _, known := c.seen[e.ID]; known {
				continue
			}
			c.seen[e.ID] = e.At
			scopes, err := touched(tx, e)
			if err != nil {
				return err
			}
			stale = append(stale, scopes...)
		}
		return nil
	})
	c.bump(stale)
	for _, scope := range stale {
		if scope == scopeInstance && err == nil {
			return s.Instance.Reload(ctx)
		}
	}
	return err
}
