package talk

import (
	"fmt"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/thing"
)

// Sort is an order of a thread's branches.
type Sort string

// The orders of branches; replies stand in the order in which they were said.
const (
	NewestFirst Sort = "newest"
	OldestFirst Sort = "oldest"
)

// A ThreadQuery says which branches of a thing's thread to read.
type ThreadQuery struct {
	Thing  thing.ID
	Sort   Sort
	Stance Stance // "": all
	After  int64  // the last branch of the page before; 0: from the beginning
	Limit  int    // branches; 0 is 50
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
	// that a thread of thousands opens like a short one.
	belowMost = 8
	// BranchMost is how many replies a branch shows when it is opened alone.
	BranchMost = 500
)

// Thread returns one page of a thing's branches; next is the After of the following page, 0 on the last.
func Thread(tx *db.Tx, q ThreadQuery) (all []Branch, next int64, err error) {
	if q.Limit <= 0 || q.Limit > branchesMost {
		q.Limit = branchesMost
	}
	where, args := `WHERE c.thing_id = $1 AND c.depth = 0`+shown, []any{q.Thing}
	and := func(condition string, arg any) {
		args = append(args, arg)
		where += fmt.Sprintf(` AND `+condition, len(args))
	}
	beyond, order := `<`, `DESC`
	if q.Sort == OldestFirst {
		beyond, order = `>`, `ASC`
	}
	if q.Stance != "" {
		and(`c.stance = $%d`, q.Stance)
	}
	if q.After != 0 {
		and(`c.id `+beyond+` $%d`, q.After)
	}
	args = append(args, q.Limit+1)
	roots, err := db.All(tx, scanComment, `SELECT `+commentColumns+fromComment+where+
		fmt.Sprintf(` ORDER BY c.id %s LIMIT $%d`, order, len(args)), args...)
	if err != nil {
		return nil, 0, err
	}
	if len(roots) > q.Limit {
		roots = roots[:q.Limit]
		next = roots[q.Limit-1].ID
	}
	for _, c := range roots {
		all = append(all, Branch{Comment: c})
	}
	return all, next, fillBranches(tx, q.Thing, all)
}

// fillBranches reads the replies: of short branches all at once, of long ones the beginning of each.
func fillBranches(tx *db.Tx, of thing.ID, all []Branch) error {
	place := map[int64]int{}
	var short []int64
	for i, b := range all {
		switch {
		case b.Replies == 0:
		case b.Replies <= belowMost:
			place[b.ID] = i
			short = append(short, b.ID)
		default:
			below, err := Below(tx, of, b.ID, 0, belowMost)
			if err != nil {
				return err
			}
			all[i].Below, all[i].More = below, b.Replies-int64(len(below))
		}
	}
	if len(short) == 0 {
		return nil
	}
	marks, args := thing.In(short, 2)
	return db.Each(tx, scanComment, func(c Comment) error {
		b := &all[place[c.Root]]
		b.Below = append(b.Below, c)
		return nil
	}, `SELECT `+commentColumns+fromComment+`WHERE c.thing_id = $1 AND c.root_id IN (`+marks+`) AND c.depth > 0`+shown+
		`ORDER BY c.id LIMIT 1000`, append([]any{of}, args...)...)
}

// Below returns n of a branch's replies after an id (0: from the first), in the order said.
func Below(tx *db.Tx, of thing.ID, root, after int64, n int) ([]Comment, error) {
	return db.All(tx, scanComment, `SELECT `+commentColumns+fromComment+`WHERE c.thing_id = $1 AND c.root_id = $2 AND c.id > $3 AND c.depth > 0`+shown+
		`ORDER BY c.id LIMIT $4`, of, root, max(after, root), n)
}

// OneBranch returns a branch opened alone: its first comment and BranchMost replies after an id.
// next is where the rest begins, 0 when there is none.
func OneBranch(tx *db.Tx, of thing.ID, root, after int64) (b Branch, next int64, err error) {
	if b.Comment, err = Get(tx, root); err != nil {
		return b, 0, err
	}
	if err := b.Comment.isRootOf(of); err != nil {
		return b, 0, err
	}
	b.Below, err = Below(tx, of, root, after, BranchMost+1)
	if len(b.Below) > BranchMost {
		b.Below = b.Below[:BranchMost]
		next = b.Below[BranchMost-1].ID
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
