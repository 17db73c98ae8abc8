package web

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"tequio/app/moderation"
	"tequio/app/page"
)

const deskBursts = deskModeration + "/bursts"

// burstsView is the page of hours in which far more happened than is usual.
type burstsView struct {
	Desk  []deskItem
	Open  []burstRow
	Noted []burstRow
	Chart burstChart
	Form  FormView
}

type burstRow struct {
	ID                  int64
	Name                string // of its field
	What, Key           string
	Count, Usual        string
	When, ISO           string
	Title, Href         string // of the proposal that most of it was about
	Look                *link
	Note, Who, NotedISO string
	Typed, Error        string
}

// burstChart are the supports of two days, hour by hour, as bars and as a table.
type burstChart struct {
	Title string
	Said  string // the chart in a sentence
	Bars  []burstBar
	Rows  []hourRow
	Marks []string // under its beginning and its end
}

type burstBar struct{ X, Y, Height, Class string }

type hourRow struct {
	When, ISO string
	Count     int64
	Burst     bool
}

var burstsTmpl = page.New[burstsView]("admin/bursts")

func (s *Server) bursts(v *Visit) error { return s.showBursts(v, blank(), 0, nil) }

func (s *Server) showBursts(v *Visit, f FormView, typed int64, refused error) error {
	found, err := s.Moderation.Bursts(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	m := burstsView{Desk: v.desk(deskModeration), Chart: v.burstChart(found), Form: f}
	for _, b := range found.Open {
		r := v.burstRow(b)
		if b.ID == typed {
			r.Typed, r.Error = f.Value("note"), f.Error("note")
			for i := range m.Form.Errors {
				m.Form.Errors[i].Field = r.Name
			}
		}
		m.Open = append(m.Open, r)
	}
	for _, b := range found.Noted {
		r := v.burstRow(b)
		r.Who, r.NotedISO = v.orGone(found.Names[b.NotedBy]), v.iso(b.NotedAt)
		m.Noted = append(m.Noted, r)
	}
	h := Head{Title: v.T("burst.title"), Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, burstsTmpl, h, m)
}

func (v *Visit) burstRow(b moderation.Burst) burstRow {
	r := burstRow{ID: b.ID, Name: fmt.Sprintf("note-%d", b.ID), What: v.T("burst.measure." + string(b.Measure)), Key: b.Key, Count: v.Lang.Number(b.Count),
		Usual: v.T("burst.usual.none"), When: v.moment(b.Hour), ISO: v.iso(b.Hour), Note: b.Note, Title: b.Ref.Title}
	if b.Usual > 0 {
		r.Usual = v.Lang.Number(b.Usual)
	}
	hour := url.Values{"from": {printWhen(b.Hour, v.Zone())}, "until": {printWhen(b.Hour.Add(time.Hour), v.Zone())}}
	if b.Thing != 0 {
		r.Href = b.Ref.Path()
	}
	switch b.Measure {
	case moderation.SupportsByNetwork:
		hour.Set("network", b.Key)
	case moderation.SupportsByDomain:
		hour.Set("domain", b.Key)
	case moderation.SupportsOfProposal:
		r.Key = ""
	case moderation.AccountsByNetwork:
		r.Look = &link{deskBulk + "?" + url.Values{"network": {b.Key}}.Encode(), v.T("burst.look.written")}
	}
	if b.Thing != 0 {
		r.Look = &link{fmt.Sprintf("/admin/supports/%d?%s", b.Thing, hour.Encode()), v.T("burst.look")}
	}
	return r
}

// The chart's measures, in units of its drawing.
const (
	chartHigh = 100
	chartStep = 10 // from bar to bar
	chartBar  = 8
)

func (v *Visit) burstChart(found moderation.Bursts) (c burstChart) {
	flagged := map[int64]bool{}
	for _, all := range [][]moderation.Burst{found.Open, found.Noted} {
		for _, b := range all {
			if b.Measure != moderation.AccountsByDomain && b.Measure != moderation.AccountsByNetwork {
				flagged[b.Hour.Unix()] = true
			}
		}
	}
	var most, sum int64
	for _, h := range found.Hours {
		most, sum = max(most, h.Count), sum+h.Count
	}
	c.Title = v.T("burst.chart")
	c.Said = v.T("burst.chart.said", "n", sum, "most", v.Lang.Number(most))
	for _, h := range found.Hours {
		at := int64(h.Hour.Sub(found.Since) / time.Hour)
		high := max(1, h.Count*chartHigh/max(most, 1))
		class := "bar-fill"
		if flagged[h.Hour.Unix()] {
			class = "bar-fill-bad"
		}
		c.Bars = append(c.Bars, burstBar{strconv.FormatInt(at*chartStep, 10), strconv.FormatInt(chartHigh-high, 10), strconv.FormatInt(high, 10), class})
		c.Rows = append(c.Rows, hourRow{v.moment(h.Hour), v.iso(h.Hour), h.Count, flagged[h.Hour.Unix()]})
	}
	for _, hours := range []time.Duration{0, 48} {
		c.Marks = append(c.Marks, v.moment(found.Since.Add(hours*time.Hour)))
	}
	return c
}

func (s *Server) noteBurst(v *Visit) error {
	id := v.ID("id")
	err := s.Moderation.NoteBurst(v.ctx, v.Actor, id, v.Form.Get("note"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showBursts(v, f, id, err)
	}
	if err != nil {
		return err
	}
	v.Flash("burst.noted")
	return v.Redirect(deskBursts)
}
