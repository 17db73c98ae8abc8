package web

import (
	"strconv"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/vote"
)

// ballotView is the page on which a person chooses.
type ballotView struct {
	voteHead
	Form      FormView
	Voted     bool
	Kept      bool // the choices are those left uncast
	Secrecy   string
	Area      string // name of the area in which the ballot votes, "" where there are none
	AreaField string // its number in the form
	Questions []ballotQuestion
	Running   *runningTotal // of a ballot with a single question
}

// ballotQuestion is one question with its controls.
type ballotQuestion struct {
	Field   string // name of the controls, and the id of the first
	Title   string
	Words   string
	Rule    string
	Control string // "radio", "box", "number" or "pick"
	Error   string
	Blank   bool // a control for voting blank, on choosing one
	IsBlank bool
	Least   int64 // of a number
	Most    int64
	Picks   []pick
	Running *runningTotal // where there are several questions
	Options []ballotOption
}

// pick is something that an option can be given: a place, a score, a grade.
type pick struct {
	Value int64
	Text  string
}

// ballotOption is one option with its control.
type ballotOption struct {
	ID, Name, Code    string
	Title, HTML, Cost string
	Place, Unit       string
	Minor             int64 // cost, for the running total
	Money             bool
	Picture           *fileView
	Page              bool // more is said of it on a page of its own
	Withdrawn         bool
	Chosen            bool
	Value             int64 // points, place, score or grade given, where it is Chosen
}

// runningTotal is what the script that adds up needs; without it the review page adds up.
type runningTotal struct {
	Limit, Most      int64 // 0: none
	Currency         string
	Words, Over      string // templates of sentences
	Many             string
	Begin            string
	Full             int64 // of the progress bar
	LimitText        string
	ShowLimit, Money bool
}

var ballotTmpl = page.New[ballotView]("vote/ballot")

func (s *Server) ballot(v *Visit) error {
	if ok, err := s.inBooth(v); !ok {
		return err
	}
	p, err := s.paperOf(v)
	if err != nil {
		return s.noBallot(v, err)
	}
	b, area, found := s.kept(v, p)
	p.Kept = found
	return s.askBallot(v, p, area, b, nil)
}

// askBallot shows the ballot of an area with the choices made so far; where there are areas and none is
// chosen, it asks for the area first.
func (s *Server) askBallot(v *Visit, p vote.Paper, area string, b vote.Ballot, refused error) error {
	if p.AreaRule != vote.NoAreas && area == "" {
		return s.askArea(v, p, refused)
	}
	m := ballotView{voteHead: v.voteHead(p.Vote), Voted: p.Voted, Kept: p.Kept, Secrecy: v.secrecy(p.Vote), Area: area, AreaField: areaField(p.Vote, area)}
	h := Head{Title: v.T("vote.ballot.title", "title", p.Title), Section: "votes", Private: true}
	if refused != nil {
		f, ok := v.refused(refused)
		if !ok {
			return refused
		}
		m.Form, h.Failed, h.Code = f, true, statusOf(refused)
	}
	var pictures map[string]fileView
	err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { pictures, err = v.picturesOf(tx, p.Vote); return err })
	if err != nil {
		return err
	}
	asked := 0
	for i := range p.Questions {
		if p.Asks(i, area) {
			asked++
		}
	}
	for i, q := range p.Questions {
		if !p.Asks(i, area) {
			continue
		}
		var marks []vote.Mark
		if i < len(b) {
			marks = b[i]
		}
		// Of choices kept, one that was not made yet must not come back as a blank one.
		answered := refused != nil || b != nil && (!p.Kept || len(marks) > 0)
		bq := v.ballotQuestion(i, q, marks, answered, m.Form)
		bq.show(pictures)
		if total := v.running(q); asked == 1 {
			m.Running = total
		} else {
			bq.Running = total
		}
		m.Questions = append(m.Questions, bq)
	}
	return render(v, ballotTmpl, h, m)
}

// show puts the pictures beside the options.
func (m *ballotQuestion) show(pictures map[string]fileView) {
	for i := range m.Options {
		if picture, has := pictures[m.Options[i].Code]; has {
			m.Options[i].Picture = &picture
		}
	}
}

// picksMost is up to how many values are offered in a list; more are typed.
const picksMost = 21

// control says how a question's options are filled in, and with what.
func (v *Visit) control(q vote.Question, m *ballotQuestion) {
	m.Control = "box"
	if q.Form == vote.One {
		m.Control = "radio"
	}
	if !q.Form.Valued() {
		return
	}
	m.Control = "number"
	switch q.Form {
	case vote.Points, vote.Score:
		m.Most = q.Points
	case vote.Ranking:
		m.Least, m.Most = 1, int64(len(q.Options))
		if q.Most > 0 {
			m.Most = min(m.Most, q.Most)
		}
	case vote.Graded:
		m.Control = "pick"
		for i, grade := range q.Grades {
			m.Picks = append(m.Picks, pick{int64(i + 1), grade})
		}
		return
	}
	if q.Form == vote.Points || m.Most-m.Least >= picksMost {
		return
	}
	m.Control = "pick"
	for n := m.Least; n <= m.Most; n++ {
		m.Picks = append(m.Picks, pick{n, v.Lang.Number(n)})
	}
}

func (v *Visit) ballotQuestion(i int, q vote.Question, marks []vote.Mark, answered bool, f FormView) ballotQuestion {
	field := "q" + strconv.Itoa(i)
	m := ballotQuestion{Field: field, Title: questionTitle(q), Words: v.formWords(q), Error: f.Error(field)}
	v.control(q, &m)
	m.Blank = q.Form == vote.One && q.Blank
	m.IsBlank = m.Blank && answered && len(marks) == 0 && m.Error == ""
	given := map[string]int64{}
	for _, mark := range marks {
		given[mark.Option] = mark.Value
	}
	for k, o := range q.Options {
		value, chosen := given[o.Code]
		bo := ballotOption{ID: field + "-" + strconv.Itoa(k), Name: field, Code: o.Code, Title: o.Title, HTML: o.HTML, Place: o.Place, Unit: o.Unit,
			Chosen: chosen && !o.Withdrawn(), Value: value, Withdrawn: o.Withdrawn()}
		if k == 0 {
			bo.ID = field
		}
		if q.Form.Valued() {
			bo.Name = field + "." + o.Code
		}
		if q.Budget > 0 {
			bo.Cost, bo.Minor, bo.Money, bo.Page = v.money(q, o.Cost), o.Cost, q.Form == vote.Knapsack, true
		}
		m.Options = append(m.Options, bo)
	}
	return m
}

// running is what the script says while a person chooses; choosing one needs no sum.
func (v *Visit) running(q vote.Question) *runningTotal {
	r := &runningTotal{Most: q.Most, Many: v.T("vote.running.many"), Over: v.T("vote.running.over")}
	switch q.Form {
	case vote.Knapsack:
		r.Limit, r.Currency, r.Money, r.Full = q.Budget, q.Currency, true, q.Budget
		r.Words, r.Begin = v.T("vote.running.money"), v.T("vote.running.budget", "limit", v.amount(q, q.Budget))
	case vote.Points:
		r.Limit, r.Most, r.Full = q.Points, 0, q.Points
		r.Words, r.Begin = v.T("vote.running.points"), v.T("vote.running.share", "n", q.Points)
	case vote.Some, vote.Projects, vote.Score, vote.Graded, vote.Ranking:
		r.Full, r.Words = int64(len(q.Options)), v.T("vote.running.chosen")
		if q.Most > 0 {
			r.Full, r.Words = q.Most, v.T("vote.running.of", "limit", q.Most)
		}
		r.Begin = strings.ReplaceAll(r.Words, "{chosen}", "0")
	default:
		return nil
	}
	return r
}

// readBallot reads the choices in a form and the area in which it votes. An option that is none, or a
// number that is none, is left for the vote's rules to refuse; where one must be chosen and nothing was,
// missing says so.
func readBallot(f *Form, t vote.Vote) (b vote.Ballot, area string, missing error) {
	var c fault.Check
	area = readArea(f, t)
	for i, q := range t.Questions {
		if !t.Asks(i, area) {
			b = append(b, nil)
			continue
		}
		field, marks := "q"+strconv.Itoa(i), []vote.Mark{}
		switch {
		case q.Form == vote.One:
			c.That(f.Has(field), field, "vote.ballot.none")
			if code := f.Raw(field); code != "" {
				marks = append(marks, vote.Mark{Option: code, Value: 1})
			}
		case q.Form.Valued():
			for _, o := range q.Options {
				if typed := strings.TrimSpace(f.Raw(field + "." + o.Code)); typed != "" {
					marks = append(marks, vote.Mark{Option: o.Code, Value: wholeOrWrong(typed)})
				}
			}
		default:
			for _, code := range f.All(field) {
				marks = append(marks, vote.Mark{Option: code, Value: 1})
			}
		}
		b = append(b, marks)
	}
	return b, area, c.Err()
}

// wholeOrWrong reads points or a place; −1, which no ballot may hold, is what is no whole number.
func wholeOrWrong(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}
