package demo

import (
	"fmt"
	"io/fs"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/notice"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// write plans who writes a proposal with its author, and the pictures it shows.
func (t *town) write(files fs.FS, p *proposal.Proposal, row proposalRow) {
	for _, key := range row.With {
		with := t.who(key)
		t.then(p.PublishedAt, func(tx *db.Tx) error {
			if _, err := thing.AddCoauthor(tx, p.ID, with.ID); err != nil {
				return err
			}
			if err := notice.StoreFollow(tx, p.ID, with.ID); err != nil {
				return err
			}
			return thing.Record(tx, with.ID, "proposal.join", p.ID, "")
		})
	}
	for _, picture := range row.Pictures {
		bytes, err := fs.ReadFile(files, picture.File)
		if err != nil {
			t.fail(err)
		}
		t.then(p.PublishedAt, func(tx *db.Tx) error {
			if t.Files == nil {
				return nil
			}
			batch, err := t.Files.Receive("files", []media.Upload{media.Bytes(picture.File, picture.Alt, bytes)}, media.CountMost)
			if err != nil {
				return err
			}
			return batch.Attach(tx, p.ID, p.Author, "")
		})
	}
}

// carry plans that some of a retired proposal's supporters carried their support over.
func (t *town) carry(row proposalRow) {
	t.then(t.start, func(tx *db.Tx) error {
		from, into := t.proposal[row.Slug], t.proposal[row.Into]
		left := row.Carried
		for _, key := range order(row.Slug, t.entitled(identity.Reachable)) {
			who := t.person[key]
			backs, err := proposal.Supports(tx, from, who.ID)
			if err != nil {
				return err
			}
			already, err := proposal.Supports(tx, into, who.ID)
			if err != nil {
				return err
			}
			if left == 0 || !backs || already {
				continue
			}
			if err := proposal.StoreCarry(tx, who.ID, who.Level, from, into); err != nil {
				return err
			}
			left--
		}
		if left > 0 {
			return fmt.Errorf("%s: %d more should have carried their support over", row.Slug, left)
		}
		return nil
	})
}
