package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/instance"
	"tequio/app/media"
	"tequio/app/page"
)

const deskInstance = "/admin/instance"

type instanceEdit struct {
	Desk      []deskItem
	Form      FormView
	Basics    []field
	Languages []choice
	First     field // the language of people who have not chosen
	Texts     []field
	Hues      []hueChoice
	HueOther  field
	Shades    []shadeRow
	Logo      string
	Endings   string
	LogoMost  int64 // KB
	Terms     []field
}

// hueChoice is a hue to pick, with how its main colour looks by day and by night.
type hueChoice struct {
	choice
	Light, Dark string // hexadecimal
}

// shadeRow is one pair of colours of the chosen hue, as they meet on a page.
type shadeRow struct {
	Name         string
	Under, Over  string
	NightU, NigO string
}

var instanceTmpl = page.New[instanceEdit]("admin/instance")

// zones are the time zones that the form offers; any other that is set already stays on offer.
var zones = []string{
	"America/Mexico_City", "America/Cancun", "America/Chihuahua", "America/Ciudad_Juarez", "America/Hermosillo", "America/Matamoros",
	"America/Mazatlan", "America/Merida", "America/Monterrey", "America/Ojinaga", "America/Tijuana", "America/Bahia_Banderas",
	"America/Argentina/Buenos_Aires", "America/Asuncion", "America/Bogota", "America/Caracas", "America/Chicago", "America/Costa_Rica",
	"America/Denver", "America/El_Salvador", "America/Guatemala", "America/Guayaquil", "America/Havana", "America/La_Paz", "America/Lima",
	"America/Los_Angeles", "America/Managua", "America/Montevideo", "America/New_York", "America/Panama", "America/Puerto_Rico",
	"America/Santiago", "America/Santo_Domingo", "America/Sao_Paulo", "America/Tegucigalpa", "America/Toronto", "America/Vancouver",
	"Africa/Accra", "Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "Africa/Lagos", "Africa/Malabo", "Africa/Nairobi",
	"Asia/Dubai", "Asia/Jakarta", "Asia/Kolkata", "Asia/Manila", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Taipei", "Asia/Tokyo",
	"Atlantic/Canary", "Australia/Perth", "Australia/Sydney", "Europe/Athens", "Europe/Berlin", "Europe/Brussels", "Europe/Helsinki",
	"Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Rome", "Europe/Warsaw", "Pacific/Auckland", "UTC",
}

// hues are those with a name of their own on the form, in degrees.
var hues = []int{10, 40, 70, 100, 130, 160, 190, 220, 250, 280, 310, 340}

func (s *Server) oneInstance(v *Visit) error {
	return s.editInstance(v, instanceForm(s.Instance.Current()), nil)
}

// instanceForm is the form filled with settings.
func instanceForm(set *instance.Settings) FormView {
	n := strconv.Itoa
	f := blank("name", set.Name, "operator", set.Operator, "contact", set.Contact, "zone", set.Zone, "currency", set.Currency, "moderate_in", n(set.ModerateIn),
		"subjects", instance.WriteTerms(set.Subjects, set.Languages), "places", instance.WriteTerms(set.Places, set.Languages), "hue", n(set.Hue),
		"first_language", set.Default())
	if set.Hue >= 0 && !slices.Contains(hues, set.Hue) {
		f.Values["hue"], f.Values["hue_other"] = []string{"other"}, []string{n(set.Hue)}
	}
	f.Values["languages"] = set.Languages
	for tag, words := range set.Tagline {
		f.Values["tagline_"+tag] = []string{words}
	}
	for tag, words := range set.Front {
		f.Values["front_"+tag] = []string{words}
	}
	return f
}

func (s *Server) editInstance(v *Visit, f FormView, refused error) error {
	cur := s.Instance.Current()
	m := instanceEdit{Desk: v.desk(deskInstance), Form: f, Logo: cur.Logo, Endings: ".png,.jpg,.jpeg,.webp", LogoMost: logoMost / 1000}
	m.Basics = []field{
		v.filled(f, field{Name: "name", Label: "admin.instance.name", Width: "w-l"}),
		v.filled(f, field{Name: "operator", Label: "admin.instance.operator", Hint: "admin.instance.operator.hint", Optional: true}),
		v.filled(f, field{Name: "contact", Label: "admin.instance.contact", Hint: "admin.instance.contact.hint", Optional: true}),
		v.zoneField(f), v.filled(f, field{Name: "currency", Label: "admin.instance.currency", Hint: "admin.instance.currency.hint", Width: "w-s"}),
		v.filled(f, field{Name: "moderate_in", Label: "admin.instance.moderate", Hint: "admin.instance.moderate.hint", Width: "w-s"}),
	}
	for _, l := range s.Words.Languages() {
		m.Languages = append(m.Languages, choice{l.Tag(), l.Name(), f.Ticked("languages", l.Tag())})
		if f.Ticked("languages", l.Tag()) {
			for _, one := range []field{{Name: "tagline_", Label: "admin.instance.tagline"}, {Name: "front_", Label: "admin.instance.front", Rows: 3}} {
				one.Name, one.Lang, one.Optional = one.Name+l.Tag(), l.Tag(), true
				one = v.filled(f, one)
				one.Label += " (" + l.Name() + ")"
				m.Texts = append(m.Texts, one)
			}
		}
	}
	m.First = v.filled(f, field{Name: "first_language", Label: "admin.instance.first"})
	for _, l := range s.Words.Languages() {
		m.First.Choices = append(m.First.Choices, choice{l.Tag(), l.Name(), l.Tag() == m.First.Value})
	}
	m.Terms = []field{v.filled(f, field{Name: "subjects", Label: "admin.instance.subjects", Hint: "admin.instance.terms.hint", Rows: 10, Optional: true}),
		v.filled(f, field{Name: "places", Label: "admin.instance.places", Hint: "admin.instance.terms.hint", Rows: 10, Optional: true})}
	m.Hues = v.hueChoices(f)
	m.HueOther = v.filled(f, field{Name: "hue_other", Label: "admin.instance.hue.other", Hint: "admin.instance.hue.hint", Width: "w-s", Optional: true})
	if hue, ok := formHue(f); ok && hue >= 0 {
		m.Shades = v.shades(hue)
	}
	h := Head{Title: v.T("admin.nav.instance"), Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, instanceTmpl, h, m)
}

func (v *Visit) zoneField(f FormView) field {
	one := v.filled(f, field{Name: "zone", Label: "admin.instance.zone", Hint: "admin.instance.zone.hint"})
	all := zones
	if one.Value != "" && !slices.Contains(all, one.Value) && one.Error == "" {
		all = append([]string{one.Value}, all...)
	}
	for _, z := range all {
		one.Choices = append(one.Choices, choice{z, strings.ReplaceAll(z, "_", " "), z == one.Value})
	}
	return one
}

func (v *Visit) hueChoices(f FormView) []hueChoice {
	all := []hueChoice{{choice: choice{"-1", v.T("admin.instance.hue.house"), f.Ticked("hue", "-1")}, Light: "#0b5563", Dark: "#7fd3e0"}}
	for _, hue := range hues {
		value := strconv.Itoa(hue)
		all = append(all, hueChoice{choice{value, v.T("admin.instance.hue." + value), f.Ticked("hue", value)},
			instance.Light(hue).Brand.Hex(), instance.Dark(hue).Brand.Hex()})
	}
	return all
}

// formHue is the hue that a form asks for; ok is false when it is no number.
func formHue(f FormView) (int, bool) {
	asked := f.Value("hue")
	if asked == "other" {
		asked = f.Value("hue_other")
	}
	n, err := strconv.Atoi(strings.TrimSpace(asked))
	return n, err == nil && n >= -1 && n < 360
}

func (v *Visit) shades(hue int) []shadeRow {
	l, d := instance.Light(hue), instance.Dark(hue)
	return []shadeRow{
		{v.T("admin.instance.shade.button"), l.Brand.Hex(), l.OnBrand.Hex(), d.Brand.Hex(), d.OnBrand.Hex()},
		{v.T("admin.instance.shade.link"), "#faf8f4", l.Brand.Hex(), "#0f161d", d.Brand.Hex()},
		{v.T("admin.instance.shade.tint"), l.Tint.Hex(), l.Strong.Hex(), d.Tint.Hex(), d.Strong.Hex()},
		{v.T("admin.instance.shade.hero"), l.Hero.Hex(), "#fdfbf5", d.Hero.Hex(), "#fdfbf5"},
	}
}

// order is the place of a language among those of the instance: the first, those there were, new ones.
func order(now []string, first, tag string) int {
	if tag == first {
		return -1
	}
	if i := slices.Index(now, tag); i >= 0 {
		return i
	}
	return len(now)
}

// settingsOf reads the form over the settings there are; what it does not ask stays.
func (s *Server) settingsOf(f *Form) (instance.Settings, fault.Check) {
	set, langs := *s.Instance.Current(), []string{}
	var c fault.Check
	for _, l := range s.Words.Languages() { // none but those that we speak
		if slices.Contains(f.All("languages"), l.Tag()) {
			langs = append(langs, l.Tag())
		}
	}
	first := f.Get("first_language")
	slices.SortStableFunc(langs, func(a, b string) int {
		return cmp.Compare(order(set.Languages, first, a), order(set.Languages, first, b))
	})
	set.Name, set.Operator, set.Contact, set.Zone = f.Get("name"), f.Get("operator"), f.Get("contact"), f.Get("zone")
	set.Currency, set.Languages = strings.ToUpper(f.Get("currency")), langs
	set.Tagline, set.Front = map[string]string{}, map[string]string{}
	for _, tag := range langs {
		set.Tagline[tag], set.Front[tag] = f.Get("tagline_"+tag), f.Get("front_"+tag)
	}
	hours, ok := f.Int("moderate_in")
	c.That(ok, "moderate_in", "admin.number")
	set.ModerateIn = int(hours)
	hue, ok := formHue(FormView{Values: f.values})
	c.That(ok, "hue_other", "instance.hue.range")
	set.Hue = hue
	if len(langs) > 0 {
		terms := func(name string) []instance.Term {
			all, m := instance.ReadTerms(f.Raw(name), langs)
			if m != nil {
				c.That(false, name, m.Key, m.Args...)
			}
			return all
		}
		set.Subjects, set.Places = terms("subjects"), terms("places")
	}
	return set, c
}

func (s *Server) saveInstance(v *Visit) error {
	set, c := s.settingsOf(v.Form)
	if v.Form.Get("then") == "preview" {
		return s.editInstance(v, FormView{Values: v.Form.values}, nil)
	}
	err := c.Err()
	if err == nil {
		err = s.configure(v, set)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.editInstance(v, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("admin.saved")
	return v.Redirect(deskInstance)
}

// logoMost bounds the logo, in bytes: it is on every page.
const logoMost = 200_000

// configure stores the settings, with the new logo where one was sent.
func (s *Server) configure(v *Visit, set instance.Settings) error {
	if v.Form.Has("logo_remove") {
		set.Logo = ""
	}
	batch, err := s.Media.Receive("logo", v.Form.uploads("logo"), 1)
	defer batch.Done()
	if err != nil {
		return err
	}
	for _, f := range batch.Files {
		if !f.Image() || f.Size > logoMost {
			return fault.On("logo", "instance.logo", "max", logoMost/1000)
		}
		set.Logo = f.Path()
	}
	return s.Instance.Configure(v.ctx, v.Actor, set, func(tx *db.Tx) error { return batch.Attach(tx, 0, v.Actor.ID, media.Logo) })
}
