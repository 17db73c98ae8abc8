package vote

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/tally"
	"tequio/app/thing"
)

// LotSource says where the seed of the lot comes from, which nobody may know before the close.
type LotSource string

// The sources.
const (
	NoLot     LotSource = ""
	Committed LotSource = "committed" // drawn at publication, its hash published, revealed after the close
	Ceremony  LotSource = "ceremony"  // numbers drawn in public after the close, typed by two people
)

// LotSources are all of them, in the order in which pages offer them.
var LotSources = []LotSource{NoLot, Committed, Ceremony}

// Lot is what the rules sheet says of the lot that breaks ties.
type Lot struct {
	Source LotSource `json:"source"`
	SHA256 string    `json:"sha256,omitempty"` // of a committed seed, in hex
}

// promise notes the hash of a committed seed; a lot from elsewhere promises none.
func (l *Lot) promise(hash string) {
	l.SHA256 = ""
	if l.Source == Committed {
		l.SHA256 = hash
	}
}

// ByLot reports whether the question's ties can come to the lot.
func (q Question) ByLot() bool {
	criteria, _, err := tally.ParseTies(q.Ties, false)
	return err == nil && slices.Contains(criteria, tally.ByLot)
}

// checkLot refuses a lot without a source; a source without a lot is dropped.
func (v *Vote) checkLot(c *fault.Check) {
	if !slices.ContainsFunc(v.Questions, Question.ByLot) {
		v.Lot = Lot{}
		return
	}
	c.That(v.Lot.Source != NoLot && slices.Contains(LotSources, v.Lot.Source), "lot", "vote.lot.source")
}

// lotName names the secret of a committed lot in the key folder.
func lotName(id thing.ID) string { return "lot-" + strconv.FormatInt(int64(id), 10) }

// lotPromise is the SHA-256 of a committed seed, which is drawn at first use; "" for other sources.
func (s *Service) lotPromise(id thing.ID, source LotSource) (string, error) {
	if source != Committed {
		return "", nil
	}
	secret, err := s.keys.Key(lotName(id))
	if err != nil {
		return "", err
	}
	return promiseOf(hex.EncodeToString(secret)), nil
}

func promiseOf(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return hex.EncodeToString(sum[:])
}

func (s *Service) lotSource(ctx context.Context, id thing.ID) (source LotSource, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := Get(tx, id)
		source = v.Lot.Source
		return err
	})
	return source, err
}

// lotSeed is the seed with which a closed vote is counted; "" while it is not known. A secret that is
// not the one promised, after a key folder was lost, is none: what depends on it stays tied.
func (s *Service) lotSeed(tx *db.Tx, v Vote) (string, error) {
	switch v.Lot.Source {
	case Committed:
		secret, err := s.keys.Key(lotName(v.ID))
		if err != nil {
			return "", err
		}
		if seed := hex.EncodeToString(secret); promiseOf(seed) == v.Lot.SHA256 {
			return seed, nil
		}
	case Ceremony:
		drawn, err := Draws(tx, v.ID)
		return Agreed(drawn), err
	}
	return "", nil
}

// Draw is what one person typed of the numbers drawn in public.
type Draw struct {
	Person  identity.ID
	Numbers string
	At      time.Time
}

// Agreed are the numbers that two people typed alike; "" while there are none.
func Agreed(drawn []Draw) string {
	for i, d := range drawn {
		if slices.ContainsFunc(drawn[:i], func(o Draw) bool { return o.Numbers == d.Numbers && o.Person != d.Person }) {
			return d.Numbers
		}
	}
	return ""
}

// How many numbers a drawing in public has, and how many digits each.
const (
	drawLeast = 6
	drawMost  = 60
	drawWidth = 4
)

// drawn brings numbers typed to one spelling: with one space between them and no zeros before them.
func drawn(typed string) (string, error) {
	numbers := strings.FieldsFunc(typed, func(r rune) bool {
		return r == ' ' || r == ',' || r == ';' || r == '-' || r == '\n' || r == '\r' || r == '\t'
	})
	if len(numbers) < drawLeast || len(numbers) > drawMost {
		return "", fault.On("numbers", "vote.lot.numbers", "least", drawLeast, "max", drawMost)
	}
	for i, n := range numbers {
		value, err := strconv.ParseUint(n, 10, 32)
		if err != nil || len(n) > drawWidth {
			return "", fault.On("numbers", "vote.lot.number", "number", n)
		}
		numbers[i] = strconv.FormatUint(value, 10)
	}
	return strings.Join(numbers, " "), nil
}

// EnterLot notes the numbers drawn in public as one person typed them, in the place of what they typed
// before. When two people have typed the same, the vote is counted again with them as the seed.
func (s *Service) EnterLot(ctx context.Context, a identity.Actor, id thing.ID, typed string) error {
	numbers, invalid := drawn(typed)
	err := s.db.WriteOn(ctx, ledgerScope(id), func(tx *db.Tx) error {
		v, err := managed(tx, a, id)
		if err != nil {
			return err
		}
		earlier, err := Draws(tx, id)
		switch {
		case err != nil:
			return err
		case v.Lot.Source != Ceremony:
			return fault.New(fault.Conflict, "vote.lot.none")
		case v.CountedAt.IsZero():
			return fault.New(fault.Closed, "vote.notclosed")
		case Agreed(earlier) != "":
			return fault.New(fault.Conflict, "vote.lot.done")
		case invalid != nil:
			return invalid
		}
		if err := putDraw(tx, id, a.ID, numbers); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "vote.lot", id, "")
	})
	if err != nil {
		return err
	}
	return s.recount(ctx, id)
}

// recount counts again once the numbers drawn are known, outside the write.
func (s *Service) recount(ctx context.Context, id thing.ID) error {
	var r Result
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		drawn, err := Draws(tx, id)
		if err != nil || Agreed(drawn) == "" {
			return err
		}
		v, err := Get(tx, id)
		if err == nil {
			r, err = s.tallied(tx, v, nil)
		}
		return err
	})
	if err != nil || r.Seed == "" {
		return err
	}
	return s.db.WriteOn(ctx, ledgerScope(id), func(tx *db.Tx) error {
		if err := saveResult(tx, id, r); err != nil {
			return err
		}
		return thing.Record(tx, 0, "vote.count", id, "")
	})
}
