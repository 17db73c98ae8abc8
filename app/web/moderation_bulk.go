package web

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/moderation"
	"tequio/app/page"
	"tequio/app/text"
)

const deskBulk = deskModeration + "/bulk"

// bulkView is the page on which moderators choose many comments and proposals, see what deciding
// would do, and decide.
type bulkView struct {
	Desk    []deskItem
	Action  string
	Fields  []field
	Dry     *bulkDryView
	Batches []bulkRow
	Form    FormView
}

// bulkDryView is what deciding would do.
type bulkDryView struct {
	Text, Cut  string
	Some       bool
	Accounts   []accountRow
	Rows       []pieceRow
	Prev, Next string
	Where      string // "51–100 of 214"
	Hidden     []hiddenValue
	Code, Rule field
	Reason     field
	Button     string
}

type accountRow struct {
	Name, Href string
	Count      int64
}

type pieceRow struct{ What, Title, Href, Text, Author, When, ISO string }

type hiddenValue struct{ Name, Value string }

type bulkRow struct {
	Href, Text, Reason, Who, When, ISO string
	State                              Tag
}

var bulkTmpl = page.New[bulkView]("admin/bulk")

// bulkFields are the names of what is chosen by, in the order of the form.
var bulkFields = []string{"part", "authors", "network", "words", "from", "until"}

func (s *Server) bulk(v *Visit) error {
	f := blank()
	for _, name := range bulkFields {
		if value := text.Clean(v.Query(name)); value != "" {
			f.Values[name] = []string{value}
		}
	}
	return s.showBulk(v, f, nil)
}

// choice reads what is chosen from what was typed; asked is false where nothing was.
func (v *Visit) choice(f FormView) (of moderation.Choice, asked bool, err error) {
	w, err := v.between(f, "invalid.when")
	of = moderation.Choice{Part: moderation.Part(f.Value("part")), Authors: f.Value("authors"), Network: f.Value("network"), Words: f.Value("words"), From: w[0], Until: w[1]}
	for _, name := range bulkFields {
		asked = asked || f.Value(name) != ""
	}
	return of, asked, err
}

func (s *Server) showBulk(v *Visit, f FormView, refused error) error {
	all, err := s.Moderation.Bulks(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	m := bulkView{Desk: v.desk(deskModeration), Action: deskBulk}
	of, asked, wrong := v.choice(f)
	if wrong == nil && asked {
		var d moderation.BulkDry
		if d, wrong = s.Moderation.BulkDry(v.ctx, v.Actor, of); wrong == nil {
			m.Dry = v.bulkDryView(d, f)
		}
	}
	if refused == nil {
		refused = wrong
	}
	if refused != nil {
		again, ok := v.refused(refused)
		if !ok {
			return refused
		}
		again.Values = f.Values
		f = again
	}
	m.Form = f
	v.fillBulk(&m, f)
	if m.Dry != nil {
		if err := v.fillReasons(m.Dry, f); err != nil {
			return err
		}
	}
	if m.Batches, err = v.bulkRows(all); err != nil {
		return err
	}
	h := Head{Title: v.T("bulk.title"), Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, bulkTmpl, h, m)
}

func (v *Visit) fillBulk(m *bulkView, f FormView) {
	parts := field{Name: "part", Label: "bulk.part"}
	for _, p := range moderation.Parts {
		key := "bulk.part." + string(p)
		if p == "" {
			key = "bulk.part.all"
		}
		parts.Choices = append(parts.Choices, choice{string(p), v.T(key), f.Value("part") == string(p)})
	}
	for _, one := range []field{parts, {Name: "authors", Label: "bulk.authors", Hint: "bulk.authors.hint", Optional: true},
		{Name: "network", Label: "invalid.network", Hint: "bulk.network.hint", Width: "w-m", Optional: true},
		{Name: "words", Label: "bulk.words", Hint: "bulk.words.hint", Optional: true},
		{Name: "from", Label: "invalid.from", Type: "datetime-local", Width: "w-m", Optional: true}, {Name: "until", Label: "invalid.to", Type: "datetime-local", Width: "w-m", Optional: true}} {
		m.Fields = append(m.Fields, v.filled(f, one))
	}
}

// fillReasons offers the code, the rule and the words of the decision.
func (v *Visit) fillReasons(m *bulkDryView, f FormView) error {
	rules, err := v.ruleOptions(f.Value("rule"))
	m.Code = v.filled(f, field{Name: "code", Label: "moderation.code", Choices: append([]choice{{"", v.T("moderation.code.choose"), false}}, v.codeOptions(f.Value("code"))...)})
	m.Rule = v.filled(f, field{Name: "rule", Label: "moderation.rule", Optional: true, Choices: append([]choice{{"", v.T("moderation.rule.none"), false}}, rules...)})
	m.Reason = v.filled(f, field{Name: "reason", Label: "moderation.reason", Hint: "moderation.reason.hint", Rows: 4})
	return err
}

// ruleOptions are the rules of participation to choose from.
func (v *Visit) ruleOptions(chosen string) (all []choice, err error) {
	rules, err := v.rules()
	for i, r := range rules {
		n := strconv.Itoa(i + 1)
		all = append(all, choice{n, n + ". " + text.Excerpt(r, 100), n == chosen})
	}
	return all, err
}

// Rows of a page of what would be hidden, and accounts that are named.
const (
	bulkPage        = 50
	bulkAccountMost = 20
)

func (v *Visit) bulkDryView(d moderation.BulkDry, f FormView) *bulkDryView {
	n := int64(len(d.Pieces))
	m := &bulkDryView{Some: n > 0, Text: v.T("bulk.dry.none"), Button: v.T("bulk.do", "n", n)}
	if m.Some {
		m.Text = v.T("bulk.dry", "n", n, "accounts", v.T("bulk.accounts", "n", int64(len(d.Accounts))))
		m.Cut = v.T("bulk.dry.parts", "comments", v.T("bulk.comments", "n", d.Comments), "proposals", v.T("bulk.proposals", "n", d.Proposals))
	}
	names := map[identity.ID]string{}
	for i, a := range d.Accounts {
		if names[a.ID] = v.orGone(a.Name); i < bulkAccountMost {
			m.Accounts = append(m.Accounts, accountRow{names[a.ID], fmt.Sprintf("/admin/people/%d", a.ID), a.Count})
		}
	}
	kept := url.Values{}
	for _, name := range bulkFields {
		if value := f.Value(name); value != "" {
			kept.Set(name, value)
			m.Hidden = append(m.Hidden, hiddenValue{name, value})
		}
	}
	m.Hidden = append(m.Hidden, hiddenValue{"seen", d.Seal()})
	at, _ := strconv.Atoi(v.Query("page"))
	at = max(0, min(at, (len(d.Pieces)-1)/bulkPage))
	from, to := at*bulkPage, min((at+1)*bulkPage, len(d.Pieces))
	href := func(page int) string {
		kept.Set("page", strconv.Itoa(page))
		return deskBulk + "?" + kept.Encode() + "#seen"
	}
	if at > 0 {
		m.Prev = href(at - 1)
	}
	if to < len(d.Pieces) {
		m.Next = href(at + 1)
	}
	m.Where = v.T("bulk.where", "from", v.Lang.Number(int64(from+1)), "to", v.Lang.Number(int64(to)), "of", v.Lang.Number(n))
	for _, p := range d.Pieces[from:to] {
		m.Rows = append(m.Rows, v.pieceRow(p, names[p.Author]))
	}
	return m
}

func (v *Visit) pieceRow(p moderation.Piece, author string) pieceRow {
	r := pieceRow{What: v.T("kind." + string(p.Thing.Kind)), Title: p.Thing.Title, Href: p.Thing.Path(), Text: text.Excerpt(p.Body, 200), Author: author,
		When: v.moment(p.At), ISO: v.iso(p.At)}
	if p.Comment != 0 {
		r.What, r.Href = v.T("moderation.what.comment"), fmt.Sprintf("/comments/%d", p.Comment)
	}
	return r
}

// between are the instants that the fields from and until hold; the fault says key of one that is none.
func (v *Visit) between(f FormView, key string) (at [2]time.Time, err error) {
	var c fault.Check
	for i, name := range []string{"from", "until"} {
		var ok bool
		at[i], ok = parseWhen(f.Value(name), v.Zone())
		c.That(ok, name, key)
	}
	return at, c.Err()
}

func (v *Visit) bulkRows(all []moderation.Bulk) (rows []bulkRow, err error) {
	var people []identity.ID
	for _, b := range all {
		people = append(people, b.AskedBy)
	}
	var names map[identity.ID]string
	if err := v.s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { names, err = identity.Names(tx, people); return err }); err != nil {
		return nil, err
	}
	for _, b := range all {
		rows = append(rows, bulkRow{Href: fmt.Sprintf("%s/%d", deskBulk, b.ID), Text: v.bulkTold(b), Reason: b.Reason, Who: v.orGone(names[b.AskedBy]),
			When: v.moment(b.AskedAt), ISO: v.iso(b.AskedAt), State: v.bulkState(b)})
	}
	return rows, nil
}

func (v *Visit) bulkState(b moderation.Bulk) Tag {
	switch {
	case b.Working():
		return Tag{v.T("bulk.state.working"), "tag-warn"}
	case !b.UndoneAt.IsZero():
		return Tag{v.T("bulk.state.undone"), ""}
	}
	return Tag{v.T("bulk.state.done"), "tag-bad"}
}

// bulkTold says what a batch is about: "214 by 3 accounts".
func (v *Visit) bulkTold(b moderation.Bulk) string {
	return v.T("bulk.told", "n", b.Found, "accounts", v.T("bulk.accounts", "n", b.Accounts))
}

func (s *Server) decideBulk(v *Visit) error {
	f := FormView{Values: v.Form.values}
	of, _, err := v.choice(f)
	var b moderation.Bulk
	if err == nil {
		r := moderation.Ruling{Reason: v.reason()}
		rules, wrong := v.rules()
		if wrong != nil {
			return wrong
		}
		if n := v.Form.ID("rule"); n > 0 && int(n) <= len(rules) {
			r.Rule, r.RuleText = n, rules[n-1]
		}
		b, err = s.Moderation.Bulk(v.ctx, v.Actor, of, v.Form.Get("seen"), r)
	}
	if _, ok := v.refused(err); err != nil && ok {
		return s.showBulk(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("bulk.begun")
	return v.Redirect(fmt.Sprintf("%s/%d", deskBulk, b.ID))
}

// batchView is one batch: what it is about, how far it is, and the step back.
type batchView struct {
	Desk                 []deskItem
	Href, Text           string
	State                Tag
	Facts                []namedFact
	Done, Of             int64
	Progress, Reload     string
	Outcome              []string
	Undo                 bool
	Undone, UndoneReason string
	Reason               field
	Form                 FormView
}

type namedFact struct{ Name, Text string }

var batchTmpl = page.New[batchView]("admin/bulk_batch")

func (s *Server) bulkBatch(v *Visit) error { return s.showBatch(v, blank(), nil) }

func (s *Server) showBatch(v *Visit, f FormView, refused error) error {
	b, names, err := s.Moderation.OneBulk(v.ctx, v.Actor, v.ID("id"))
	if err != nil {
		return err
	}
	m := batchView{Desk: v.desk(deskModeration), Href: fmt.Sprintf("%s/%d", deskBulk, b.ID), Text: v.bulkTold(b), State: v.bulkState(b), Form: f, Undo: b.UndoneAt.IsZero(),
		Facts: v.batchFacts(b, v.orGone(names[b.AskedBy])), Reason: v.filled(f, field{Name: "reason", Label: "bulk.undo.reason", Hint: "moderation.reason.hint", Rows: 3})}
	m.Done, m.Of = b.Done()
	m.Progress = v.T("bulk.progress", "done", v.Lang.Number(m.Done), "of", v.Lang.Number(m.Of))
	if b.Working() {
		m.Reload = m.Href
	}
	m.Outcome = append(m.Outcome, v.T("bulk.hidden", "n", b.Hidden))
	if b.Skipped > 0 {
		m.Outcome = append(m.Outcome, v.T("bulk.skipped", "n", b.Skipped))
	}
	if !m.Undo {
		m.Undone = v.T("bulk.undone.by", "name", v.orGone(names[b.UndoneBy]), "when", v.moment(b.UndoneAt))
		m.UndoneReason = b.UndoneWhy
		m.Outcome = append(m.Outcome, v.T("bulk.restored", "n", b.Restored))
		if b.Kept > 0 {
			m.Outcome = append(m.Outcome, v.T("bulk.kept", "n", b.Kept))
		}
	}
	h := Head{Title: v.T("bulk.batch.title"), Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, batchTmpl, h, m)
}

// batchFacts are how a batch was chosen and why.
func (v *Visit) batchFacts(b moderation.Bulk, who string) (all []namedFact) {
	add := func(key, words string) {
		if words != "" {
			all = append(all, namedFact{v.T(key), words})
		}
	}
	when := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return v.moment(at)
	}
	if b.Part != "" {
		add("bulk.part", v.T("bulk.part."+string(b.Part)))
	}
	add("bulk.authors", b.Authors)
	add("invalid.network", b.Network)
	add("bulk.words", b.Words)
	add("invalid.from", when(b.From))
	add("invalid.to", when(b.Until))
	add("moderation.code", v.codeName(b.Code))
	if b.Rule > 0 {
		add("moderation.rule", v.T("moderation.rule.number", "n", b.Rule, "text", b.RuleText))
	}
	add("moderation.reason", b.Reason)
	add("bulk.who", who)
	add("bulk.when", v.moment(b.AskedAt))
	return all
}

func (s *Server) undoBulk(v *Visit) error {
	err := s.Moderation.UndoBulk(v.ctx, v.Actor, v.ID("id"), moderation.Reason{Text: v.Form.Get("reason")})
	if f, ok := v.refused(err); err != nil && ok {
		return s.showBatch(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("bulk.undoing")
	return v.Redirect(fmt.Sprintf("%s/%d", deskBulk, v.ID("id")))
}
