package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/instance"
	"tequio/app/notice"
	"tequio/app/page"
	"tequio/app/thing"
)

// settingsView is how the reader wants to be told.
type settingsView struct {
	Form     FormView
	Email    string // masked; "" when there is none
	Stopped  bool   // mail to it came back
	Pace     field
	Own      field
	Prompts  field
	Digests  field
	Zone     field
	From, To field
	Weekday  field
	Follows  []followRow
	More     bool
	Letters  []field // newsletters by sender
	Terms    []chip  // places and subjects that are not followed
}

// followRow is something that is followed, with how often news of it is mailed.
type followRow struct {
	Title, Href, Kind string
	Pace              field
}

var settingsTmpl = page.New[settingsView]("notice/settings")

const settingsPath = "/me/notices/settings"

// zonesOffered are the time zones that readers choose from, besides the town's.
var zonesOffered = []string{
	"America/Mexico_City", "America/Cancun", "America/Merida", "America/Monterrey", "America/Matamoros", "America/Chihuahua", "America/Ciudad_Juarez",
	"America/Ojinaga", "America/Hermosillo", "America/Mazatlan", "America/Bahia_Banderas", "America/Tijuana", "America/Los_Angeles", "America/Denver",
	"America/Chicago", "America/New_York", "America/Toronto", "America/Guatemala", "America/El_Salvador", "America/Tegucigalpa", "America/Managua",
	"America/Costa_Rica", "America/Panama", "America/Havana", "America/Santo_Domingo", "America/Puerto_Rico", "America/Bogota", "America/Lima",
	"America/Guayaquil", "America/Caracas", "America/La_Paz", "America/Santiago", "America/Asuncion", "America/Montevideo", "America/Argentina/Buenos_Aires",
	"America/Sao_Paulo", "Atlantic/Canary", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Brussels", "Europe/Berlin", "Europe/Rome",
}

func (s *Server) noticeSettings(v *Visit) error { return s.showSettings(v, FormView{}, 0) }

func (s *Server) showSettings(v *Visit, f FormView, code int) error {
	set, err := s.Notices.Settings(v.ctx, v.Actor)
	if err != nil {
		return err
	}
	if !f.Failed() {
		f = settingsForm(set)
	}
	m := settingsView{Form: f, Stopped: set.Stopped, More: set.More,
		Pace: v.paceField(f, "pace", "notice.settings.pace", "notice.settings.pace.hint", "notice.pace.usual"),
		Own:  v.paceField(f, "own", "notice.settings.own", "notice.settings.own.hint", "notice.pace.usual"),
		Zone: v.readerZone(f), Weekday: v.weekdayField(f),
		Prompts: v.filled(f, field{Name: "prompts", Label: "notice.settings.prompts"}), Digests: v.filled(f, field{Name: "digests", Label: "notice.settings.digests"}),
		From: v.filled(f, field{Name: "quiet_from", Label: "notice.settings.from", Type: "time", Width: "w-m"}),
		To:   v.filled(f, field{Name: "quiet_to", Label: "notice.settings.to", Type: "time", Width: "w-m"}),
	}
	if set.Email != "" {
		m.Email = masked(set.Email)
	}
	v.followRows(&m, set)
	if m.Letters, err = v.letterFields(f); err != nil {
		return err
	}
	return render(v, settingsTmpl, Head{Title: v.T("notice.settings.title"), Private: true, Failed: f.Failed(), Code: code}, m)
}

// settingsForm is the form as it is first shown.
func settingsForm(set notice.Settings) FormView {
	clock := func(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
	f := blank("pace", string(set.Pace), "own", string(set.Own), "zone", set.ZoneKey, "weekday", strconv.Itoa(int(set.Weekday)),
		"quiet_from", clock(set.QuietFrom), "quiet_to", clock(set.QuietTo))
	for name, on := range map[string]bool{"prompts": set.Prompts, "digests": set.Digests} {
		if on {
			f.Values[name] = []string{"yes"}
		}
	}
	for _, w := range set.Follows {
		f.Values[w.Via] = []string{string(w.Pace)}
	}
	f.Values["refused"] = nil
	for kind := range set.Refused {
		f.Values["refused"] = append(f.Values["refused"], kind)
	}
	return f
}

// paceField is a list of paces; usual says what the first means.
func (v *Visit) paceField(f FormView, name, label, hint, usual string) field {
	one := field{Name: name, Label: label, Hint: hint, Choices: []choice{{"", v.T(usual), false}}}
	for _, p := range notice.Paces {
		one.Choices = append(one.Choices, choice{string(p), v.T("notice.pace." + string(p)), false})
	}
	mark(one.Choices, f.Value(name))
	return v.filled(f, one)
}

func (v *Visit) readerZone(f FormView) field {
	one := field{Name: "zone", Label: "notice.settings.zone", Hint: "notice.settings.zone.hint",
		Choices: []choice{{"", v.T("notice.settings.zone.town", "city", v.Lang.Place(v.Zone())), false}}}
	for _, name := range zonesOffered {
		if loc, err := time.LoadLocation(name); err == nil {
			one.Choices = append(one.Choices, choice{name, v.Lang.Place(loc), false})
		}
	}
	mark(one.Choices, f.Value("zone"))
	return v.filled(f, one)
}

func (v *Visit) weekdayField(f FormView) field {
	one := field{Name: "weekday", Label: "notice.settings.weekday"}
	for day := range 7 {
		d := (day + 1) % 7 // Monday first
		one.Choices = append(one.Choices, choice{strconv.Itoa(d), v.T("notice.weekday." + strconv.Itoa(d)), false})
	}
	mark(one.Choices, f.Value("weekday"))
	return v.filled(f, one)
}

// followRows lists what is followed, and the places and subjects that could be.
func (v *Visit) followRows(m *settingsView, set notice.Settings) {
	followed := map[string]bool{}
	for _, w := range set.Follows {
		followed[w.Via] = true
		r := followRow{Title: w.Thing.Title, Href: w.Thing.Path(), Kind: v.T("kind." + string(w.Thing.Kind))}
		if w.Term != "" {
			family, key, _ := strings.Cut(w.Via, ":")
			r = followRow{Title: v.s.Instance.Named(family, key, v.Lang.Tag()), Href: followPath(family, key), Kind: v.T("notice.kind." + family)}
		}
		r.Pace = v.paceField(m.Form, w.Via, "notice.settings.of", "", "notice.pace.asusual")
		m.Follows = append(m.Follows, r)
	}
	for family, all := range map[string][]choice{notice.Place: v.places(), notice.Subject: v.subjects()} {
		for _, c := range all {
			if !followed[family+":"+c.Value] {
				m.Terms = append(m.Terms, chip{Text: c.Text, Href: followPath(family, c.Value)})
			}
		}
	}
}

func followPath(family, key string) string { return "/follow/" + family + "/" + url.PathEscape(key) }

// newsletterKinds are the kinds of newsletters that can be refused, with the names of their senders; the
// first is all of them.
func (v *Visit) newsletterKinds() (kinds, names []string, err error) {
	kinds = []string{"*", notice.SenderKind(0)}
	names = []string{v.T("notice.settings.letters.any"), v.s.Instance.Current().Name}
	agencies, err := v.agenciesHere()
	for _, g := range agencies {
		kinds, names = append(kinds, notice.SenderKind(g.ID)), append(names, g.Title)
	}
	return kinds, names, err
}

// letterFields are boxes that are ticked for the newsletters that somebody wants.
func (v *Visit) letterFields(f FormView) (all []field, err error) {
	kinds, names, err := v.newsletterKinds()
	for i, kind := range kinds {
		one := field{Name: "news:" + kind, Label: names[i], Ticked: !f.Ticked("refused", kind)}
		if f.Failed() {
			one.Ticked = f.Value(one.Name) != ""
		}
		all = append(all, one)
	}
	return all, err
}

func (s *Server) chooseNotices(v *Visit) error {
	set, err := v.chosen()
	if err != nil {
		return err
	}
	err = s.Notices.Choose(v.ctx, v.Actor, set)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showSettings(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("notice.settings.saved")
	return v.Redirect(settingsPath)
}

// chosen is what the form says.
func (v *Visit) chosen() (set notice.Settings, err error) {
	set.Pace, set.Own, set.ZoneKey = notice.Pace(v.Form.Raw("pace")), notice.Pace(v.Form.Raw("own")), v.Form.Raw("zone")
	set.Prompts, set.Digests = v.Form.Has("prompts"), v.Form.Has("digests")
	set.QuietFrom, set.QuietTo = minutesOf(v.Form.Get("quiet_from")), minutesOf(v.Form.Get("quiet_to"))
	day, ok := v.Form.Int("weekday")
	if set.Weekday = time.Weekday(day); !ok {
		set.Weekday = -1
	}
	for name, values := range v.Form.values {
		if strings.HasPrefix(name, "thing:") || strings.HasPrefix(name, notice.Place+":") || strings.HasPrefix(name, notice.Subject+":") {
			set.Follows = append(set.Follows, notice.Following{Via: name, Pace: notice.Pace(values[0])})
		}
	}
	kinds, _, err := v.newsletterKinds()
	set.Refused = map[string]bool{}
	for _, kind := range kinds {
		set.Refused[kind] = !v.Form.Has("news:" + kind)
	}
	return set, err
}

// minutesOf reads a time of the day as minutes; −1 when it is none.
func minutesOf(clock string) int {
	for _, form := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(form, clock); err == nil {
			return t.Hour()*60 + t.Minute()
		}
	}
	return -1
}

// confirmAddress sends a code to the reader's address, from which mail came back.
func (s *Server) confirmAddress(v *Visit) error {
	handle, err := s.People.AskAgain(v.ctx, v.Actor)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showSettings(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	return v.Redirect("/me/account/email?c=" + url.QueryEscape(handle))
}

// followPageView is a place, a subject or an agency with the button that follows it.
type followPageView struct {
	Name, Kind, Lead string
	Things           []chip // lists of what there is of it
	Following        bool
	Action, Stop     string
	Follow           *followView // of an agency
}

var followTmpl = page.New[followPageView]("notice/follow")

// term is the place or subject that the address names. Fault: thing.missing.
func (v *Visit) term() (family, key string, t instance.Term, err error) {
	family, key = v.Param("family"), v.Param("key")
	t, ok := v.s.Instance.Current().Place(key)
	if family == notice.Subject {
		t, ok = v.s.Instance.Current().Subject(key)
	}
	if !ok || family != notice.Place && family != notice.Subject {
		err = fault.New(fault.NotFound, "thing.missing")
	}
	return family, key, t, err
}

func (s *Server) followPage(v *Visit) error {
	if v.Param("family") == "agency" {
		return s.followAgency(v)
	}
	family, key, t, err := v.term()
	if err != nil {
		return err
	}
	m := followPageView{Name: t.In(v.Lang.Tag()), Kind: v.T("notice.kind." + family), Lead: v.T("notice.follow." + family),
		Action: followPath(family, key), Stop: "/un" + strings.TrimPrefix(followPath(family, key), "/")}
	for _, k := range feedKinds {
		m.Things = append(m.Things, chip{Text: v.T("kinds." + string(k)), Href: thing.Ref{Kind: k}.Path()[:len(thing.Ref{Kind: k}.Path())-1] + "?" + family + "=" + url.QueryEscape(key)})
	}
	if m.Following, err = s.Notices.FollowsTerm(v.ctx, v.Actor, family, key); err != nil {
		return err
	}
	return render(v, followTmpl, Head{Title: m.Name, Private: true}, m)
}

func (s *Server) followAgency(v *Visit) error {
	g, err := s.Instance.Agency(v.ctx, v.Param("key"))
	if err != nil {
		return err
	}
	set, err := s.Notices.Follows(v.ctx, v.Actor, g.ID)
	if err != nil {
		return err
	}
	m := followPageView{Name: g.Title, Kind: v.T("kind.agency"), Lead: v.T("notice.follow.agency"), Things: []chip{{Text: g.Title, Href: g.Path()}},
		Follow: &followView{ThingID: g.ID, SignedIn: true, Following: set, Count: g.Followers, Return: followPath("agency", g.Slug)}}
	return render(v, followTmpl, Head{Title: m.Name, Private: true}, m)
}

func (s *Server) followTerm(v *Visit) error {
	family, key, _, err := v.term()
	if err != nil {
		return err
	}
	if err := s.Notices.FollowTerm(v.ctx, v.Actor, family, key); err != nil {
		return err
	}
	v.Flash("notice.followed")
	return v.Redirect(followPath(family, key))
}

// unfollowTerm ends a follow, also of a term that the instance does not have any more.
func (s *Server) unfollowTerm(v *Visit) error {
	if err := s.Notices.UnfollowTerm(v.ctx, v.Actor, v.Param("family"), v.Param("key")); err != nil {
		return err
	}
	v.Flash("notice.unfollowed")
	return v.Redirect(settingsPath)
}

// followLinks lead to the pages on which what a list is narrowed to can be followed.
func (v *Visit) followLinks(place, subject string) (all []chip) {
	set := v.s.Instance.Current()
	if t, ok := set.Place(place); ok {
		all = append(all, chip{Text: v.T("notice.follow.named", "name", t.In(v.Lang.Tag())), Href: followPath(notice.Place, place)})
	}
	if t, ok := set.Subject(subject); ok {
		all = append(all, chip{Text: v.T("notice.follow.named", "name", t.In(v.Lang.Tag())), Href: followPath(notice.Subject, subject)})
	}
	return all
}
