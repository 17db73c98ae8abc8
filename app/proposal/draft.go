package proposal

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
)

// marked are the parts of a draft that take long to write, so that two may write one at a time.
var marked = []string{"title", "text", "details"}

// Mark stands for what a part of a draft says: it differs when that does. Other parts have none.
func (p Proposal) Mark(part string) string {
	said := ""
	switch part {
	case "title":
		said = p.Title
	case "text":
		said = p.Summary + "\x00" + p.Body
	case "details":
		said = jsonOf(p.Fields)
	default:
		return ""
	}
	sum := sha256.Sum256([]byte(part + "\x00" + said))
	return hex.EncodeToString(sum[:8])
}

// meanwhile refuses to write over what another has written since the writer began, and notes who
// writes. Where one writes alone, their windows are their own affair.
func (w Writing) meanwhile(tx *db.Tx, a identity.Actor, p Proposal) error {
	if len(p.Coauthors) == 0 || !slices.Contains(marked, w.Part) {
		return nil
	}
	last, err := lastWriter(tx, p.ID, w.Part)
	if err != nil {
		return err
	}
	if w.Seen != "" && last != 0 && last != a.ID && w.Seen != p.Mark(w.Part) {
		return fault.New(fault.Conflict, "write.draft.meanwhile")
	}
	return noteWriter(tx, p.ID, w.Part, a.ID)
}
