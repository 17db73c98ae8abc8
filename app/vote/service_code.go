package vote

import (
	"context"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/mail"
	"tequio/app/text"
	"tequio/app/thing"
)

// codesMost bounds the codes issued at once.
const codesMost = 20_000

// A CodeOrder asks for codes: a number of them where they are nobody's in particular, or one for each
// line of People where the electorate goes by a roll, CSV without a head: a document's number (on a list, or
// an address) and, to have the code mailed, an e-mail address. Where they are nobody's, People may be addresses alone.
type CodeOrder struct {
	Number int64
	Place  string // for whom they are printed, in a few words
	People string
	Mail   bool // the codes go out by mail, and are shown to nobody
}

// Issued is a code as it is shown once.
type Issued struct {
	Number int64
	Code   string // in groups of four
	Who    string // as ordered: a document's number or an address; "": nobody in particular
	email  string
	entry  []byte
}

// IssueCodes draws codes for a published vote that has not closed, and returns them once: what is kept
// of each is its keyed hash. Where the electorate goes by a roll each code is for one person of it, whose ballot
// it opens, whether they come with the code, their account or to the desk: so nobody votes twice. Faults:
// vote.code.none, vote.code.draft, policy.closed, and on the fields number and people what is wrong.
func (s *Service) IssueCodes(ctx context.Context, a identity.Actor, id thing.ID, o CodeOrder) (all []Issued, err error) {
	k, err := s.manageKey(ctx, a, id)
	if err != nil {
		return nil, err
	}
	err = s.db.WriteOn(ctx, codeScope(id), func(tx *db.Tx) error {
		v, err := mayIssue(tx, a, id)
		if err != nil {
			return err
		}
		if all, err = s.ordered(tx, v, o); err != nil {
			return err
		}
		last, err := lastCode(tx, id)
		if err != nil {
			return err
		}
		var rows [][]any
		for i := range all {
			code := newCode()
			all[i].Number, all[i].Code = last+int64(i)+1, grouped(code)
			rows = append(rows, []any{id, k.codeHash(code), all[i].Number, o.Place, all[i].entry, tx.Now})
		}
		if err := insertRows(tx, `INSERT INTO vote_code (vote_id, hash, number, place, entry, issued_at) VALUES `, rows); err != nil {
			return err
		}
		if o.Mail {
			if err := s.mailCodes(tx, v, all); err != nil {
				return err
			}
		}
		return thing.Record(tx, a.ID, "vote.codes", id, strconv.Itoa(len(all)))
	})
	return all, err
}

// codeScope keeps the numbers of codes in order.
func codeScope(id thing.ID) []string { return []string{"codes:" + strconv.FormatInt(int64(id), 10)} }

// manageKey is the key of a vote that an actor looks after.
func (s *Service) manageKey(ctx context.Context, a identity.Actor, id thing.ID) (key, error) {
	v, _, err := s.Manage(ctx, a, id, nil)
	if err != nil {
		return nil, err
	}
	return s.keyOf(v)
}

// mayIssue refuses codes where the vote takes none.
func mayIssue(tx *db.Tx, a identity.Actor, id thing.ID) (v Vote, err error) {
	if v, err = managed(tx, a, id); err != nil {
		return v, err
	}
	switch {
	case !v.Roll.Codes:
		err = fault.New(fault.Conflict, "vote.code.none")
	case v.State == thing.Draft:
		err = fault.New(fault.Conflict, "vote.code.draft")
	case v.PhaseAt(tx.Now) == thing.Closed:
		err = fault.New(fault.Closed, "policy.closed")
	}
	return v, err
}

// ordered are the codes to draw, without what they are.
func (s *Service) ordered(tx *db.Tx, v Vote, o CodeOrder) (all []Issued, err error) {
	rows := csv.NewReader(strings.NewReader(o.People))
	rows.FieldsPerRecord, rows.TrimLeadingSpace = -1, true
	for line := int64(1); ; line++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(all) == codesMost {
			return nil, fault.On("people", "vote.code.people", "line", line)
		}
		one, err := s.orderedFor(tx, v, row, o.Mail)
		if err != nil {
			return nil, err
		}
		if one.Who == "" {
			return nil, fault.On("people", "vote.code.people", "line", line)
		}
		all = append(all, one)
	}
	switch {
	case len(all) > 0:
		return all, nil
	case v.Roll.Personal() || o.Mail:
		return nil, fault.On("people", "vote.code.people.none")
	case o.Number < 1 || o.Number > codesMost:
		return nil, fault.On("number", "vote.code.number", "max", codesMost)
	}
	return make([]Issued, o.Number), nil
}

// orderedFor is the code for a line; its Who is "" where the line is no good.
func (s *Service) orderedFor(tx *db.Tx, v Vote, row []string, mailed bool) (one Issued, err error) {
	who := strings.TrimSpace(row[0])
	one = Issued{Who: who, email: who}
	if len(row) > 1 {
		one.email = strings.TrimSpace(row[1])
	}
	if v.Roll.Personal() {
		if one.entry, err = s.entryFor(tx, v, who); err != nil {
			return one, err
		}
	}
	address, bad := identity.Address(one.email)
	one.email = address
	if mailed && bad != nil || v.Roll.Personal() && one.entry == nil {
		one.Who = ""
	}
	return one, nil
}

// entryFor is the entry of the roll that a document (or, on a list, an address) stands for; nil: none.
func (s *Service) entryFor(tx *db.Tx, v Vote, who string) ([]byte, error) {
	hash, ok := s.Census.Hash(who)
	if strings.Contains(who, "@") {
		hash, ok = s.Census.Address(who)
	}
	switch {
	case !ok:
		return nil, nil
	case v.Roll.Who == Listed:
		return listEntry(tx, v.ID, hash)
	}
	e, _, _, err := identity.FindEntitled(tx, hash)
	return e.Hash, err
}

// mailCodes writes to each. The mail is kept from the eyes of those who look at the outbox, and what it
// says goes once it is sent.
func (s *Service) mailCodes(tx *db.Tx, v Vote, all []Issued) error {
	if s.Letters.Words == nil {
		return nil
	}
	site, address := s.Letters.Site()
	for _, one := range all {
		m, err := mail.Compose(s.Letters.Words.Language(v.Lang), "vote_code",
			[]any{"site", site, "title", v.Title, "code", one.Code, "opens", v.OpensAt.In(s.Letters.Zone()), "closes", v.ClosesAt.In(s.Letters.Zone())}, address+v.Path()+"/code")
		if err != nil {
			return err
		}
		m.To, m.Secret = one.email, true
		if err := mail.Send(tx, m); err != nil {
			return err
		}
	}
	return nil
}

// CancelCode takes a lost code away, with a reason that stays, and voids the ballot that was cast with
// it. Who asked for it and why is recorded, whether there was a ballot is not. It returns the code that takes its
// place, for the same person where it was for one. Faults: thing.missing, vote.code.gone, and on the
// field reason.
func (s *Service) CancelCode(ctx context.Context, a identity.Actor, id thing.ID, number int64, reason string) (fresh Issued, err error) {
	reason = text.Clean(reason)
	k, err := s.manageKey(ctx, a, id)
	if err != nil {
		return fresh, err
	}
	var lost Code
	if err := s.db.Read(ctx, func(tx *db.Tx) (err error) { lost, err = numbered(tx, id, number); return err }); err != nil {
		return fresh, err
	}
	scopes := append(codeScope(id), "ballot:"+hex.EncodeToString(k.code(lost.hash))) // no cast with it is under way
	err = s.db.WriteOn(ctx, scopes, func(tx *db.Tx) error {
		if _, err := mayIssue(tx, a, id); err != nil {
			return err
		}
		if n := len([]rune(reason)); n < 10 || n > 500 {
			return fault.On("reason", "vote.code.reason", "least", 10, "max", 500)
		}
		gone, err := cancelCode(tx, id, lost.hash, reason)
		if err != nil {
			return err
		}
		if gone {
			return fault.New(fault.Conflict, "vote.code.gone")
		}
		if err := s.voidCode(tx, id, k, lost); err != nil {
			return err
		}
		code := newCode()
		last, err := lastCode(tx, id)
		if err != nil {
			return err
		}
		fresh = Issued{Number: last + 1, Code: grouped(code), Who: lost.Place}
		if err := insertRows(tx, `INSERT INTO vote_code (vote_id, hash, number, place, entry, issued_at) VALUES `,
			[][]any{{id, k.codeHash(code), fresh.Number, lost.Place, lost.entry, tx.Now}}); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "vote.code.cancel", id, strconv.FormatInt(number, 10)+": "+reason)
	})
	return fresh, err
}

// voidCode voids the ballot that was cast with a code. One that the same person cast with their account
// or at a desk stays.
func (s *Service) voidCode(tx *db.Tx, id thing.ID, k key, lost Code) error {
	link := k.code(lost.hash)
	if lost.entry != nil {
		link = k.entry(lost.entry)
	}
	was, err := underLink(tx, id, link)
	if err != nil || was.commitment == nil || was.channel != byCode {
		return err
	}
	return annul(tx, id, link, was)
}

// OpenCode returns the keyed hash of a code as somebody typed it; known is false where the vote has none
// like it. What is no code at all is refused with a fault on the field code.
func (s *Service) OpenCode(ctx context.Context, slug, typed string) (hash []byte, known bool, err error) {
	r, err := s.ready(ctx, slug)
	if err != nil {
		return nil, false, err
	}
	if !r.vote.Roll.Codes {
		return nil, false, fault.New(fault.NotFound, "thing.missing")
	}
	code, err := parseCode(typed)
	if err != nil {
		return nil, false, err
	}
	hash = r.key.codeHash(code)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := findCode(tx, r.vote.ID, hash)
		known = err == nil
		if db.IsNone(err) {
			err = nil
		}
		return err
	})
	return hash, known, err
}
