package web

import (
	"time"

	"tequio/app/consultation"
	"tequio/app/db"
	"tequio/app/instance"
	"tequio/app/page"
	"tequio/app/thing"
)

// consultationRow is a consultation in the open data.
type consultationRow struct {
	ID        int64  `json:"id"`
	Address   string `json:"address"`
	Title     string `json:"title"`
	Summary   string `json:"summary"`
	Language  string `json:"language"`
	Subject   string `json:"subject"`
	Place     string `json:"place"`
	Standing  string `json:"standing"`
	Published string `json:"published"`
	Opens     string `json:"opens"`
	Closes    string `json:"closes"`
	Promised  string `json:"promised"`
	Answered  string `json:"answered"`
	Comments  int64  `json:"comments"`
	Answers   int64  `json:"answers"`
}

// consultationList is how consultations are listed.
var consultationList = &list[consultation.Listed, consultationRow]{
	kind: consultation.Kind, path: "/consultations",
	sorts:   []thing.Sort{thing.Newest, thing.Closing, thing.Discussed},
	filters: []filter{phaseFilter, agencyFilter, subjectFilter, placeFilter},
	load:    consultation.List,
	count:   func(tx *db.Tx, q thing.Query) (int64, error) { return thing.Count(tx, q, "") },
	head:    func(row *consultation.Listed) *thing.Thing { return &row.Thing },
	card:    (*Visit).consultationCard,
	export: func(v *Visit, r consultation.Listed) consultationRow {
		return consultationRow{int64(r.ID), v.s.BaseURL + r.Path(), r.Title, r.Summary, r.Lang, r.Subject, r.Place,
			string(r.StandingAt(v.Now)), rfc(r.PublishedAt), rfc(r.OpensAt), rfc(r.ClosesAt), rfc(r.DecisionAt), rfc(r.OutcomeAt),
			r.Thing.Comments, r.Answers}
	},
}

// rfc writes an instant for machines, "" for none.
func rfc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (v *Visit) consultationCard(r consultation.Listed) Card {
	c := v.thingCard(r.Thing)
	m := consultationView{Reading: consultation.Reading{Consultation: r.Consultation}}
	v.standing(&m)
	c.Tag = m.Tag
	if r.Answers > 0 {
		c.Foot = append(c.Foot, Fact{"edit", v.T("survey.answers", "n", r.Answers), ""})
	}
	return c
}

type consultationListView struct{ List listView }

var consultationListTmpl = page.New[consultationListView]("consultation/list")

func (s *Server) consultations(v *Visit) error {
	return keep(v, consultationListTmpl, forAll(scopeKind(consultation.Kind), scopeKind("survey"), scopeKind(instance.AgencyKind)), func() (Head, consultationListView, error) {
		var m consultationListView
		err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) { m.List, err = consultationList.show(v, tx); return err })
		return Head{Title: v.T("nav.consultations"), Section: "consultations", Feed: m.List.Feed, Description: v.T("consultation.list.lead")}, m, err
	})
}
