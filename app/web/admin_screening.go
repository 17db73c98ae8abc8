package web

import (
	"strconv"
	"strings"

	"tequio/app/moderation"
	"tequio/app/page"
)

const deskScreening = "/admin/screening"

// screeningEdit is the form with which an administrator says what waits for a moderator.
type screeningEdit struct {
	Desk   []deskItem
	Form   FormView
	New    []field // of new accounts
	Texts  []field // of texts
	Places []field // of addresses and networks
}

var screeningTmpl = page.New[screeningEdit]("admin/screening")

func (s *Server) screening(v *Visit) error {
	r := s.Screen.Current()
	f := blank("first", strconv.Itoa(r.First), "days", strconv.Itoa(r.Days), "places", strconv.Itoa(r.Places))
	if r.Links >= 0 {
		f.Values["links"] = []string{strconv.Itoa(r.Links)}
	}
	for name, list := range map[string][]string{"words": r.Words, "watched": r.Watched, "blocked": r.Blocked, "allowed": r.Allowed, "trusted": r.Trusted} {
		f.Values[name] = []string{strings.Join(list, "\n")}
	}
	return s.editScreening(v, f, nil)
}

func (s *Server) editScreening(v *Visit, f FormView, refused error) error {
	m := screeningEdit{Desk: v.desk(deskScreening), Form: f}
	of := func(rows int, names ...string) (all []field) {
		for _, n := range names {
			one := field{Name: n, Label: "abuse." + n, Hint: "abuse." + n + ".hint", Rows: rows, Optional: rows > 0 || n == "links"}
			if rows == 0 {
				one.Width = "w-s"
			}
			all = append(all, v.filled(f, one))
		}
		return all
	}
	m.New, m.Texts = of(0, "days", "first", "links"), append(of(0, "places"), of(5, "words")...)
	m.Places = of(4, "watched", "blocked", "allowed", "trusted")
	h := Head{Title: v.T("abuse.nav"), Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, screeningTmpl, h, m)
}

func (s *Server) saveScreening(v *Visit) error {
	number := func(name string, empty int) int {
		if v.Form.Get(name) == "" {
			return empty
		}
		n, err := strconv.Atoi(v.Form.Get(name))
		if err != nil {
			return 1 << 20 // no number: Check refuses it beside its field
		}
		return n
	}
	lines := func(name string) []string { return strings.Split(v.Form.Get(name), "\n") }
	r := moderation.Screening{First: number("first", 0), Days: number("days", 0), Links: number("links", -1), Places: number("places", 0),
		Words: lines("words"), Watched: lines("watched"), Blocked: lines("blocked"), Allowed: lines("allowed"), Trusted: lines("trusted")}
	err := s.Screen.Change(v.ctx, v.Actor, r)
	if f, ok := v.refused(err); err != nil && ok {
		return s.editScreening(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("abuse.saved")
	return v.Redirect(deskScreening)
}
