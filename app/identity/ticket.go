package identity

import (
	"encoding/json"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity/provider"
)

// A ticket is a sign-in that has begun and waits for the rest: for the answer of a provider, for a
// name, or for the second factor. It belongs to one browser and is used once.
type ticket struct {
	Elsewhere *provider.Flow `json:"elsewhere,omitempty"` // gone to a provider
	Newcomer  *newcomer      `json:"newcomer,omitempty"`  // known there or by mail, not yet here
	Factor    *waiting       `json:"factor,omitempty"`    // must show the second factor
	person    ID             // who began it, or whom it will sign in; 0: nobody yet
	tries     int64
	returnTo  string
}

// newcomer is what is known of somebody who has no account yet.
type newcomer struct {
	Name    string `json:"name"`
	Email   string `json:"email"`  // verified here when Issuer is byMail, else a suggestion
	Issuer  string `json:"issuer"` // byMail or a provider's
	Subject string `json:"subject"`
	Label   string `json:"label"`
	Level   Level  `json:"level"`
}

// waiting is whose second factor is asked for, and how they came.
type waiting struct {
	Issuer string `json:"issuer"`
}

// byMail is the issuer of those who sign in with a code by mail.
const byMail = "email"

// ticketFor is how long each kind of ticket waits.
const ticketFor = 30 * time.Minute

// keepTicket stores a ticket under a secret that only one browser brings back.
func keepTicket(tx *db.Tx, secret, visitor string, t ticket, life time.Duration) error {
	body, err := json.Marshal(t)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO sign_in_flow (state_hash, flow, person_id, return_to, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		ticketHash(secret, visitor), string(body), db.ID(t.person), t.returnTo, tx.Now.Add(life))
	return err
}

func ticketHash(secret, visitor string) []byte { return Token(secret + "\x00" + visitor).hash() }

// peekTicket reads a ticket; one that is spent, too old or another browser's is refused with
// login.ticket.expired.
func peekTicket(tx *db.Tx, secret, visitor string) (ticket, error) {
	t, err := db.One(tx, func(r db.Row) (t ticket, err error) {
		var body string
		if err = r.Scan(&body, db.Null(&t.person), &t.tries, &t.returnTo); err != nil {
			return
		}
		err = json.Unmarshal([]byte(body), &t)
		return
	}, `SELECT flow, person_id, tries, return_to FROM sign_in_flow WHERE state_hash = $1 AND expires_at > $2`, ticketHash(secret, visitor), tx.Now)
	if db.IsNone(err) || err == nil && t.tries >= codeTries {
		return ticket{}, fault.New(fault.Gone, "login.ticket.expired")
	}
	return t, err
}

// takeTicket reads a ticket and deletes it; of two at once, one gets it.
func takeTicket(tx *db.Tx, secret, visitor string) (ticket, error) {
	t, err := peekTicket(tx, secret, visitor)
	if err != nil {
		return t, err
	}
	n, err := tx.Exec(`DELETE FROM sign_in_flow WHERE state_hash = $1`, ticketHash(secret, visitor))
	if err == nil && n == 0 {
		err = fault.New(fault.Gone, "login.ticket.expired")
	}
	return t, err
}

// triedTicket counts a failed try.
func triedTicket(tx *db.Tx, secret, visitor string) error {
	_, err := tx.Exec(`UPDATE sign_in_flow SET tries = tries + 1 WHERE state_hash = $1`, ticketHash(secret, visitor))
	return err
}
