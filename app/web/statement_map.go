package web

import (
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"

	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/opinion"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/thing"
)

// groupLetter names a group: A is the largest.
func groupLetter(i int) string { return string(rune('A' + i)) }

// opinionView is the page of the opinion map.
type opinionView struct {
	Path, Title string
	Lang        string
	Running     bool
	Later       bool // it is shown after the close
	Few         bool // too few people yet
	Least       int
	People      string
	Browsers    string // who took part without an account; "": nobody
	Sound       string // how sound the map is, in a sentence
	DrawnAt     i18nTime
	Groups      []opinionGroup
	Small       bool // there are groups too small to be shown
	Dots        []opinionDot
	Width       int
	Height      int
	Agreed      []opinionLine // on which most agree, or disagree
	All         []opinionRow
	Letters     []string
}

// opinionGroup is a group with what tells it from the others.
type opinionGroup struct {
	Letter, Class string
	Size, Share   string
	X, Y          int // where its letter stands
	Lines         []opinionLine
	Near          string // the group that it is nearest to
}

// opinionLine is a statement with how many say so, and how many of the others.
type opinionLine struct {
	Body, Lang   string
	Agrees       bool
	Share, Other string // percentages
	Width, Rest  int64  // of a hundred
}

type opinionDot struct {
	X, Y, R int
	Class   string
}

// opinionRow is a statement in the table of all.
type opinionRow struct {
	Body, Lang            string
	Agree, Disagree, Pass string
	Seen                  string
	Cells                 []string // what part of each group agrees; "–" where too few of it saw it
}

var opinionTmpl = page.New[opinionView]("consultation/map")

func (s *Server) opinionMap(v *Visit) error {
	c, err := s.withStatements(v)
	if err != nil {
		return err
	}
	return keep(v, opinionTmpl, forAll(scopeThing(c.ID), scopeKind(consultation.Kind)), func() (Head, opinionView, error) {
		var m opinionView
		err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { m, err = v.opinionView(tx, c); return err })
		return Head{Title: v.T("opinion.title") + ": " + m.Title, Section: "consultations"}, m, err
	})
}

// withStatements is the consultation that the address names, as everybody sees it.
func (s *Server) withStatements(v *Visit) (c consultation.Consultation, err error) {
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		if c, err = consultation.Find(tx, v.Param("slug")); err != nil {
			return err
		}
		return policy.Allow(v.Actor, policy.See, c.Thing, tx.Now)
	})
	if err == nil && (c.Hidden() || !c.HasStatements() || !c.Visible(v.Now)) {
		err = fault.New(fault.NotFound, "thing.missing")
	}
	return c, err
}

func (v *Visit) opinionView(tx *db.Tx, c consultation.Consultation) (m opinionView, err error) {
	words, err := thing.Translations(tx, v.Lang.Tag(), c.ID)
	if err != nil {
		return m, err
	}
	t := c.In(v.Lang.Tag(), words[c.ID])
	m = opinionView{Path: c.Path(), Title: t.Title, Lang: v.otherLang(t.Lang), Running: c.StatementsOpen(v.Now), Least: consultation.MapLeast}
	for _, st := range c.Stages {
		v.changes(st.OpensAt)
		v.changes(st.ClosesAt)
	}
	d, found, err := consultation.DrawnOf(tx, c.ID)
	if err != nil {
		return m, err
	}
	m.Later = !c.MapShown(v.Now)
	m.Few = !m.Later && (!found || !d.Enough())
	if found {
		m.People, m.DrawnAt = v.T("opinion.people", "n", d.Report.Voters, "votes", d.Report.Votes), v.instant(d.At)
		if d.Browsers > 0 {
			m.Browsers = v.T("opinion.browsers", "n", d.Browsers)
		}
	}
	if m.Later || m.Few {
		return m, nil
	}
	shown, err := consultation.StatementsOf(tx, c.ID, consultation.Shown)
	if err != nil {
		return m, err
	}
	v.drawOpinions(&m, d, shown)
	return m, nil
}

// drawOpinions puts a map into words and marks.
func (v *Visit) drawOpinions(m *opinionView, d consultation.Drawn, shown []consultation.Statement) {
	const cell, edge = 18, 24
	m.Width, m.Height = consultation.Across*cell+2*edge, consultation.Down*cell+2*edge
	bodies := map[int64]consultation.Statement{}
	for _, s := range shown {
		bodies[s.ID] = s
	}
	switch {
	case d.Stability >= 0.75:
		m.Sound = v.T("opinion.sound")
	case d.Stability >= 0.4:
		m.Sound = v.T("opinion.fair")
	case d.Stability > 0:
		m.Sound = v.T("opinion.unsound")
	}
	sums := make([][3]int, len(d.Report.Groups)) // of x, y and people
	for _, dot := range d.Dots {
		if !d.Large(dot.Group) {
			continue
		}
		x, y := edge+dot.X*cell, edge+(consultation.Down-dot.Y)*cell
		r := 4
		for n := dot.N; n > 1 && r < cell; n /= 2 {
			r += 2
		}
		m.Dots = append(m.Dots, opinionDot{x, y, r, "group-" + strconv.Itoa(dot.Group)})
		s := &sums[dot.Group]
		s[0], s[1], s[2] = s[0]+x*dot.N, s[1]+y*dot.N, s[2]+dot.N
	}
	for g, group := range d.Report.Groups {
		if !d.Large(g) {
			m.Small = true
			continue
		}
		m.Letters = append(m.Letters, groupLetter(g))
		one := opinionGroup{
			Letter: groupLetter(g), Class: "group-" + strconv.Itoa(g), Size: v.T("opinion.group.people", "n", group.Size),
			Share: v.Lang.Percent(int64(group.Size), int64(d.Report.Participants)), X: sums[g][0] / max(1, sums[g][2]), Y: sums[g][1] / max(1, sums[g][2]),
			Near: v.nearGroup(d, g),
		}
		for _, r := range group.Representative {
			if s, ok := bodies[r.Statement]; ok {
				one.Lines = append(one.Lines, v.opinionLine(s, r, restOf(d, r.Statement, g)))
			}
		}
		m.Groups = append(m.Groups, one)
	}
	for _, r := range d.Report.Consensus {
		if s, ok := bodies[r.Statement]; ok {
			m.Agreed = append(m.Agreed, v.opinionLine(s, r, nil))
		}
	}
	for j, id := range d.Statements {
		if s, ok := bodies[id]; ok {
			m.All = append(m.All, v.opinionRow(s, d, j))
		}
	}
}

// nearGroup is the letter of the shown group whose middle is nearest; "" where there is no other.
func (v *Visit) nearGroup(d consultation.Drawn, g int) string {
	near, least := "", 0.0
	for o, c := range d.Centers {
		if o == g || !d.Large(o) {
			continue
		}
		x, y := c.X-d.Centers[g].X, c.Y-d.Centers[g].Y
		if far := x*x + y*y; near == "" || far < least {
			near, least = groupLetter(o), far
		}
	}
	return near
}

// restOf is what the other groups say of a statement; nil where there are none.
func restOf(d consultation.Drawn, statement int64, g int) *opinion.Count {
	for j, s := range d.Statements {
		if s != statement || len(d.ByGroup) < 2 {
			continue
		}
		var rest opinion.Count
		for o := range d.ByGroup {
			if o != g {
				c := d.ByGroup[o][j]
				rest.Agree, rest.Disagree, rest.Seen = rest.Agree+c.Agree, rest.Disagree+c.Disagree, rest.Seen+c.Seen
			}
		}
		return &rest
	}
	return nil
}

func (v *Visit) opinionLine(s consultation.Statement, r opinion.StanceReport, rest *opinion.Count) opinionLine {
	line := opinionLine{Body: s.Body, Lang: v.otherLang(s.Lang), Agrees: r.Stance == "agree",
		Share: v.Lang.Percent(int64(r.Said), int64(r.Seen)), Width: share(int64(r.Said), int64(r.Seen))}
	if rest != nil && rest.Seen >= consultation.GroupLeast {
		said := rest.Agree
		if !line.Agrees {
			said = rest.Disagree
		}
		line.Other, line.Rest = v.Lang.Percent(int64(said), int64(rest.Seen)), share(int64(said), int64(rest.Seen))
	}
	return line
}

func (v *Visit) opinionRow(s consultation.Statement, d consultation.Drawn, j int) opinionRow {
	all := d.Overall[j]
	part := func(n, of int) string {
		if of < consultation.GroupLeast {
			return "–"
		}
		return v.Lang.Percent(int64(n), int64(of))
	}
	row := opinionRow{Body: s.Body, Lang: v.otherLang(s.Lang), Agree: part(all.Agree, all.Seen), Disagree: part(all.Disagree, all.Seen),
		Pass: part(all.Seen-all.Agree-all.Disagree, all.Seen), Seen: v.Lang.Number(int64(all.Seen))}
	for g := range d.ByGroup {
		if d.Large(g) {
			row.Cells = append(row.Cells, part(d.ByGroup[g][j].Agree, d.ByGroup[g][j].Seen))
		}
	}
	return row
}

// openMap is the map that everybody may see now, for the open data.
func (s *Server) openMap(v *Visit) (d consultation.Drawn, shown []consultation.Statement, err error) {
	c, err := s.withStatements(v)
	if err != nil {
		return d, nil, err
	}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		var found bool
		if d, found, err = consultation.DrawnOf(tx, c.ID); err != nil {
			return err
		}
		if !found || !c.MapShown(tx.Now) || !d.Enough() {
			return fault.New(fault.NotFound, "thing.missing")
		}
		shown, err = consultation.StatementsOf(tx, c.ID, consultation.Shown)
		return err
	})
	return d, shown, err
}

// opinionJSON is the map as open data: the same as the command prints, without who is in which group.
func (s *Server) opinionJSON(v *Visit) error {
	d, _, err := s.openMap(v)
	if err != nil {
		return err
	}
	groups := d.Report.Groups[:0:0]
	for g, one := range d.Report.Groups {
		if d.Large(g) {
			groups = append(groups, one)
		}
	}
	d.Report.Groups = groups
	b, err := json.MarshalIndent(d.Report, "", "  ")
	if err != nil {
		return err
	}
	return v.Send("application/json", append(b, '\n'))
}

// statementsCSV are the statements with what was said of each.
func (s *Server) statementsCSV(v *Visit) error {
	d, shown, err := s.openMap(v)
	if err != nil {
		return err
	}
	place := map[int64]int{}
	for j, id := range d.Statements {
		place[id] = j
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	head := []string{"statement", "text", "language", "agree", "disagree", "pass"}
	for g := range d.ByGroup {
		if d.Large(g) {
			for _, name := range []string{"agree", "disagree", "pass"} {
				head = append(head, groupLetter(g)+"_"+name)
			}
		}
	}
	w.Write(head)
	for _, s := range shown {
		j, known := place[s.ID]
		if !known {
			continue
		}
		row := []string{strconv.FormatInt(s.ID, 10), cell(s.Body), s.Lang}
		row = append(row, countCells(d.Overall[j])...)
		for g := range d.ByGroup {
			if d.Large(g) {
				row = append(row, countCells(d.ByGroup[g][j])...)
			}
		}
		w.Write(row)
	}
	w.Flush()
	return v.Send("text/csv; charset=utf-8", []byte(b.String()))
}

// countCells are a count's numbers; of too few people they stay empty.
func countCells(c opinion.Count) []string {
	if c.Seen < consultation.GroupLeast {
		return []string{"", "", ""}
	}
	return []string{strconv.Itoa(c.Agree), strconv.Itoa(c.Disagree), strconv.Itoa(c.Seen - c.Agree - c.Disagree)}
}
