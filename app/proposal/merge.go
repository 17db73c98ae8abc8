package proposal

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/thing"
)

// Merged is the reason code of a proposal that was retired in favour of another.
const Merged = "merged"

// mayMerge returns nil, or the fault that says why the proposal cannot be retired in favour of another.
func (p Proposal) mayMerge(other Proposal, now time.Time) error {
	switch {
	case p.ID == other.ID:
		return fault.On("into", "write.merge.self")
	case !other.Listed(now):
		return fault.On("into", "write.merge.away")
	}
	return p.MayWithdraw(now)
}

// retire ends the proposal in favour of another.
func (p *Proposal) retire(into thing.ID, reason string, now time.Time) {
	p.State, p.WithdrawnAt, p.Withdrawal = thing.Withdrawn, now, reason
	p.WithdrawalCode, p.Successor = Merged, into
}

// Retired reports whether the proposal was retired in favour of another.
func (p Proposal) Retired() bool { return p.State == thing.Withdrawn && p.Successor != 0 }

// An Ancestor is a proposal that was retired in favour of another, directly or by way of one that was
// itself.
type Ancestor struct {
	thing.Ref
	Carried int64 // supports that came over
	Left    int64 // supports whose people have not said
}

var slug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,199}$`)

// SlugIn finds the slug of a proposal in what people copy: its whole address, its path, or the slug
// alone; "" where there is none.
func SlugIn(address string) string {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	name := strings.Trim(u.Path, "/")
	if _, after, ok := strings.Cut("/"+strings.TrimLeft(u.Path, "/"), "/proposals/"); ok {
		name, _, _ = strings.Cut(after, "/")
	}
	if name = strings.ToLower(name); slug.MatchString(name) {
		return name
	}
	return ""
}
