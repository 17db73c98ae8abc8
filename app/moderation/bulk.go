package moderation

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
	"tequio/app/thing"
)

// Part is which of what people wrote a choice is about; "" is all of it.
type Part string

// The parts.
const (
	Comments  Part = "comments"
	Proposals Part = "proposals"
)

// Parts are all of them.
var Parts = []Part{"", Comments, Proposals}

// A Choice says what is to be decided on at once: whatever meets every condition it names.
type Choice struct {
	Part        Part
	Authors     string    // names or ids, with commas between them
	Network     string    // the block comments came from, as it is kept: 192.0.2.0/24
	Words       string    // that the text contains, without regard to accents and case
	From, Until time.Time // written at or after, and before
}

// Bounds of a choice.
const (
	authorsMost = 50
	wordsLeast  = 3
	wordsMost   = 200
	bulkMost    = 5000  // things and comments that one batch is about
	scanMost    = 20000 // texts that are compared with the words
)

// Check refuses a choice that names nothing, with the fields authors, network, words, until.
func (c *Choice) Check() error {
	c.Authors, c.Network, c.Words = strings.TrimSpace(c.Authors), strings.TrimSpace(c.Network), text.Line(c.Words)
	if !slices.Contains(Parts, c.Part) {
		c.Part = ""
	}
	var f fault.Check
	f.That(c.Authors != "" || c.Network != "" || c.Words != "" || !c.From.IsZero() || !c.Until.IsZero(), "authors", "bulk.nothing")
	f.That(len(c.authors()) <= authorsMost, "authors", "bulk.authors.many", "max", int64(authorsMost))
	f.That(c.Network == "" || c.Part != Proposals, "network", "bulk.network.comments")
	n := len([]rune(c.Words))
	f.That(n == 0 || n >= wordsLeast && n <= wordsMost, "words", "bulk.words.length", "min", int64(wordsLeast), "max", int64(wordsMost))
	f.That(c.From.IsZero() || c.Until.IsZero() || c.From.Before(c.Until), "until", "bulk.until")
	return f.Err()
}

// authors are the names and ids that the choice names.
func (c Choice) authors() (all []string) {
	for _, one := range strings.Split(c.Authors, ",") {
		if one = text.Line(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// comments and proposals report what the choice is about; what is not a comment keeps no network.
func (c Choice) comments() bool  { return c.Part != Proposals }
func (c Choice) proposals() bool { return c.Part != Comments && c.Network == "" }

// says reports whether one of the texts contains the words of the choice.
func (c Choice) says(texts ...string) bool {
	words := text.FoldLine(c.Words)
	return words == "" || slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(text.FoldLine(t), words) })
}

// authorIDs turns what was typed into people: a number is an id, all else a name, which may be that
// of several. called are the people of each folded name. Fault: Invalid with field authors for a
// name that nobody has.
func authorIDs(typed []string, called map[string][]identity.ID) (ids []identity.ID, err error) {
	for _, one := range typed {
		if id, err := strconv.ParseInt(one, 10, 64); err == nil && id > 0 {
			ids = append(ids, identity.ID(id))
			continue
		}
		found := called[text.FoldLine(one)]
		if len(found) == 0 {
			return nil, fault.On("authors", "bulk.authors.unknown", "name", one)
		}
		ids = append(ids, found...)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// A Piece is a comment, or a proposal (Comment 0), that a choice found.
type Piece struct {
	Thing   thing.Ref
	Comment int64
	Author  identity.ID
	Body    string
	At      time.Time
}

// An Account is how many pieces one person wrote.
type Account struct {
	ID    identity.ID
	Name  string // "" when the account is gone
	Count int64
}

// A BulkDry is what deciding on a choice would do.
type BulkDry struct {
	UpTo                time.Time // what was written later is not in it
	Pieces              []Piece   // newest first
	Accounts            []Account // most first
	Comments, Proposals int64
}

// sum counts the pieces by kind and by account.
func (d *BulkDry) sum(names map[identity.ID]string) {
	counts := map[identity.ID]int64{}
	d.Comments, d.Proposals, d.Accounts = 0, 0, nil
	for _, p := range d.Pieces {
		counts[p.Author]++
		if p.Comment != 0 {
			d.Comments++
		} else {
			d.Proposals++
		}
	}
	for id, n := range counts {
		d.Accounts = append(d.Accounts, Account{id, names[id], n})
	}
	slices.SortFunc(d.Accounts, func(a, b Account) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.ID, b.ID)) })
}

// Seal stands for exactly these pieces, so that no others are decided on than were seen.
func (d BulkDry) Seal() string {
	h := fnv.New64a()
	for _, p := range d.Pieces {
		fmt.Fprintln(h, p.Thing.ID, p.Comment)
	}
	return fmt.Sprintf("%d-%d-%016x", d.UpTo.UnixMicro(), len(d.Pieces), h.Sum64())
}

// sealedUpTo is the instant of the dry run that a seal stands for; false when it is none, or ahead of now.
func sealedUpTo(seal string, now time.Time) (time.Time, bool) {
	at, _, _ := strings.Cut(seal, "-")
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil || n <= 0 || n > now.UnixMicro() {
		return time.Time{}, false
	}
	return time.UnixMicro(n).UTC(), true
}

// Outcome of a piece of a batch; "" while it waits.
const (
	pieceHidden   = "hidden"
	pieceSkipped  = "skipped"  // it was hidden or gone before, or the batch was undone first
	pieceRestored = "restored" // the batch was undone
	pieceKept     = "kept"     // the batch was undone, but somebody had decided on it since
)

// A Bulk is a decision on many pieces at once.
type Bulk struct {
	ID int64
	Choice
	Code     Code
	Rule     int64
	RuleText string
	Reason   string
	AskedBy  identity.ID
	AskedAt  time.Time

	Accounts, Found int64 // when it was asked
	Hidden, Skipped int64 // so far
	FinishedAt      time.Time

	UndoneBy       identity.ID
	UndoneAt       time.Time
	UndoneWhy      string
	Restored, Kept int64 // so far
	RestoredAt     time.Time
}

// Done is how many of the pieces have been dealt with, of how many: those to hide, or, once it is
// undone, those to show again.
func (b Bulk) Done() (done, of int64) {
	if b.UndoneAt.IsZero() {
		return b.Hidden + b.Skipped, b.Found
	}
	return b.Restored + b.Kept, b.Hidden
}

// Working reports whether a job still has pieces to deal with.
func (b Bulk) Working() bool {
	if b.UndoneAt.IsZero() {
		return b.FinishedAt.IsZero()
	}
	return b.RestoredAt.IsZero()
}

// waits is the outcome of the pieces that a job has yet to deal with.
func (b Bulk) waits() string {
	if b.UndoneAt.IsZero() {
		return ""
	}
	return pieceHidden
}

// mayUndo returns nil, or the fault that says that it is undone.
func (b Bulk) mayUndo() error {
	if !b.UndoneAt.IsZero() {
		return fault.New(fault.Conflict, "moderation.done")
	}
	return nil
}

// since reports whether somebody decided on a piece after the batch did: anew, or on an appeal.
func (d Decision) since(latest Decision) bool { return latest.ID != d.ID || d.AppealOutcome != "" }
