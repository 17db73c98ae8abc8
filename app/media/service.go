package media

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// Service keeps files in a folder and what they are in the database.
type Service struct {
	db     *db.DB
	folder folder
}

// NewService keeps files in dir, which is made when it is not there.
func NewService(d *db.DB, dir string) (*Service, error) {
	return &Service{d, folder(dir)}, os.MkdirAll(dir, 0o700)
}

// A Batch are the files of one request: their bytes are durable, and they belong to nothing until
// Attach. Whoever receives a batch defers Done.
type Batch struct {
	s     *Service
	Files []File
}

// Receive accepts uploads and writes them. One that is refused refuses all, as a fault of the form's
// field; left is how many more files the thing may have.
func (s *Service) Receive(field string, uploads []Upload, left int) (*Batch, error) {
	b := &Batch{s: s}
	var total int64
	for _, u := range uploads {
		total += u.Size
	}
	switch {
	case len(uploads) > left:
		return b, fault.On(field, "media.many", "max", CountMost, "n", max(left, 0))
	case total > TotalMost:
		return b, tooLarge(field, "media.total", "max", TotalMost>>20)
	}
	for _, u := range uploads {
		if err := b.receive(field, u); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (b *Batch) receive(field string, u Upload) error {
	if u.Size > FileMost {
		return tooLarge(field, "media.large", "name", cleanName(u.Name, ""), "max", FileMost>>20)
	}
	data, err := u.read()
	if err != nil {
		return err
	}
	a, err := Accept(u.Name, data)
	if f := fault.Of(err); err != nil && f.Kind == fault.Invalid {
		return fault.On(field, f.Key, f.Args...)
	}
	if err != nil {
		return err
	}
	sum := sha256.Sum256(a.Data)
	f := File{Name: a.Name, Type: a.Type, Size: int64(len(a.Data)), SHA256: sum[:], Storage: newStorage(), Alt: cleanAlt(u.Alt),
		Width: int64(a.Width), Height: int64(a.Height)}
	if err := b.s.folder.write(f.Storage, a.Data); err != nil {
		return err
	}
	b.Files = append(b.Files, f)
	return nil
}

func tooLarge(field, key string, args ...any) error {
	f := fault.On(field, key, args...)
	f.Kind = fault.TooLarge
	return f
}

func (u Upload) read() ([]byte, error) {
	r, err := u.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, FileMost+1))
}

// altMost bounds an image's description, in runes.
const altMost = 300

func cleanAlt(alt string) string {
	r := []rune(text.Line(alt))
	return string(r[:min(len(r), altMost)])
}

// Attach gives the files to a thing in the transaction that changes it. It may run twice.
func (b *Batch) Attach(tx *db.Tx, id thing.ID, by identity.ID, use string) error {
	for _, f := range b.Files {
		f.Thing, f.Person, f.Use, f.At = id, by, use, tx.Now
		if err := Insert(tx, &f); err != nil {
			return err
		}
	}
	return nil
}

// Done ends a batch: files that were attached to nothing are removed.
func (b *Batch) Done() {
	if len(b.Files) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := b.s.drop(ctx, b.storages()); err != nil {
		slog.Warn("files of a refused form stay until the sweep", "err", err)
	}
}

func (b *Batch) storages() (names []string) {
	for _, f := range b.Files {
		names = append(names, f.Storage)
	}
	return names
}

// drop removes those of the files that no row knows. Should the database not answer, they stay.
func (s *Service) drop(ctx context.Context, names []string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		var failed error
		for _, name := range names {
			kept, err := isKept(tx, name)
			if err != nil {
				return err
			}
			if !kept {
				failed = errors.Join(failed, s.folder.remove(name))
			}
		}
		return failed
	})
}

// unclaimed is how long a file may lie in the folder without a row: longer than any request takes.
const unclaimed = 24 * time.Hour

// Sweep removes files that were written and never attached, as after a crash, and those of drafts
// whose authors have left: nobody else ever saw them.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.db.Write(ctx, s.forget); err != nil {
		return err
	}
	names, err := s.folder.older(time.Now().Add(-unclaimed), 10_000)
	if err != nil || len(names) == 0 {
		return err
	}
	for chunk := range slices.Chunk(names, 500) {
		if err := s.drop(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// forget removes the files of drafts whose authors' accounts are gone.
func (s *Service) forget(tx *db.Tx) error {
	left, err := abandoned(tx)
	if err != nil {
		return err
	}
	for _, f := range left {
		if err := s.Remove(tx, f.Thing, []int64{f.ID}); err != nil {
			return err
		}
	}
	return nil
}

// Remove takes files from a thing; ids of other things' files are passed over. The bytes go once
// the change is durable.
func (s *Service) Remove(tx *db.Tx, id thing.ID, files []int64) error {
	all, err := Of(tx, id, "")
	if err != nil {
		return err
	}
	for _, f := range all {
		if !slices.Contains(files, f.ID) {
			continue
		}
		if _, err := tx.Exec(`DELETE FROM file WHERE id = $1`, f.ID); err != nil {
			return err
		}
		tx.AfterCommit(func() {
			if err := s.folder.remove(f.Storage); err != nil {
				slog.Warn("remove file", "err", err)
			}
		})
	}
	return nil
}

// Open returns a file that the actor may read, with its bytes, and whether everybody may read it
// now. A file is seen by whoever sees its thing; one of a hidden thing by its author alone.
func (s *Service) Open(ctx context.Context, a identity.Actor, storage string) (f File, data []byte, public bool, err error) {
	if !storageName.MatchString(storage) {
		return f, nil, false, fault.New(fault.NotFound, "thing.missing")
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f, err = find(tx, storage); err != nil {
			return err
		}
		public, err = seen(tx, a, f)
		return err
	})
	if err != nil {
		return f, nil, false, err
	}
	data, err = s.folder.read(storage)
	if errors.Is(err, os.ErrNotExist) {
		err = fault.New(fault.NotFound, "thing.missing").Because(err)
	}
	return f, data, public, err
}

func seen(tx *db.Tx, a identity.Actor, f File) (public bool, err error) {
	missing := fault.New(fault.NotFound, "thing.missing")
	mine := a.SignedIn() && a.ID == f.Person
	if f.Thing == 0 && f.Use == Logo {
		return true, nil
	}
	if f.Thing == 0 {
		if !mine {
			return false, missing
		}
		return false, nil
	}
	t, err := thing.Get(tx, f.Thing)
	if err != nil {
		return false, err
	}
	if err := thing.WithCoauthors(tx, &t); err != nil {
		return false, err
	}
	if t.Hidden() && !mine {
		return false, missing
	}
	return t.Listed(tx.Now), policy.Allow(a, policy.See, t, tx.Now)
}
