package web

import (
	"slices"
	"strconv"

	"tequio/app/page"
	"tequio/app/vote"
)

// areaView is the page on which a person chooses the area in which to vote.
type areaView struct {
	voteHead
	Form  FormView
	Voted bool
	City  bool // the ballot also asks about the whole town
	Areas []areaChoice
}

// areaChoice is an area with what is decided there.
type areaChoice struct {
	Field, ID    string // its number in the form, the id of its control
	Name, Budget string
	Options      int
}

var areaTmpl = page.New[areaView]("vote/area")

func (s *Server) askArea(v *Visit, p vote.Paper, refused error) error {
	m := areaView{voteHead: v.voteHead(p.Vote), Voted: p.Voted, City: p.AreaRule == vote.OneAndCity}
	h := Head{Title: v.T("vote.ballot.title", "title", p.Title), Section: "votes", Private: true}
	if refused != nil {
		f, ok := v.refused(refused)
		if !ok {
			return refused
		}
		m.Form, h.Failed, h.Code = f, true, statusOf(refused)
	}
	for i, area := range p.Areas() {
		a := areaChoice{Field: areaField(p.Vote, area), ID: "area-" + strconv.Itoa(i), Name: area}
		if i == 0 {
			a.ID = "area"
		}
		for _, q := range p.Questions {
			if q.Area != area {
				continue
			}
			a.Options += len(q.Options)
			if q.Budget > 0 && a.Budget == "" {
				a.Budget = v.money(q, q.Budget)
			}
		}
		m.Areas = append(m.Areas, a)
	}
	return render(v, areaTmpl, h, m)
}

// areaField is an area's number in forms, from 1: its name stands in no address.
func areaField(t vote.Vote, area string) string {
	if i := slices.Index(t.Areas(), area); i >= 0 {
		return strconv.Itoa(i + 1)
	}
	return ""
}

// readArea is the area that a form names; "" where it names none.
func readArea(f *Form, t vote.Vote) string {
	n, _ := f.Int("area")
	areas := t.Areas()
	if n < 1 || n > int64(len(areas)) {
		return ""
	}
	return areas[n-1]
}

// questionTitle names a question; that of an area by the area too.
func questionTitle(q vote.Question) string {
	switch {
	case q.Area == "" || q.Area == q.Title:
		return q.Title
	case q.Title == "":
		return q.Area
	}
	return q.Area + ": " + q.Title
}
