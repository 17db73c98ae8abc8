package identity

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// The second factor is a code from an app that shows a new one each step (TOTP, RFC 6238), or one
// of ten recovery codes that each work once.
const (
	step          = 30 * time.Second
	secretSize    = 20 // bytes
	recoveryCount = 10
	factorTries   = 10               // wrong codes of one person …
	factorPause   = 15 * time.Minute // … before they must wait this long
)

// Setup is a second factor that is offered and not yet set up. Sealed carries the secret through
// the form, so that showing the page changes nothing.
type Setup struct {
	Key     string // for typing into the app, in groups of four
	Address string // otpauth://…, for the square code
	Sealed  string
}

// OfferFactor makes a secret for the actor's app.
func (s *Service) OfferFactor(a Actor) (Setup, error) {
	secret := make([]byte, secretSize)
	rand.Read(secret)
	sealed, err := s.seal(secret, "offer", a.ID)
	return s.setup(a, secret, base64.RawURLEncoding.EncodeToString(sealed)), err
}

// OfferAgain is the offer that a form carried, for showing it once more after a wrong code.
func (s *Service) OfferAgain(a Actor, sealed string) (Setup, error) {
	secret, err := s.offered(a, sealed)
	return s.setup(a, secret, sealed), err
}

func (s *Service) offered(a Actor, sealed string) ([]byte, error) {
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return nil, fault.New(fault.Invalid, "fault.request").Because(err)
	}
	return s.open(b, "offer", a.ID)
}

func (s *Service) setup(a Actor, secret []byte, sealed string) Setup {
	key := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	site, _ := s.Site()
	site = strings.ReplaceAll(site, ":", " ")
	address := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + site + ":" + a.Name,
		RawQuery: "secret=" + key + "&issuer=" + url.PathEscape(site)}
	var groups []string
	for i := 0; i < len(key); i += 4 {
		groups = append(groups, key[i:min(i+4, len(key))])
	}
	return Setup{strings.Join(groups, " "), address.String(), sealed}
}

// SetFactor sets up what was offered once the app shows the right code, and returns the ten
// recovery codes, which nobody can show again, and the session's new token. A factor that was set
// up before is replaced by whoever has shown it in this session. Faults, on the field code:
// account.factor.wrong, account.factor.form.
func (s *Service) SetFactor(ctx context.Context, a Actor, sealed, digits string) (codes []string, t Token, err error) {
	secret, err := s.offered(a, sealed)
	if err != nil {
		return nil, "", err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.replaceable(tx, a); err != nil {
			return err
		}
		at, ok := stepOf(secret, digits, tx.Now, 0)
		if !ok {
			return fault.On("code", "account.factor.wrong")
		}
		kept, err := s.seal(secret, "factor", a.ID)
		if err != nil {
			return err
		}
		if err := saveFactor(tx, a.ID, kept, at); err != nil {
			return err
		}
		if codes, err = s.newRecoveryCodes(tx, a.ID); err != nil {
			return err
		}
		if err := s.record(tx, Act{Actor: a.ID, Verb: "account.factor", Person: a.ID}); err != nil {
			return err
		}
		t, err = s.elevate(tx, a, true)
		return err
	})
	return codes, t, err
}

// replaceable: where a factor is set up already, only a session that has shown it may set another.
func (s *Service) replaceable(tx *db.Tx, a Actor) error {
	has, err := hasFactor(tx, a.ID)
	if err != nil {
		return err
	}
	if has && a.Session.FactorAt.IsZero() {
		return fault.New(fault.Confirm, "policy.confirm")
	}
	return Fresh(a, tx.Now)
}

// RenewCodes replaces the recovery codes. Fault: policy.confirm.
func (s *Service) RenewCodes(ctx context.Context, a Actor) (codes []string, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.replaceable(tx, a); err != nil {
			return err
		}
		codes, err = s.newRecoveryCodes(tx, a.ID)
		return err
	})
	return codes, err
}

// RemoveFactor takes the second factor away; people with a role keep theirs (account.factor.staff).
func (s *Service) RemoveFactor(ctx context.Context, a Actor) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if a.Staff() {
			return fault.New(fault.Conflict, "account.factor.staff")
		}
		if err := s.replaceable(tx, a); err != nil {
			return err
		}
		if err := clearFactor(tx, a.ID); err != nil {
			return err
		}
		return s.record(tx, Act{Actor: a.ID, Verb: "account.factor.remove", Person: a.ID})
	})
}

// ClearFactor forgets a person's second factor and ends their sessions, for an administrator who
// helps somebody that has lost phone and codes; the caller asks whether they may.
func (s *Service) ClearFactor(tx *db.Tx, p, by ID) error {
	if err := clearFactor(tx, p); err != nil {
		return err
	}
	if err := endSessions(tx, p, 0); err != nil {
		return err
	}
	tx.AfterCommit(func() { s.sessions.Forget(p) })
	return s.record(tx, Act{Actor: by, Verb: "account.factor.clear", Person: p})
}

// EnterWithFactor ends a sign-in that waits for the second factor. Faults: login.ticket.expired;
// on the field code: account.factor.wrong, account.factor.wait (minutes), account.factor.form.
func (s *Service) EnterWithFactor(ctx context.Context, secret, digits string, d Device) (e Entry, err error) {
	var refusal *fault.Fault
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := peekTicket(tx, secret, d.Visitor)
		if err == nil && t.Factor == nil {
			err = fault.New(fault.Gone, "login.ticket.expired")
		}
		if err != nil {
			return err
		}
		if refusal, err = s.showFactor(tx, t.person, digits); err != nil {
			return err
		}
		if refusal != nil {
			return triedTicket(tx, secret, d.Visitor)
		}
		if _, err := takeTicket(tx, secret, d.Visitor); err != nil {
			return err
		}
		p, err := Get(tx, t.person)
		if err != nil {
			return err
		}
		e.Return = t.returnTo
		e.Token, err = s.enter(tx, p, t.Factor.Issuer, d, true)
		return err
	})
	if err == nil && refusal != nil {
		return Entry{}, refusal
	}
	return e, err
}

// ConfirmWithFactor proves again who the actor is and gives their session a new token.
func (s *Service) ConfirmWithFactor(ctx context.Context, a Actor, digits string) (t Token, err error) {
	var refusal *fault.Fault
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if refusal, err = s.showFactor(tx, a.ID, digits); err != nil || refusal != nil {
			return err
		}
		t, err = s.elevate(tx, a, true)
		return err
	})
	if err == nil && refusal != nil {
		return "", refusal
	}
	return t, err
}

// AskConfirmation mails the actor a code that proves again who they are, and returns the handle of
// the page that asks for it. Fault: account.confirm.nomail when they have no address.
func (s *Service) AskConfirmation(ctx context.Context, a Actor) (handle string, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := Get(tx, a.ID)
		if err != nil {
			return err
		}
		if p.Email == "" {
			return fault.New(fault.Conflict, "account.confirm.nomail")
		}
		c, err := s.newCode(tx, toConfirm, p.Email, a.ID, "")
		if err != nil {
			return err
		}
		handle = c.handle
		return s.write(tx, p.Email, a.ID, p.Lang, "confirm", "", true, "code", c.digits)
	})
	return handle, err
}

// ConfirmWithCode proves again who the actor is by a code that was mailed. Those who have a second
// factor show that instead (policy.confirm).
func (s *Service) ConfirmWithCode(ctx context.Context, a Actor, handle, digits string) (t Token, err error) {
	var refusal *fault.Fault
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		has, err := hasFactor(tx, a.ID)
		if err == nil && has {
			err = fault.New(fault.Confirm, "policy.confirm")
		}
		if err != nil {
			return err
		}
		var c code
		if c, refusal, err = s.takeCode(tx, toConfirm, handle, digits); err != nil || refusal != nil {
			return err
		}
		if c.person != a.ID {
			return fault.On("code", "login.code.expired")
		}
		t, err = s.elevate(tx, a, false)
		return err
	})
	if err == nil && refusal != nil {
		return "", refusal
	}
	return t, err
}

// showFactor checks a code of the app or a recovery code. Wrong ones are counted in this
// transaction, so the refusal is a value.
func (s *Service) showFactor(tx *db.Tx, p ID, shown string) (*fault.Fault, error) {
	f, err := factorOf(tx, p)
	if db.IsNone(err) {
		return fault.On("code", "account.factor.wrong"), nil
	}
	if err != nil {
		return nil, err
	}
	if f.failures >= factorTries && tx.Now.Before(f.failedAt.Add(factorPause)) {
		return fault.On("code", "account.factor.wait", "minutes", int(factorPause.Minutes())), nil
	}
	secret, err := s.open(f.secret, "factor", p)
	if err != nil {
		return nil, err
	}
	if at, ok := stepOf(secret, shown, tx.Now, f.lastStep); ok {
		return nil, factorShown(tx, p, at)
	}
	found, err := useRecoveryCode(tx, p, s.recoveryHash(p, shown))
	if err != nil || found {
		return nil, err
	}
	if f.failures >= factorTries {
		f.failures = 0 // the pause is over
	}
	return fault.On("code", "account.factor.wrong"), factorFailed(tx, p, f.failures+1)
}

type factor struct {
	secret             []byte
	lastStep, failures int64
	failedAt           time.Time
}

// stepOf returns the step whose code was shown: this one or its neighbours, since clocks differ,
// but none up to last, since a code is used once.
func stepOf(secret []byte, shown string, now time.Time, last int64) (int64, bool) {
	shown = strings.ReplaceAll(strings.TrimSpace(shown), " ", "")
	key := base32.StdEncoding.EncodeToString(secret)
	at := now.Unix() / int64(step.Seconds())
	for n := at - 1; n <= at+1; n++ {
		ok, err := hotp.ValidateCustom(shown, uint64(n), key, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && ok && n > last {
			return n, true
		}
	}
	return 0, false
}

// recoveryAlphabet has no letters that look like others.
const recoveryAlphabet = "abcdefghjkmnpqrstuvwxyz23456789"

func (s *Service) newRecoveryCodes(tx *db.Tx, p ID) ([]string, error) {
	if err := dropRecoveryCodes(tx, p); err != nil {
		return nil, err
	}
	var codes []string
	for range recoveryCount {
		c := randomWord(5) + "-" + randomWord(5)
		codes = append(codes, c)
		if err := insertRecoveryCode(tx, p, s.recoveryHash(p, c)); err != nil {
			return nil, err
		}
	}
	return codes, nil
}

func randomWord(n int) string {
	w := make([]byte, 0, n)
	for len(w) < n {
		var b [1]byte
		rand.Read(b[:])
		if i := int(b[0] & 31); i < len(recoveryAlphabet) { // 31 letters: the 32nd draw is drawn again
			w = append(w, recoveryAlphabet[i])
		}
	}
	return string(w)
}

func (s *Service) recoveryHash(p ID, code string) []byte {
	code = strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
	return s.sum("recovery", strconv.FormatInt(int64(p), 10), code)
}

// seal encrypts a secret for one person and purpose (AES-256-GCM).
func (s *Service) seal(secret []byte, purpose string, p ID) ([]byte, error) {
	c, err := s.cipher()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, c.NonceSize())
	rand.Read(nonce)
	return c.Seal(nonce, nonce, secret, []byte(purpose+" "+strconv.FormatInt(int64(p), 10))), nil
}

func (s *Service) open(sealed []byte, purpose string, p ID) ([]byte, error) {
	c, err := s.cipher()
	if err != nil {
		return nil, err
	}
	if len(sealed) < c.NonceSize() {
		return nil, fault.New(fault.Invalid, "fault.request")
	}
	secret, err := c.Open(nil, sealed[:c.NonceSize()], sealed[c.NonceSize():], []byte(purpose+" "+strconv.FormatInt(int64(p), 10)))
	if err != nil {
		return nil, fault.New(fault.Invalid, "fault.request").Because(err)
	}
	return secret, nil
}

func (s *Service) cipher() (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.sum("seal"))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
