package talk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

// Sort is an order of a thread's branches.
type Sort string

// The orders of branches; replies stand in the order in which they were said.
const (
	BestFirst    Sort = "best" // by how surely people agree
	NewestFirst  Sort = "newest"
	OldestFirst  Sort = "oldest"
	RepliedFirst Sort = "replied" // by how many replies
)

// Sorts are all of them, in the order in which pages offer them.
var Sorts = []Sort{BestFirst, NewestFirst, OldestFirst, RepliedFirst}

// key is what branches are sorted by before their ids, and whether large ones come first.
func (s Sort) key() (column string, descending bool) {
	switch s {
	case BestFirst:
		return `c.score`, true
	case RepliedFirst:
		return `c.replies`, true
	case OldestFirst:
		return `0`, false
	}
	return `0`, true
}

// after is where the page behind a branch begins.
func (s Sort) after(c Comment) thing.Cursor {
	at := thing.Cursor{ID: thing.ID(c.ID)}
	switch s {
	case BestFirst:
		at.Key = c.Score
	case RepliedFirst:
		at.Key = c.Replies
	}
	return at
}

// A ThreadQuery says which branches of a thing's thread to read.
type ThreadQuery struct {
	Thing  thing.ID
	Sort   Sort
	Stance Stance // "": all
	After  thing.Cursor
	Limit  int         // branches; 0 is 50
	Viewer identity.ID // whose held comments are shown to them too
	Held   bool        // show everybody's: the viewer is a moderator
}

// A Branch is a comment on the thing and the first of what hangs on it.
type Branch struct {
	Comment
	Below []Comment // in the order in which they were said: a parent stands before its replies
	More  int64     // how many of its replies are not in Below
}

const (
	branchesMost = 50
	// belowMost is how many replies a branch shows within its thread; the rest is one link away, so
	// that a thread of thousands opens like a short one: 200 comments at most.
	belowMost = 3
	// BranchMost is how many replies a branch shows on a page when it is opened alone.
	BranchMost = 100
)

// Thread returns one page of a thing's branches; next is the After of the following page, zero on the last.
func Thread(tx *db.Tx, q ThreadQuery) (all []Branch, next thing.Cursor, err error) {
	if q.Limit <= 0 || q.Limit > branchesMost {
		q.Limit = branchesMost
	}
	where, args := `WHERE c.thing_id = $1 AND c.depth = 0`+shown, []any{q.Thing}
	and := func(condition string, arg any) {
		args = append(args, arg)
		where += fmt.Sprintf(` AND `+condition, len(args))
	}
	key, descending := q.Sort.key()
	beyond, order := `>`, `ASC`
	if descending {
		beyond, order = `<`, `DESC`
	}
	if q.Stance != "" {
		and(`c.stance = $%d`, q.Stance)
	}
	if q.After.ID != 0 && key == `0` {
		and(`c.id `+beyond+` $%d`, q.After.ID)
	} else if q.After.ID != 0 {
		args = append(args, q.After.Key, q.After.ID)
		where += fmt.Sprintf(` AND (`+key+`, c.id) `+beyond+` ($%d, $%d)`, len(args)-1, len(args))
	}
	by := `c.id ` + order
	if key != `0` {
		by = key + ` ` + order + `, ` + by
	}
	args = append(args, q.Limit+1)
	roots, err := db.All(tx, scanComment, `SELECT `+commentColumns+fromComment+where+
		fmt.Sprintf(` ORDER BY %s LIMIT $%d`, by, len(args)), args...)
	if err != nil {
		return nil, next, err
	}
	if len(roots) > q.Limit {
		roots = roots[:q.Limit]
		next = q.Sort.after(roots[q.Limit-1])
	}
	for _, c := range roots {
		all = append(all, Branch{Comment: c})
	}
	if err := fillBranches(tx, q.Thing, all); err != nil {
		return all, next, err
	}
	return all, next, addHeld(tx, q, &all)
}

// addHeld shows the viewer what they said and nobody else sees yet: on the thing before all other
// branches, on the first page; replies at the end of theirs.
func addHeld(tx *db.Tx, q ThreadQuery, all *[]Branch) error {
	held, err := q.held(tx)
	for _, c := range held {
		if c.Depth == 0 {
			if q.After.ID == 0 && q.Stance == "" {
				*all = append([]Branch{{Comment: c}}, *all...)
			}
			continue
		}
		for i := range *all {
			if (*all)[i].ID == c.Root {
				(*all)[i].Below = append((*all)[i].Below, c)
			}
		}
	}
	return err
}

// held is what waits for a moderator and the viewer may read.
func (q ThreadQuery) held(tx *db.Tx) ([]Comment, error) {
	switch {
	case q.Held:
		return HeldOf(tx, q.Thing, 0)
	case q.Viewer != 0:
		return HeldOf(tx, q.Thing, q.Viewer)
	}
	return nil, nil
}

// fillBranches reads the first belowMost replies of every branch, all at once.
func fillBranches(tx *db.Tx, of thing.ID, all []Branch) error {
	place := map[int64]int{}
	var replied []int64
	for i, b := range all {
		if b.Replies > 0 {
			place[b.ID] = i
			replied = append(replied, b.ID)
		}
	}
	if len(replied) == 0 {
		return nil
	}
	marks, args := thing.In(replied, 2)
	err := db.Each(tx, scanComment, func(c Comment) error {
		b := &all[place[c.Root]]
		b.Below = append(b.Below, c)
		return nil
	}, beginnings(marks), append([]any{of}, args...)...)
	if err != nil {
		return err
	}
	for _, i := range place {
		b := &all[i]
		slices.SortFunc(b.Below, func(a, b Comment) int { return cmp.Compare(a.ID, b.ID) })
		b.More = max(0, b.Replies-int64(len(b.Below)))
	}
	return nil
}

// beginnings asks for the first belowMost replies of the branches of thing $1 with the ids in marks:
// of each, those up to the last that is shown.
func beginnings(marks string) string {
	return `SELECT ` + commentColumns + ` FROM comment r
		JOIN comment c ON c.thing_id = r.thing_id AND c.root_id = r.id AND c.id > r.id AND c.id <= COALESCE((
			SELECT x.id FROM comment x WHERE x.thing_id = r.thing_id AND x.root_id = r.id AND x.id > r.id` + strings.ReplaceAll(shown, `c.`, `x.`) +
		fmt.Sprintf(`ORDER BY x.id LIMIT 1 OFFSET %d), 9223372036854775807)`, belowMost-1) + `
		JOIN person p ON p.id = c.author_id LEFT JOIN thing g ON g.id = c.agency_id
		WHERE r.thing_id = $1 AND r.id IN (` + marks + `)` + shown
}

// Below returns n of a branch's replies after an id (0: from the first), in the order said.
func Below(tx *db.Tx, of thing.ID, root, after int64, n int) ([]Comment, error) {
	return db.All(tx, scanComment, `SELECT `+commentColumns+fromComment+`WHERE c.thing_id = $1 AND c.root_id = $2 AND c.id > $3 AND c.depth > 0`+shown+
		`ORDER BY c.id LIMIT $4`, of, root, max(after, root), n)
}

// OneBranch returns a branch of q's thing opened alone: its first comment and BranchMost replies after
// an id, and what is held in it and q's viewer may read.
// next is where the rest begins, 0 when there is none.
func OneBranch(tx *db.Tx, q ThreadQuery, root, after int64) (b Branch, next int64, err error) {
	if b.Comment, err = Get(tx, root); err != nil {
		return b, 0, err
	}
	if err := b.Comment.isRootOf(q.Thing); err != nil {
		return b, 0, err
	}
	if b.Held() && b.Author != q.Viewer && !q.Held {
		return b, 0, fault.New(fault.NotFound, "thing.missing")
	}
	b.Below, err = Below(tx, q.Thing, root, after, BranchMost+1)
	if len(b.Below) > BranchMost {
		b.Below = b.Below[:BranchMost]
		next = b.Below[BranchMost-1].ID
	}
	if err != nil {
		return b, next, err
	}
	held, err := q.held(tx)
	for _, c := range held {
		if c.Root == root && c.ID != root {
			b.Below = append(b.Below, c)
		}
	}
	return b, next, err
}

func (c Comment) isRootOf(of thing.ID) error {
	if c.Thing != of || c.Depth != 0 || !c.DeletedAt.IsZero() && c.Replies == 0 {
		return fault.New(fault.NotFound, "thing.missing")
	}
	return nil
}

// Place tells how many replies of its branch stand before a comment.
func Place(tx *db.Tx, c Comment) (int64, error) {
	return db.One(tx, db.Value[int64], `SELECT count(*) FROM comment c WHERE c.thing_id = $1 AND c.root_id = $2 AND c.id < $3 AND c.depth > 0`+shown,
		c.Thing, c.Root, c.ID)
}

// StancesOf counts what was said on a thing that can be read, by stance.
func StancesOf(tx *db.Tx, of thing.ID) (map[Stance]int64, error) {
	all := map[Stance]int64{}
	type row struct {
		stance Stance
		n      int64
	}
	err := db.Each(tx, func(r db.Row) (v row, err error) { err = r.Scan(&v.stance, &v.n); return },
		func(v row) error { all[v.stance] = v.n; return nil },
		`SELECT c.stance, count(*) FROM comment c WHERE c.thing_id = $1 AND c.depth = 0 AND c.stance <> '' AND `+Public+` GROUP BY c.stance`, of)
	return all, err
}
