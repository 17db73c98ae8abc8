package web

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/page"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// contributionView is a contribution on a page, with what became of it.
type contributionView struct {
	Part    string // as forms name it
	Kind    string
	Name    string
	Body    string
	Stance  string
	When    string
	ISO     string
	Href    string
	Tags    []string
	Verdict *Tag
	Chosen  bool
	Answer  *answerView
}

func (v *Visit) contribution(c consultation.Contribution, on map[thing.ID]thing.Ref) contributionView {
	m := contributionView{Part: c.Part.String(), Kind: v.T("disposition.kind." + c.Kind), Name: c.Name, Body: text.Excerpt(text.Plain(c.Body), 600),
		When: v.Lang.ShortDate(c.At, v.Zone()), ISO: v.iso(c.At), Tags: c.Tags}
	if c.Stance != "" {
		m.Stance = v.T("talk.stance." + c.Stance)
	}
	if t, ok := on[c.On]; ok && c.Kind == "comment" {
		m.Href = t.Path() + "#c" + strconv.FormatInt(c.ID, 10)
	}
	if c.Verdict != "" {
		tag := v.verdictTag(c.Verdict)
		m.Verdict = &tag
	}
	return m
}

// contributionsIn puts contributions into words.
func (v *Visit) contributionsIn(tx *db.Tx, all []consultation.Contribution) (list []contributionView, err error) {
	var ids []thing.ID
	for _, c := range all {
		ids = append(ids, c.On)
	}
	on, err := thing.Refs(tx, ids)
	for _, c := range all {
		list = append(list, v.contribution(c, on))
	}
	return list, err
}

// answersTo are the official answers to comments of a consultation, or of one of its topics; comments on
// other things have none.
func answersTo(tx *db.Tx, t thing.Thing, comments []int64) (map[int64][]talk.Answer, error) {
	switch t.Kind {
	case consultation.Kind:
		return talk.PartAnswers(tx, t.ID, "comment", comments...)
	case consultation.TopicKind:
		return talk.PartAnswers(tx, t.Parent, "comment", comments...)
	}
	return nil, nil
}

// verdictShare is how many contributions came to one end.
type verdictShare struct {
	Tag   Tag
	N     string
	Share string
	Width int64
}

// dispositionsView is the public table of what became of the contributions to a consultation.
type dispositionsView struct {
	Path, Title string
	Lang        string
	Lead        string
	Nothing     bool
	Late        bool
	Shares      []verdictShare
	Batches     []dispositionBatch
	Mine        bool // the reader may have contributions of their own
}

// dispositionBatch is one answer with the contributions to which it is given.
type dispositionBatch struct {
	Tag       Tag
	Class     string
	HTML      string
	Lang      string
	Agency    string
	When, ISO string
	Count     string
	About     *thing.Ref
	Some      []contributionView
	More      string // how many are not quoted
}

var dispositionsTmpl = page.New[dispositionsView]("consultation/dispositions")

func (s *Server) dispositions(v *Visit) error {
	r, err := s.Consultations.Show(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return err
	}
	return keep(v, dispositionsTmpl, forVisitors(consultationScopes...), func() (Head, dispositionsView, error) {
		m := dispositionsView{}
		err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { m, err = v.dispositionsView(tx, r); return err })
		return Head{Title: v.T("disposition.title") + ": " + m.Title, Section: "consultations", Private: !r.Listed(v.Now)}, m, err
	})
}

func (v *Visit) dispositionsView(tx *db.Tx, r consultation.Reading) (m dispositionsView, err error) {
	t := r.In(v.Lang.Tag(), r.Words)
	m = dispositionsView{Path: r.Path(), Title: t.Title, Lang: v.otherLang(t.Lang), Mine: v.Actor.SignedIn()}
	v.changes(r.DecisionAt)
	m.Late = r.StandingAt(v.Now) == consultation.Late
	table, err := consultation.TableOf(tx, r.ID)
	if err != nil {
		return m, err
	}
	m.Lead, m.Nothing = v.dispositionWords(table.Disposition), table.Answered() == 0
	for _, verdict := range consultation.DispositionVerdicts {
		if n := table.Verdicts[verdict]; n > 0 {
			m.Shares = append(m.Shares, verdictShare{v.verdictTag(verdict), v.Lang.Number(int64(n)), v.Lang.Percent(int64(n), int64(table.Answered())), share(int64(n), int64(table.Answered()))})
		}
	}
	var about []thing.ID
	for _, b := range table.Batches {
		about = append(about, b.About)
	}
	refs, err := thing.Refs(tx, slices.DeleteFunc(about, func(id thing.ID) bool { return id == 0 }))
	if err != nil {
		return m, err
	}
	for _, b := range table.Batches {
		one := dispositionBatch{Tag: v.verdictTag(b.Verdict), Class: string(b.Verdict), HTML: b.HTML, Lang: v.otherLang(b.Lang), Agency: b.Agency, When: v.Lang.Date(b.At, v.Zone()), ISO: v.iso(b.At),
			Count: v.T("disposition.contributions", "n", b.N)}
		if ref, ok := refs[b.About]; ok {
			one.About = &ref
		}
		if one.Some, err = v.contributionsIn(tx, table.Of[b.ID]); err != nil {
			return m, err
		}
		if rest := b.N - len(one.Some); rest > 0 {
			one.More = v.T("disposition.more", "n", rest)
		}
		m.Batches = append(m.Batches, one)
	}
	return m, nil
}

// dispositionWords say in a sentence how many were answered, and how many taken up.
func (v *Visit) dispositionWords(d consultation.Disposition) string {
	if d.All == 0 {
		return v.T("disposition.lead.none")
	}
	return v.T("disposition.lead", "n", d.Answered(), "of", d.All, "share", v.Lang.Percent(int64(d.Taken()), int64(max(1, d.Answered()))))
}

// dispositionsCSV is the table as open data: every answer with how many contributions it is given to.
func (s *Server) dispositionsCSV(v *Visit) error {
	r, err := s.Consultations.Show(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return err
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"answer", "verdict", "contributions", "date", "agency", "reasons", "leads_to"})
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		all, err := consultation.BatchesOf(tx, r.ID)
		if err != nil {
			return err
		}
		for _, one := range all {
			leads := ""
			if one.About != 0 {
				t, err := thing.Get(tx, one.About)
				if err != nil {
					return err
				}
				leads = s.BaseURL + t.Path()
			}
			w.Write([]string{strconv.FormatInt(one.ID, 10), string(one.Verdict), strconv.Itoa(one.N), v.stamp(one.At), cell(one.Agency), cell(text.Plain(one.Body)), leads})
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.Flush()
	return v.Send("text/csv; charset=utf-8", []byte(b.String()))
}

// ownContributionsView is what became of what the reader said.
type ownContributionsView struct {
	Path, Title string
	Lang        string
	All         []contributionView
	Waiting     string // until when an answer is promised
}

var ownContributionsTmpl = page.New[ownContributionsView]("consultation/mine")

func (s *Server) ownContributions(v *Visit) error {
	c, all, answers, err := s.Consultations.Own(v.ctx, v.Actor, v.Param("slug"))
	if err != nil {
		return err
	}
	m := ownContributionsView{Path: c.Path()}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		words, err := thing.Translations(tx, v.Lang.Tag(), c.ID)
		if err != nil {
			return err
		}
		t := c.In(v.Lang.Tag(), words[c.ID])
		m.Title, m.Lang = t.Title, v.otherLang(t.Lang)
		m.All, err = v.contributionsIn(tx, all)
		return err
	})
	if err != nil {
		return err
	}
	for i, one := range all {
		if given, ok := answers[one.Part]; ok {
			m.All[i].Answer = v.answer([]talk.Answer{given})
		}
	}
	if !c.DecisionAt.IsZero() {
		m.Waiting = v.T("disposition.promised", "date", v.Lang.Date(c.DecisionAt, v.Zone()))
	}
	return render(v, ownContributionsTmpl, Head{Title: v.T("disposition.mine") + ": " + m.Title, Section: "consultations", Private: true}, m)
}

// inboxView is where staff answer contributions, many at once.
type inboxView struct {
	Desk     []deskItem
	Title    string
	Back     string
	Here     string
	Public   string
	Lead     string
	Found    string
	Form     FormView
	Kinds    []choice
	Answered []choice
	Tags     []choice
	Words    string
	All      []contributionView
	Filter   string // the filter as a query, to come back to
	Previous string
	Next     string
	Verdicts []choice
	Body     field
	About    field
	Tag      field
	Again    bool // the filter shows what was answered: answers are corrected
	Error    string
}

var inboxTmpl = page.New[inboxView]("consultation/inbox")

// inboxFilter reads the filter from the address or, of a form that was sent, from what it carried along.
func (v *Visit) inboxFilter() (f consultation.Filter, query url.Values) {
	query, _ = url.ParseQuery(string(v.c.Request().URI().QueryString()))
	if v.Form != nil {
		query, _ = url.ParseQuery(v.Form.Get("filter"))
	}
	f = consultation.Filter{Kind: query.Get("kind"), Tag: query.Get("tag"), Words: query.Get("q"), Answered: query.Get("answered")}
	if !query.Has("answered") {
		f.Answered = "no"
	}
	f.Page, _ = strconv.Atoi(query.Get("page"))
	f.Page = min(max(f.Page, 0), 10_000)
	return f, query
}

func (s *Server) inbox(v *Visit) error { return s.showInbox(v, FormView{}, 0) }

func (s *Server) showInbox(v *Visit, f FormView, code int) error {
	filter, query := v.inboxFilter()
	in, err := s.Consultations.Inbox(v.ctx, v.Actor, thing.ID(v.ID("id")), filter)
	if err != nil {
		return err
	}
	here := deskConsultation(in.ID) + "/contributions"
	m := inboxView{Desk: v.desk(deskConsultations), Title: in.Title, Back: deskConsultation(in.ID), Here: here, Public: in.Path() + "/dispositions", Form: f,
		Lead: v.dispositionWords(in.Disposition), Found: v.T("disposition.found", "n", in.N), Words: filter.Words, Again: filter.Answered != "no", Error: f.Error("parts")}
	query.Del("page")
	at := func(page int) string {
		q := url.Values{"page": {strconv.Itoa(page)}}
		for k, vs := range query {
			q[k] = vs
		}
		return here + "?" + q.Encode()
	}
	if filter.Page > 0 {
		m.Previous = at(filter.Page - 1)
	}
	if (filter.Page+1)*consultation.ContributionsPage < in.N {
		m.Next = at(filter.Page + 1)
	}
	query.Set("page", strconv.Itoa(filter.Page))
	m.Filter = query.Encode()
	m.Kinds = []choice{{"", v.T("disposition.kind.all"), filter.Kind == ""}}
	for _, kind := range consultation.PartKinds {
		m.Kinds = append(m.Kinds, choice{kind, v.T("disposition.kind." + kind), filter.Kind == kind})
	}
	for _, value := range []string{"no", "yes", ""} {
		m.Answered = append(m.Answered, choice{value, v.T("disposition.answered." + value), filter.Answered == value})
	}
	for _, tag := range in.Tags {
		m.Tags = append(m.Tags, choice{tag, tag, filter.Tag == tag})
	}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { m.All, err = v.contributionsIn(tx, in.Contributions); return err })
	if err != nil {
		return err
	}
	for i := range m.All {
		m.All[i].Chosen = f.Ticked("part", m.All[i].Part)
	}
	for _, verdict := range consultation.DispositionVerdicts {
		m.Verdicts = append(m.Verdicts, choice{string(verdict), v.T("answer.verdict." + string(verdict)), f.Value("verdict") == string(verdict)})
	}
	m.Body = v.filled(f, field{Name: "body", Label: "disposition.why", Hint: "disposition.why.hint", Rows: 6, Max: consultation.PanelMost})
	m.About = v.filled(f, field{Name: "about", Label: "disposition.about", Hint: "disposition.about.hint", Optional: true})
	m.Tag = v.filled(f, field{Name: "tag", Label: "disposition.tag", Hint: "disposition.tag.hint", Width: "w-m", Optional: true})
	return render(v, inboxTmpl, Head{Title: v.T("disposition.inbox"), Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

// answerContributions answers or tags what is ticked.
func (s *Server) answerContributions(v *Visit) error {
	id := thing.ID(v.ID("id"))
	var parts []consultation.Part
	for _, name := range v.Form.All("part") {
		if p, ok := consultation.ParsePart(name); ok {
			parts = append(parts, p)
		}
	}
	flash := "disposition.tagged"
	var err error
	if v.Form.Get("then") == "tag" {
		err = s.Consultations.Tag(v.ctx, v.Actor, id, parts, v.Form.Get("tag"))
	} else {
		flash = "disposition.done"
		err = s.Consultations.Reply(v.ctx, v.Actor, id, consultation.Reply{Verdict: talk.Verdict(v.Form.Get("verdict")), Body: v.Form.Get("body"), Lang: v.Lang.Tag(),
			About: strings.TrimSpace(v.Form.Get("about")), Parts: parts, Again: v.Form.Has("again")})
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showInbox(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash(flash)
	return v.Redirect(fmt.Sprintf("%s/contributions?%s", deskConsultation(id), v.Form.Get("filter")))
}
