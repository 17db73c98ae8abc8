package talk

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// react stores one person's reaction and counts it; it reports whether that changed anything. It
// runs under the lock of the comment.
func react(tx *db.Tx, c Comment, who identity.ID, r Reaction) (bool, error) {
	was, err := Reactions(tx, who, c.ID)
	if err != nil || was[c.ID] == r {
		return false, err
	}
	if r == Neither {
		_, err = tx.Exec(`DELETE FROM reaction WHERE comment_id = $1 AND person_id = $2`, c.ID, who)
	} else {
		_, err = tx.Exec(`INSERT INTO reaction (comment_id, person_id, agrees, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (comment_id, person_id) DO UPDATE SET agrees = excluded.agrees, at = excluded.at`, c.ID, who, r == Agrees, tx.Now)
	}
	if err != nil {
		return false, err
	}
	agrees, disagrees := difference(was[c.ID], r, Agrees), difference(was[c.ID], r, Disagrees)
	return true, CountReactions(tx, c.ID, agrees, disagrees)
}

// StoreReaction is React without asking who.
func StoreReaction(tx *db.Tx, c Comment, who identity.ID, r Reaction) error {
	_, err := react(tx, c, who, r)
	return err
}

// difference is by how much the number of one reaction changes when somebody goes from was to is.
func difference(was, is, of Reaction) (n int64) {
	if was == of {
		n--
	}
	if is == of {
		n++
	}
	return n
}

// CountReactions adds to the numbers of those who agree and disagree with a comment, and to its score.
func CountReactions(tx *db.Tx, id, agrees, disagrees int64) error {
	type counts struct{ agrees, disagrees int64 }
	now, err := db.One(tx, func(r db.Row) (n counts, err error) { err = r.Scan(&n.agrees, &n.disagrees); return },
		`UPDATE comment SET agrees = agrees + $1, disagrees = disagrees + $2 WHERE id = $3 RETURNING agrees, disagrees`, agrees, disagrees, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE comment SET score = $1 WHERE id = $2`, wilson(now.agrees, now.disagrees), id)
	return err
}

// Reactions are a person's reactions to comments; those to which they have none are left out.
func Reactions(tx *db.Tx, who identity.ID, comments ...int64) (map[int64]Reaction, error) {
	all := map[int64]Reaction{}
	if len(comments) == 0 || who == 0 {
		return all, nil
	}
	type row struct {
		comment int64
		agrees  bool
	}
	marks, args := thing.In(comments, 2)
	err := db.Each(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.comment, db.Bool(&v.agrees)); return },
		func(v row) error {
			all[v.comment] = Disagrees
			if v.agrees {
				all[v.comment] = Agrees
			}
			return nil
		}, `SELECT comment_id, agrees FROM reaction WHERE person_id = $1 AND comment_id IN (`+marks+`)`, append([]any{who}, args...)...)
	return all, err
}

// TakeBack takes a person's reactions back, each with its count: for the deletion of an account.
func TakeBack(tx *db.Tx, who identity.ID) error {
	type row struct {
		comment int64
		agrees  bool
	}
	for {
		some, err := db.All(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.comment, db.Bool(&v.agrees)); return },
			`DELETE FROM reaction WHERE person_id = $1 AND comment_id IN (SELECT comment_id FROM reaction WHERE person_id = $1 ORDER BY comment_id LIMIT 500)
				RETURNING comment_id, agrees`, who)
		if err != nil || len(some) == 0 {
			return err
		}
		for _, v := range some {
			agrees, disagrees := int64(-1), int64(0)
			if !v.agrees {
				agrees, disagrees = 0, -1
			}
			if err := CountReactions(tx, v.comment, agrees, disagrees); err != nil {
				return err
			}
		}
	}
}
