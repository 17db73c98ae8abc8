package vote

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/ledger"
	"tequio/app/tally"
	"tequio/app/text"
	"tequio/app/thing"
)

// A Cast is a ballot to be loaded. Person may be 0 in a vote that is over.
type Cast struct {
	Person identity.ID
	Level  identity.Level
	Ballot Ballot
}

// Load stores a vote with its ballots as if it had been held: in the ledger in one batch and, when
// it is over, published and counted. It asks nobody's permission and records no event. Ballots of a
// vote that is over are stored without any link to people. A vote that has an ID was stored before
// (by Store) and has no ballots yet. All in the caller's transaction.
func (s *Service) Load(tx *db.Tx, v *Vote, ballots []Cast) (err error) {
	return s.load(tx, v, ballots, online)
}

func (s *Service) load(tx *db.Tx, v *Vote, ballots []Cast, channel string) error {
	v.Kind = Kind
	if v.ID == 0 {
		if err := Store(tx, v); err != nil {
			return err
		}
	}
	if v.State == thing.Draft {
		return nil
	}
	over := v.PhaseAt(tx.Now) == thing.Closed
	if err := s.name(tx, v, over); err != nil {
		return err
	}
	batch, rows, err := s.seal(v, ballots, over, channel)
	if err != nil {
		return err
	}
	if err := fill(tx, *v, rows, over); err != nil {
		return err
	}
	if over || len(batch) > 0 {
		if _, err := grow(tx, v, s.signer, batch); err != nil {
			return err
		}
	}
	if !over {
		return schedule(tx, v)
	}
	r, err := s.tallied(tx, *v, nil)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE vote SET closed_at = $1, counted_at = $1, unlinked_at = $1, result = $2 WHERE id = $3`, v.ClosesAt, encoded(r), v.ID)
	return err
}

// fill stores the rows that seal made: in the box, or of a vote that is over, as published.
func fill(tx *db.Tx, v Vote, rows [][]any, over bool) error {
	switch {
	case !over:
		return insertRows(tx, `INSERT INTO ballot (vote_id, link, content, nonce, commitment, level) VALUES `, rows)
	case v.Disclosure != Sealed:
		return insertRows(tx, `INSERT INTO published_ballot (vote_id, commitment, nonce, content) VALUES `, rows)
	}
	ballots := make([]Published, len(rows))
	for i, r := range rows {
		ballots[i] = Published{Commitment: [ledger.Size]byte(r[1].([]byte)), Content: r[3].([]byte)}
	}
	slices.SortFunc(ballots, func(a, b Published) int { return bytes.Compare(a.Commitment[:], b.Commitment[:]) })
	return publishSealed(tx, v.ID, ballots)
}

// name gives a loaded vote the name of its ledger and, while it can still be voted in, its key.
func (s *Service) name(tx *db.Tx, v *Vote, over bool) (err error) {
	if v.Origin, err = ledger.Origin(s.base, v.Slug); err != nil {
		return err
	}
	if !over {
		k, err := s.keys.Key(keyName(v.ID))
		if err != nil {
			return err
		}
		v.KeyCheck = key(k).check()
	}
	if v.Lot.SHA256, err = s.lotPromise(v.ID, v.Lot.Source); err != nil {
		return err
	}
	v.Rules, v.RulesSum = v.Sheet()
	_, err = tx.Exec(`UPDATE vote SET origin = $1, key_check = $2, rules = $3, rules_sha256 = $4, lot_sha256 = $5 WHERE id = $6`,
		v.Origin, v.KeyCheck, v.Rules, v.RulesSum, v.Lot.SHA256, v.ID)
	return err
}

// seal commits to each ballot and returns the ledger's batch with the rows to store.
func (s *Service) seal(v *Vote, ballots []Cast, over bool, channel string) (batch []pending, rows [][]any, err error) {
	k, err := s.keyOf(*v)
	if err != nil {
		return nil, nil, err
	}
	for _, b := range ballots {
		c, _ := seal(*v, b.Ballot, b.Level, channel)
		batch = append(batch, pending{c.commitment, source{int64(c.level), channel}, noSource})
		if over {
			rows = append(rows, []any{v.ID, c.commitment, c.nonce, c.content})
		} else {
			rows = append(rows, []any{v.ID, k.link(b.Person), c.content, c.nonce, c.commitment, c.level})
		}
	}
	return batch, rows, nil
}

// ImportPabulib reads a participatory budget from a Pabulib file and stores it as a closed vote,
// counted by votes (or points, or Borda places), skipping what does not fit; ties go to the lower
// cost, then the more votes, then the smaller id. It returns the vote's slug. A file that is broken
// is refused with a fault on the field file that names line and problem, and leaves nothing behind.
func (s *Service) ImportPabulib(ctx context.Context, r io.Reader, now time.Time) (slug string, err error) {
	f, err := tally.ReadPabulib(r)
	if err != nil {
		return "", BadFile(err)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		v, ballots := fromPabulib(f, now)
		if err := s.load(tx, &v, ballots, imported); err != nil {
			return err
		}
		slug = v.Slug
		return thing.Record(tx, 0, "vote.import", v.ID, v.Title)
	})
	return slug, err
}

// BadFile words what is wrong with a file as a fault; its cause says the same in English.
func BadFile(err error) error {
	bad, ok := err.(*tally.FileError)
	if !ok {
		return err
	}
	args := []any{"line", bad.Line, "column", bad.Column, "problem", i18n.Key(bad.Reason.Key)}
	for _, a := range bad.Reason.Args {
		if a.Unit == tally.UnitCount {
			args = append(args, a.Name, a.Number.Num)
		} else {
			args = append(args, a.Name, a.Text)
		}
	}
	name := "tally.file.at_column"
	switch {
	case bad.Line == 0:
		name = bad.Reason.Key
	case bad.Column == 0:
		name = "tally.file.at"
	}
	f := fault.On("file", name, args...)
	return f.Because(bad)
}

func fromPabulib(f *tally.File, now time.Time) (Vote, []Cast) {
	official, told := f.Official()
	begin, end := day(f.Value("date_begin")).Add(12*time.Hour), day(f.Value("date_end")).Add(24*time.Hour-time.Second)
	if end.Year() < 1970 || !end.Before(now) {
		end = now.Add(-time.Second).Truncate(time.Second)
	}
	if begin.Year() < 1970 || !begin.Before(end) {
		begin = end.Add(-time.Second)
	}
	v := Vote{
		Thing: thing.Thing{
			Kind: Kind, Lang: language(f), Title: titleOf(f), State: thing.Published,
			CreatedAt: now, PublishedAt: now, OpensAt: begin, ClosesAt: end,
		},
		LeastLevel: identity.Unknown, Imported: encoded(Source{f.Meta, official, told}),
		Questions: []Question{questionOf(f)},
	}
	v.Summary = text.Clean(f.Value("description"))
	if v.Summary == "" {
		v.Summary = v.Title
	}
	ballots := make([]Cast, len(f.Votes))
	for i, vote := range f.Votes {
		marks := make([]Mark, len(vote.Options))
		for k, o := range vote.Options {
			marks[k] = Mark{f.Projects[o].ID, 1}
			if f.Form() == tally.Ranking {
				marks[k].Value = int64(k + 1)
			}
			if vote.Values != nil {
				marks[k].Value = vote.Values[k]
			}
		}
		ballots[i].Ballot = Ballot{marks}
	}
	return v, ballots
}

func questionOf(f *tally.File) Question {
	q := Question{
		Form: Projects, Rule: "greedy/1", Seats: 1, Budget: f.Budget, Currency: currency(f), Ties: "cost,votes,id", Blank: true,
		Params: Params{Decimals: f.Decimals, PointDecimals: f.PointDecimals},
	}
	switch f.Form() {
	case tally.ChooseOne:
		q.Form, q.Most = One, 1
	case tally.Ranking:
		q.Form = Ranking
	case tally.Points:
		q.Form, q.Points = Points, whole(f.Value("max_sum_points"))
	}
	q.Least, q.Most = whole(f.Value("min_length")), max(q.Most, whole(f.Value("max_length")))
	if q.Form == Ranking && (q.Most < 1 || q.Most > int64(len(f.Projects))) {
		q.Most = 0
	}
	at := func(p tally.Project, column string) string {
		i := slices.IndexFunc(f.Columns, func(c string) bool { return strings.EqualFold(c, column) })
		if i < 0 || i >= len(p.Row) {
			return ""
		}
		return text.Clean(p.Row[i])
	}
	for _, p := range f.Projects {
		name := text.Clean(p.Name)
		if name == "" {
			name = p.ID
		}
		q.Options = append(q.Options, Option{Code: p.ID, Title: name, Cost: p.Cost, Category: at(p, "category"), Place: at(p, "neighborhood")})
	}
	return q
}

// whole reads a META value that is a whole number; anything else is 0: not declared.
func whole(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 || n > 1_000_000_000 {
		return 0
	}
	return n
}

// day reads the dates that files give: 2017-06-14, 14.06.2017 or a year alone.
func day(s string) time.Time {
	for _, layout := range []string{"2006-01-02", "2.01.2006", "2006"} {
		if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil && t.Year() > 1970 {
			return t
		}
	}
	return time.Time{}
}

// titleOf names the vote by its place and year, as the file gives them.
func titleOf(f *tally.File) string {
	var parts []string
	for _, k := range []string{"unit", "subunit", "instance"} {
		if s := text.Clean(f.Value(k)); s != "" && !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	title := []rune(strings.Join(parts, " · "))
	if len(title) == 0 {
		title = []rune(text.Clean(f.Value("description")))
	}
	if len(title) == 0 {
		title = []rune("Pabulib")
	}
	return string(title[:min(len(title), titleMost)])
}

func currency(f *tally.File) string {
	if c := strings.ToUpper(strings.TrimSpace(f.Value("currency"))); len(c) == 3 {
		return c
	}
	if strings.EqualFold(f.Value("country"), "Poland") {
		return "PLN"
	}
	return "MXN"
}

// languages are what files call the languages that have a short tag here.
var languages = map[string]string{"polish": "pl", "spanish": "es", "english": "en", "french": "fr", "dutch": "nl", "german": "de"}

func language(f *tally.File) string {
	l := strings.ToLower(strings.TrimSpace(f.Value("language")))
	switch {
	case len(l) == 2:
		return l
	case languages[l] != "":
		return languages[l]
	}
	return "es"
}
