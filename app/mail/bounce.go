package mail

import (
	"encoding/json"
	"errors"
	netmail "net/mail"
	"regexp"
	"strings"

	"tequio/app/db"

	gomail "github.com/wneessen/go-mail"
)

// Kind is what it means that mail came back.
type Kind string

// The kinds of bounces. Permanent ones stop what goes to the address, but for codes to sign in.
const (
	Permanent Kind = "permanent"
	Transient Kind = "transient"
)

// Bounce is mail that came back.
type Bounce struct {
	Address    string `json:"address"`
	Kind       Kind   `json:"kind"`
	Diagnostic string `json:"diagnostic"` // the server's words; at most 1,000 characters are kept
}

// errBounce means that what was reported is no bounce.
var errBounce = errors.New("a bounce is {\"address\": …, \"kind\": \"permanent\" or \"transient\", \"diagnostic\": …}")

// ParseBounce reads a bounce as a mail provider reports it, in JSON. Fields that it does not know are
// let be; anything that is not one object with an address and a kind is refused.
func ParseBounce(report []byte) (b Bounce, err error) {
	if err := json.Unmarshal(report, &b); err != nil {
		return Bounce{}, errBounce
	}
	return NewBounce(b.Address, b.Kind, b.Diagnostic)
}

// NewBounce returns a bounce whose address has the form in which addresses are kept: small letters.
func NewBounce(address string, kind Kind, diagnostic string) (Bounce, error) {
	address = strings.ToLower(strings.TrimSpace(address))
	a, err := netmail.ParseAddress(address)
	if err != nil || a.Address != address || !plain(address) || kind != Permanent && kind != Transient {
		return Bounce{}, errBounce
	}
	return Bounce{address, kind, clip(diagnostic)}, nil
}

// enhanced is a status code of RFC 3463 in a server's words; its second part tells what failed.
var enhanced = regexp.MustCompile(`\b5\.([0-9]{1,3})\.[0-9]{1,3}\b`)

// returned is the bounce that a refusal of the server amounts to; false when it refused something
// else: 5xx to RCPT or DATA is about the address, unless the server says that it is the message (5.6),
// the dialogue (5.5), its own state (5.3) or its policy (5.7), which would be the same for everybody.
func returned(l letter, failure error) (b Bounce, ok bool) {
	var refused *gomail.SendError
	if !final(failure) || !errors.As(failure, &refused) {
		return b, false
	}
	switch refused.Reason {
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
	default:
		return b, false
	}
	said := words(failure)
	if m := enhanced.FindStringSubmatch(said); m != nil && strings.Contains("3 5 6 7", m[1]) {
		return b, false
	}
	b, err := NewBounce(l.To, Permanent, said)
	return b, err == nil
}

// CameBack keeps a bounce. A permanent one stops what waits for the address and what would be sent there
// later, until Reached; it returns whether it is the first that does.
func CameBack(tx *db.Tx, b Bounce) (first bool, err error) {
	stopped, err := Stopped(tx, b.Address)
	if err != nil {
		return false, err
	}
	if err := keepBounce(tx, b); err != nil || b.Kind != Permanent {
		return false, err
	}
	return !stopped, giveUp(tx, b)
}
