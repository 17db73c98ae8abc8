package thing

import (
	"time"

	"tequio/app/db"
	"tequio/app/identity"
)

// A Deed is a thing that a person did something about, and when.
type Deed struct {
	Thing
	At time.Time
}

// DeedsMost is how many deeds of one sort are shown, the latest; a person's data hold them all.
const DeedsMost = 50

// AuthoredBy returns what a person wrote, drafts and all, newest first; not what they withdrew.
func AuthoredBy(tx *db.Tx, who identity.ID) ([]Deed, error) {
	return deeds(tx, who, `t.created_at`, `t.id`, `WHERE t.author_id = $1 AND t.state NOT IN ('withdrawn', 'rehearsal', 'wiped')`)
}

// SupportedBy returns what a person supports, latest first.
func SupportedBy(tx *db.Tx, who identity.ID) ([]Deed, error) {
	return deeds(tx, who, `d.at`, `d.thing_id`, `JOIN support d ON d.thing_id = t.id WHERE d.person_id = $1`)
}

// FollowedBy returns what a person follows, latest first.
func FollowedBy(tx *db.Tx, who identity.ID) ([]Deed, error) {
	return deeds(tx, who, `d.at`, `d.thing_id`, `JOIN follow d ON d.thing_id = t.id WHERE d.person_id = $1`)
}

// RespondedBy returns the questionnaires that a person has answered, latest first.
func RespondedBy(tx *db.Tx, who identity.ID) ([]Deed, error) {
	return deeds(tx, who, `d.at`, `t.id`, `JOIN survey_response d ON d.survey_id = t.id WHERE d.person_id = $1`)
}

// deeds reads the latest, by columns that an index on who holds in this order.
func deeds(tx *db.Tx, who identity.ID, at, tie, from string) ([]Deed, error) {
	return db.All(tx, func(r db.Row) (d Deed, err error) {
		err = r.Scan(append([]any{db.Time(&d.At)}, Fields(&d.Thing)...)...)
		return
	}, `SELECT `+at+`, `+Columns+` FROM thing t `+from+` ORDER BY `+at+` DESC, `+tie+` DESC LIMIT $2`, who, DeedsMost)
}

// takeBackMost bounds how many of somebody's supports go in one step.
const takeBackMost = 5000

// TakeBack takes a person's supports and follows back, each with its count. It belongs to a Write
// that covers everything: the deletion of an account.
func TakeBack(tx *db.Tx, who identity.ID) error {
	for _, of := range []struct {
		counter Counter
		table   string
	}{{Supports, "support"}, {Followers, "follow"}} {
		for {
			ids, err := db.All(tx, db.Value[ID], `SELECT thing_id FROM `+of.table+` WHERE person_id = $1 ORDER BY thing_id LIMIT $2`, who, takeBackMost)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				break
			}
			for _, id := range ids {
				if _, err := tx.Exec(`DELETE FROM `+of.table+` WHERE thing_id = $1 AND person_id = $2`, id, who); err != nil {
					return err
				}
				if err := Add(tx, id, of.counter, -1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
