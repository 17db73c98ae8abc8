package talk

import (
	"context"
	"fmt"
	"math/big"
	"strconv"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/thing"
)

// Reaction is what a reader makes of a comment.
type Reaction string

// The reactions; Neither takes one back.
const (
	Agrees    Reaction = "agree"
	Disagrees Reaction = "disagree"
	Neither   Reaction = ""
)

func (r Reaction) known() bool { return r == Agrees || r == Disagrees || r == Neither }

// MayReact returns nil, or the fault that says why a may not agree or disagree with the comment.
func (c Comment) MayReact(a identity.Actor) error {
	switch {
	case a.ID == c.Author:
		return fault.New(fault.Forbidden, "talk.react.own")
	case !c.Shown() || c.Held():
		return fault.New(fault.Conflict, "talk.removed")
	}
	return nil
}

// wilson is the lower bound of the share of people who agree, in millionths, with a confidence of
// 95 %: few who agree count less than many (E. B. Wilson, Probable inference, the law of succession,
// and statistical inference, JASA 22, 1927). With p = agree/n and z = 1.96 it is
//
//	(p + z²/2n − z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)
//
// computed in integers, so that every machine sorts alike; nobody asked yields 0.
func wilson(agree, disagree int64) int64 {
	n := agree + disagree
	if agree <= 0 || n <= 0 {
		return 0
	}
	// root is 10⁶·√(10⁴z² + 4·10⁴·agree·disagree/n).
	root := new(big.Int).Mul(big.NewInt(agree), big.NewInt(disagree))
	root.Mul(root, big.NewInt(40_000)).Add(root, new(big.Int).Mul(big.NewInt(38_416), big.NewInt(n)))
	root.Mul(root, big.NewInt(1_000_000_000_000)).Div(root, big.NewInt(n)).Sqrt(root)
	top := new(big.Int).Mul(big.NewInt(20_000_000_000), big.NewInt(agree))
	top.Add(top, big.NewInt(38_416_000_000)).Sub(top, root.Mul(root, big.NewInt(196)))
	return max(0, top.Div(top, big.NewInt(20_000*n+76_832)).Int64())
}

// React says that the actor agrees or disagrees with a comment, or neither any more; saying the same
// twice is saying it. Faults: Forbidden for one's own; Conflict when the text is no longer there;
// those of MayComment.
func (s *Service) React(ctx context.Context, a identity.Actor, id int64, r Reaction) (c Comment, err error) {
	if !r.known() {
		return c, fault.New(fault.Invalid, "fault.request")
	}
	scope := []string{fmt.Sprintf("comment:%d", id)}
	err = s.db.WriteOn(ctx, scope, func(tx *db.Tx) error {
		if c, err = Get(tx, id); err != nil {
			return err
		}
		t, err := thing.Get(tx, c.Thing)
		if err != nil {
			return err
		}
		if err := s.MayComment(tx, a, t); err != nil {
			return err
		}
		if err := c.MayReact(a); err != nil {
			return err
		}
		changed, err := react(tx, c, a.ID, r)
		if err != nil || !changed {
			return err
		}
		return thing.Record(tx, a.ID, "comment.react", t.ID, strconv.FormatInt(id, 10))
	})
	return c, err
}
