package web

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"tequio/app/db"
)

// A standing keeps answers that take long to find. Once an answer is no longer fresh, whoever asks is
// still given it while a new one is found beside: a page waits only where there is none, or none younger
// than standingMost.
type standing[T any] struct {
	mu      sync.Mutex
	kept    map[string]stood[T]
	finding sync.WaitGroup
}

type stood[T any] struct {
	answer  T
	at      time.Time
	finding bool // a new one
}

const (
	standingMost = 5 * time.Minute
	standingMany = 500 // answers; past it, all are found anew
)

// read returns the answer under key, as find finds it; find tells whether that is worth keeping.
func (s *standing[T]) read(v *Visit, tx *db.Tx, key string, fresh time.Duration, find func(*db.Tx) (T, bool, error)) (T, error) {
	s.mu.Lock()
	was, ok := s.kept[key]
	age := tx.Now.Sub(was.at)
	old := ok && age >= fresh && age < standingMost
	if old && !was.finding {
		was.finding = true
		s.kept[key] = was
		s.finding.Go(func() { s.renew(v.s.DB, key, find) })
	}
	s.mu.Unlock()
	if old {
		v.changes(v.Now.Add(time.Second)) // so that no page with an old answer is kept for long
		return was.answer, nil
	}
	if ok && age >= 0 && age < fresh {
		v.changes(was.at.Add(fresh))
		return was.answer, nil
	}
	found, worth, err := find(tx)
	if err == nil && worth {
		s.keep(key, stood[T]{answer: found, at: tx.Now})
		v.changes(tx.Now.Add(fresh))
	}
	return found, err
}

func (s *standing[T]) keep(key string, one stood[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= standingMany {
		s.kept = map[string]stood[T]{}
	}
	s.kept[key] = one
}

// renew finds an answer beside the pages. Where that fails, the next page to ask finds it for itself.
func (s *standing[T]) renew(d *db.DB, key string, find func(*db.Tx) (T, bool, error)) {
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		found, worth, err := find(tx)
		if err == nil && worth {
			s.keep(key, stood[T]{answer: found, at: tx.Now})
			return nil
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.kept, key)
		return err
	})
	if err != nil {
		slog.Warn("what pages show cannot be found anew", "err", err)
	}
}
