package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/tally"
	"tequio/app/vote"
)

// resultView is the page of a vote's outcome.
type resultView struct {
	voteHead
	Answer     *answerView
	Waiting    bool // not closed, or the count has not come yet
	Counting   bool // closed, and the count takes long
	Runs       int64
	Lead       string
	Status     string
	Stats      []figureText
	Levels     []levelRow
	Channels   []levelRow
	Areas      []levelRow
	Lot        *lotView
	Questions  []resultQuestion
	Amendments []amendmentView
	Scrutiny   scrutinyView
	Source     string
	Differs    []string // projects of which the file tells otherwise
	Sheet      string
	Commands   string
	Pabulib    bool
	Checkpoint string
	Key        string
	Base       string // address of the instance
	Auditors   []stated
	Secrecy    string
	Voided     int64
	Entries    int64
	HasBallots bool
	CountedAt  i18nTime
}

type figureText struct{ Label, Value string }

// levelRow is how many ballots came from people of one level, by one way or in one area.
type levelRow struct{ Name, Share, Count string }

// resultQuestion is the outcome of one question.
type resultQuestion struct {
	Caption, Title  string
	Rule, Words     string
	Notes           []string
	Winners         []string
	Rows            []resultRow
	ScoreTitle      string
	Money           bool
	Budget, Spent   string
	Left            string
	SpentShare      int64 // of a hundred
	Ties            []string
	Withdrawn       []string // options that the count does not look at
	Rounds          []roundView
	Tables          []countTable
	Also            *compareView // what the rules declared for information make of the ballots
	Blank, Valid    int64
	TiesRule        string
	WinnersAreFinal bool
}

// resultRow is an option in the table: what it got and why it came to that.
type resultRow struct {
	Line   string // before it: how far the money went
	Title  string
	Status string
	Class  string
	Fill   string // class of the bar
	Width  int64  // of a hundred
	Score  string
	Share  string
	Cost   string
	Why    string
}

type roundView struct {
	Number int
	Text   []string
}

var resultTmpl = page.New[resultView]("vote/result")

func (s *Server) results(v *Visit) error {
	t, err := v.voteThing()
	if err != nil {
		return err
	}
	if t.Hidden() {
		return s.showHidden(v, t)
	}
	return keep(v, resultTmpl, forAll(scopeThing(t.ID)), func() (Head, resultView, error) {
		m, err := s.resultView(v)
		return Head{Title: v.T("vote.result.title", "title", m.Title), Section: "votes", Feed: t.Path() + "/feed.atom"}, m, err
	})
}

func (s *Server) resultView(v *Visit) (resultView, error) {
	o, err := s.Votes.Outcome(v.ctx, v.Param("slug"), v.Lang.Tag())
	if fault.Of(err).Key == "vote.notclosed" && err != nil {
		return resultView{voteHead: v.voteHead(o.Vote), Waiting: true}, nil
	}
	if err != nil {
		return resultView{}, err
	}
	if o.Counting {
		v.changes(v.Now.Add(2 * time.Second)) // by then it is further
		return resultView{voteHead: v.voteHead(o.Vote), Waiting: true, Counting: true, Runs: o.Runs}, nil
	}
	if !o.AnnulledAt.IsZero() {
		return resultView{voteHead: v.voteHead(o.Vote), Amendments: v.amendments(o.Vote, o.Amendments)}, nil
	}
	v.changes(o.ObjectionsAt)
	m := resultView{
		voteHead: v.voteHead(o.Vote), Sheet: o.Rules,
		Amendments: v.amendments(o.Vote, o.Amendments), Checkpoint: o.Log.Note, Secrecy: v.secrecy(o.Vote), Voided: o.Result.Voided, Entries: o.Result.Entries, HasBallots: o.Result.Ballots > 0,
		CountedAt: v.instant(o.CountedAt), Pabulib: o.InPabulib(),
	}
	m.Base = s.BaseURL
	if m.Key, err = s.Votes.PublicKey(o.Vote); err != nil {
		return m, err
	}
	for i, q := range o.Questions {
		m.Questions = append(m.Questions, v.resultQuestion(q, o.Result.Questions[i]))
		if len(o.Result.Also) > i && len(o.Result.Also[i]) > 0 {
			also := v.compare(q, append([]tally.Result{o.Result.Questions[i]}, o.Result.Also[i]...))
			also.Lang = m.Original
			m.Questions[i].Also = &also
		}
	}
	v.fillTurnout(&m, o)
	v.fillAreas(&m, o)
	m.Lot, m.Auditors = v.lotView(o), v.statements(o.Vote)
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		w, err := vote.ScrutinyOf(tx, o.Vote)
		if err != nil {
			return err
		}
		m.Scrutiny = v.scrutiny(o, w)
		m.Answer, err = v.officially(tx, o.ID)
		return err
	})
	if err != nil {
		return m, err
	}
	if src, ok := o.Source(); ok {
		m.Source, m.Differs = sourceWords(src), differing(src, o)
	}
	return m, nil
}

func (v *Visit) fillTurnout(m *resultView, o vote.Outcome) {
	m.Stats = append(m.Stats, figureText{v.T("vote.stat.voted", "n", o.Result.Ballots), v.Lang.Number(o.Result.Ballots)})
	if o.Electorate > 0 {
		m.Stats = append(m.Stats, figureText{v.T("vote.stat.electorate", "n", o.Electorate), v.Lang.Percent(o.Result.Ballots, o.Electorate)})
	}
	if o.Roll.Paper {
		m.Stats = append(m.Stats, figureText{v.T("vote.paper.spoiled"), v.Lang.Number(o.Result.Spoiled)})
	}
	if len(o.Questions) == 1 {
		q, r := o.Questions[0], o.Result.Questions[0]
		m.Stats = append(m.Stats, figureText{v.T("vote.stat.blank", "n", r.Totals.Blank), v.Lang.Number(r.Totals.Blank)})
		if q.Budget > 0 {
			m.Stats = append(m.Stats, figureText{v.T("vote.stat.left"), v.money(q, r.Left)})
		}
		m.Lead = v.resultLead(q, r)
	}
	if o.Imported != "" {
		return
	}
	m.Levels, m.Channels = v.turnoutRows(o.Result.Turnout, o.Result.Ballots)
}

func (v *Visit) resultLead(q vote.Question, r tally.Result) string {
	n := len(r.Winners)
	switch {
	case q.Budget > 0:
		return v.T("vote.lead.budget", "n", n, "spent", v.amount(q, r.Spent), "budget", v.amount(q, r.Budget))
	case n == 0 && r.Tied:
		return v.T("vote.lead.tied")
	case n == 0:
		return v.T("vote.lead.none")
	}
	var names []string
	for _, code := range r.Winners {
		if o, ok := q.Option(code); ok {
			names = append(names, o.Title)
		}
	}
	return v.T("vote.lead.won", "n", n, "winners", strings.Join(names, ", "))
}

// statusLooks are the tag and the bar of what became of an option.
var statusLooks = map[tally.Status][2]string{
	tally.Elected: {"tag-ok", "bar-fill"}, tally.Funded: {"tag-ok", "bar-fill"}, tally.PartFunded: {"tag-warn", "bar-fill-2"},
	tally.Tied: {"tag-warn", "bar-fill-2"}, tally.Undecided: {"tag-warn", "bar-fill-2"},
}

func (v *Visit) resultQuestion(q vote.Question, r tally.Result) resultQuestion {
	words := v.inWords(q, nil, nil)
	m := resultQuestion{
		Title: questionTitle(q), Rule: words.Rule, Words: words.Words, TiesRule: words.Ties, Money: q.Budget > 0, Blank: r.Totals.Blank, Valid: r.Totals.Valid,
		ScoreTitle: v.T("vote.column.votes"), Caption: v.T("vote.column.caption"),
	}
	points := q.Form.Tally() == tally.Points || q.Form == vote.Ranking && (q.Budget > 0 || strings.HasPrefix(q.Rule, "borda"))
	switch {
	case q.Form == vote.Graded:
		m.ScoreTitle = v.T("vote.column.grade")
	case points:
		m.ScoreTitle = v.T("vote.column.points")
	case strings.HasPrefix(q.Rule, "schulze"):
		m.ScoreTitle = v.T("vote.column.behind")
	}
	if m.Money {
		m.Budget, m.Spent, m.Left = v.money(q, r.Budget), v.money(q, r.Spent), v.money(q, r.Left)
		m.SpentShare = share(r.Spent, r.Budget)
	}
	for _, n := range r.Notes {
		m.Notes = append(m.Notes, v.because(q, n))
	}
	most := tally.Whole(1)
	for _, o := range r.Outcomes {
		if o.Score.Num*most.Den > most.Num*o.Score.Den {
			most = o.Score
		}
	}
	lined := false
	for _, o := range r.Outcomes {
		row := v.resultRow(q, o, points, most, r.Totals.Ballots)
		v.mark(&row, q, o, r)
		if left, skipped := skippedAt(o.Reason); skipped && !lined {
			lined = true
			row.Line = v.T("vote.result.line", "left", v.amount(q, left))
		}
		m.Rows = append(m.Rows, row)
	}
	for _, o := range q.Options {
		if o.Withdrawn() {
			m.Withdrawn = append(m.Withdrawn, o.Title)
		}
	}
	for _, code := range r.Winners {
		if o, ok := q.Option(code); ok {
			m.Winners = append(m.Winners, o.Title)
		}
	}
	for _, t := range r.Ties {
		if t.Mattered || t.Open {
			m.Ties = append(m.Ties, v.tieText(q, t))
		}
	}
	m.Tables = v.countTables(q, r)
	if len(r.Rounds) > 1 && !m.Money {
		m.Rounds = v.rounds(q, r)
	}
	return m
}

func (v *Visit) resultRow(q vote.Question, o tally.Outcome, points bool, most tally.Number, ballots int64) resultRow {
	option, _ := q.Option(o.Option)
	look, ok := statusLooks[o.Status]
	if !ok {
		look = [2]string{"", "bar-fill-mute"}
	}
	row := resultRow{
		Title: option.Title, Status: v.T("tally.status." + string(o.Status)), Class: look[0], Fill: look[1], Why: v.because(q, o.Reason),
		Width: share(o.Score.Num*most.Den, most.Num*o.Score.Den), Score: v.decimal(o.Score),
	}
	if !points {
		row.Share = v.Lang.Percent(o.Votes, ballots)
	}
	if q.Budget > 0 {
		row.Cost = v.money(q, o.Cost)
	}
	return row
}

// skippedAt is the money left when a project did not fit.
func skippedAt(r tally.Reason) (left int64, ok bool) {
	if r.Key != "tally.reason.skipped" && r.Key != "tally.reason.stop" {
		return 0, false
	}
	i := slices.IndexFunc(r.Args, func(a tally.Arg) bool { return a.Name == "left" })
	return r.Args[max(i, 0)].Number.Num, i >= 0
}

// share is a part in hundredths for a bar: never nothing where there is something.
func share(part, whole int64) int64 {
	if whole <= 0 || part <= 0 {
		return 0
	}
	return min(100, max(1, int64(float64(part)/float64(whole)*100+0.5)))
}

// decimal writes a number of points in the reader's language, with two decimals at most.
func (v *Visit) decimal(n tally.Number) string { return v.decimals(n, 2) }

func (v *Visit) decimals(n tally.Number, most int) string {
	whole, part, found := strings.Cut(n.Decimal(most), ".")
	i, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return n.Decimal(most)
	}
	if found {
		return v.Lang.Number(i) + v.T("number.decimal") + part
	}
	return v.Lang.Number(i)
}

// because writes a sentence of the count, naming options and money as people know them.
func (v *Visit) because(q vote.Question, r tally.Reason) string {
	var args []any
	for _, a := range r.Args {
		args = append(args, a.Name, v.reasonArg(q, a))
	}
	return v.T(r.Key, args...)
}

func (v *Visit) reasonArg(q vote.Question, a tally.Arg) any {
	switch a.Unit {
	case tally.UnitCount:
		return a.Number.Num
	case tally.UnitMoney:
		return v.amount(q, a.Number.Num)
	case tally.UnitPoints:
		return v.decimal(a.Number)
	case tally.UnitVotes:
		return v.decimals(a.Number, 5)
	case tally.UnitOption:
		if o, ok := q.Option(a.Text); ok {
			return o.Title
		}
	case tally.UnitText:
		return q.GradeIn(a.Text)
	}
	return a.Text
}

func (v *Visit) tieText(q vote.Question, t tally.Tie) string {
	var names []string
	for _, code := range t.Options {
		if o, ok := q.Option(code); ok {
			names = append(names, "“"+o.Title+"”")
		}
	}
	return strings.Join(names, ", ") + ": " + v.because(q, t.Reason)
}

func (v *Visit) rounds(q vote.Question, r tally.Result) (all []roundView) {
	for _, round := range r.Rounds {
		rv := roundView{Number: round.Number}
		for _, f := range round.Figures {
			if o, ok := q.Option(f.Option); ok && f.Grades == nil && !staged(r) {
				rv.Text = append(rv.Text, o.Title+": "+v.decimal(f.Score))
			}
		}
		for _, n := range round.Notes {
			rv.Text = append(rv.Text, v.because(q, n))
		}
		for _, d := range round.Decisions {
			if o, ok := q.Option(d.Option); ok {
				rv.Text = append(rv.Text, o.Title+". "+v.because(q, d.Reason))
			}
		}
		all = append(all, rv)
	}
	return all
}

// differing names the projects of an imported vote that its file selected and the count did not, or
// the other way round.
func differing(s vote.Source, o vote.Outcome) (names []string) {
	if !s.Told || len(o.Questions) != 1 {
		return nil
	}
	for _, option := range o.Questions[0].Options {
		if slices.Contains(s.Official, option.Code) != slices.Contains(o.Result.Questions[0].Winners, option.Code) {
			names = append(names, option.Title)
		}
	}
	return names
}
