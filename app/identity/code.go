package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/mail"
)

// What a code by mail is for: entering, taking an address, or proving again who one is.
const (
	toEnter   = "enter"
	toTake    = "take"
	toConfirm = "confirm"
)

const (
	codeFor   = 10 * time.Minute
	codeTries = 5                // wrong tries before a code is worth nothing
	dayTries  = 25               // wrong tries for one address in a day before its digits are: the mailed link still works
	askMost   = 5                // codes to one address …
	askFor    = 15 * time.Minute // … within this time
)

// code is a row of email_code.
type code struct {
	id        int64
	email     string
	person    ID
	hash      []byte
	tries     int64
	returnTo  string
	expiresAt time.Time
	usedAt    time.Time
}

// sent is what a new code is known by: a handle for the page that asks for it, the digits and the
// link's token for the mail.
type sent struct{ handle, digits, token string }

// newCode stores a code for an address. Too many in a short time are refused with login.code.many:
// a mailbox is not to be flooded, nor a code to be guessed.
func (s *Service) newCode(tx *db.Tx, purpose, email string, p ID, returnTo string) (sent, error) {
	n, err := codesSince(tx, email, tx.Now.Add(codeFor-askFor))
	if err != nil {
		return sent{}, err
	}
	if n >= askMost {
		return sent{}, fault.New(fault.TooMany, "login.code.many", "minutes", int(askFor.Minutes()))
	}
	six, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return sent{}, err
	}
	id := tx.NewID()
	c := sent{handle: s.handle(purpose, id), digits: fmt.Sprintf("%06d", six), token: string(newToken())}
	row := code{id: id, email: email, person: p, hash: s.codeHash(id, c.digits), returnTo: returnTo, expiresAt: tx.Now.Add(codeFor)}
	return c, insertCode(tx, row, purpose, Token(c.token))
}

// codeHash keeps six digits from whoever reads the database: without the key there is nothing to
// try them against.
func (s *Service) codeHash(id int64, digits string) []byte {
	return s.sum("code", strconv.FormatInt(id, 10), digits)
}

// handle names a code in a page's address in a way that cannot be guessed.
func (s *Service) handle(purpose string, id int64) string {
	n := strconv.FormatInt(id, 36)
	return n + "-" + base64.RawURLEncoding.EncodeToString(s.sum("handle "+purpose, n)[:12])
}

// codeID is the id that a handle names, 0 when it was not made here for this purpose.
func (s *Service) codeID(purpose, handle string) int64 {
	n, _, _ := strings.Cut(handle, "-")
	id, err := strconv.ParseInt(n, 36, 64)
	if err != nil || !hmac.Equal([]byte(s.handle(purpose, id)), []byte(handle)) {
		return 0
	}
	return id
}

// peekCode returns the code that a handle names while it can still be used.
func (s *Service) peekCode(tx *db.Tx, purpose, handle string) (code, error) {
	return usable(tx, purpose, `id = $1`, s.codeID(purpose, handle))
}

func (c code) usable(now time.Time) error {
	switch {
	case !c.usedAt.IsZero():
		return fault.On("code", "login.code.used")
	case c.tries >= codeTries:
		return fault.On("code", "login.code.spent")
	case !now.Before(c.expiresAt):
		return fault.On("code", "login.code.expired")
	}
	return nil
}

// takeCode uses a code up. A wrong try is counted in this transaction, so the refusal comes back as
// a value: an error would undo the counting.
func (s *Service) takeCode(tx *db.Tx, purpose, handle, digits string) (c code, refusal *fault.Fault, err error) {
	c, err = s.peekCode(tx, purpose, handle)
	if err != nil {
		return c, nil, err
	}
	digits = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, digits)
	if len(digits) != 6 {
		return c, fault.On("code", "login.code.form"), nil
	}
	wrong, err := wrongTries(tx, c.email, tx.Now.Add(-24*time.Hour))
	if err != nil || wrong >= dayTries {
		return c, fault.On("code", "login.code.day"), err
	}
	if !hmac.Equal(s.codeHash(c.id, digits), c.hash) {
		err = countTry(tx, c)
		if left := codeTries - 1 - c.tries; left > 0 {
			return c, fault.On("code", "login.code.wrong", "n", left), err
		}
		return c, fault.On("code", "login.code.spent"), err
	}
	return c, nil, proven(tx, c)
}

// proven uses a code up: whoever has it reads the address's mail, so mail goes there again if it had
// come back.
func proven(tx *db.Tx, c code) error {
	if err := useCode(tx, c); err != nil {
		return err
	}
	_, err := mail.Reached(tx, c.email)
	return err
}

// peekLink returns the code whose mail carried a link's token, while it can still be used.
func (s *Service) peekLink(tx *db.Tx, purpose, token string) (code, error) {
	return usable(tx, purpose, `link_hash = $1`, Token(token).hash())
}

// usable returns the code that a condition finds while it can still be used.
func usable(tx *db.Tx, purpose, where string, by any) (code, error) {
	c, err := findCode(tx, purpose, where, by)
	if db.IsNone(err) {
		return code{}, fault.On("code", "login.code.expired")
	}
	if err != nil {
		return code{}, err
	}
	return c, c.usable(tx.Now)
}
