package web

import (
	"fmt"
	"strconv"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/instance"
	"tequio/app/page"
	"tequio/app/proposal"
	"tequio/app/text"
)

const deskKinds = "/admin/proposals/kinds"

type kindsView struct {
	Desk []deskItem
	Rows []kindRow
}

// kindRow is a kind of proposals in the administrators' list.
type kindRow struct {
	kindCard
	Usual   bool
	Retired bool
	Retire  string // where the button leads
}

var kindsTmpl = page.New[kindsView]("admin/kinds")

func (s *Server) deskKindList(v *Visit) error {
	all, err := v.kinds()
	if err != nil {
		return err
	}
	m := kindsView{Desk: v.desk(deskKinds)}
	for _, k := range all {
		at := deskKinds + "/" + k.Key
		m.Rows = append(m.Rows, kindRow{kindCard{at, v.kindName(k), proposal.Said(k.About, v.Lang.Tag()), v.kindFacts(k)}, k.ID == 0, k.Retired(), at + "/retire"})
	}
	return render(v, kindsTmpl, Head{Title: v.T("kind.admin"), Admin: true, Private: true}, m)
}

// kindEdit is the form of a kind.
type kindEdit struct {
	Desk   []deskItem
	Form   FormView
	Title  string
	Action string
	Words  []field
	Rules  []field
	Ticks  []field
	Asks   []kindAsk
}

// kindAsk are the fields of one question that the kind asks.
type kindAsk struct {
	N      int
	Name   string // of the hidden field with its key
	Key    string
	Fields []field
	Tick   field
}

var kindTmpl = page.New[kindEdit]("admin/kind")

// blankAsks are the questions that a form offers beyond those there are.
const blankAsks = 2

func (s *Server) newKind(v *Visit) error {
	return s.editKind(v, proposal.Class{}, kindForm(proposal.Class{Rules: s.usualRules(v), Level: identity.Reachable}, s.Instance.Current().Languages), nil)
}

// usualRules are the numbers with which a new kind begins: the usual kind's.
func (s *Server) usualRules(v *Visit) (r proposal.Rules) {
	all, err := v.kinds()
	for _, k := range all {
		if err == nil && k.ID == 0 {
			r = k.Rules
		}
	}
	return r
}

func (s *Server) kindAsked(v *Visit) (k proposal.Class, err error) {
	key := v.Param("kind")
	if key == "" {
		return k, fault.New(fault.NotFound, "thing.missing")
	}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error { k, err = s.Proposals.ClassNamed(tx, key); return err })
	return k, err
}

func (s *Server) oneKind(v *Visit) error {
	k, err := s.kindAsked(v)
	if err != nil {
		return err
	}
	return s.editKind(v, k, kindForm(k, s.Instance.Current().Languages), nil)
}

// kindForm is the form filled with a kind.
func kindForm(k proposal.Class, langs []string) FormView {
	n := strconv.Itoa
	f := blank("threshold", n(int(k.Threshold)), "period", n(k.Period), "answer_days", n(k.AnswerDays), "sponsors", n(int(k.Sponsors)),
		"level", n(int(k.Level)), "position", n(int(k.Position)))
	if k.Checked {
		f.Values["checked"] = []string{"yes"}
	}
	for _, l := range langs {
		f.Values["name_"+l], f.Values["about_"+l], f.Values["happens_"+l] = []string{k.Names[l]}, []string{k.About[l]}, []string{k.Happens[l]}
	}
	for i, a := range k.Asks {
		at := "ask_" + n(i) + "_"
		f.Values[at+"key"], f.Values[at+"form"] = []string{a.Key}, []string{string(a.Form)}
		for _, l := range langs {
			f.Values[at+"label_"+l] = []string{a.Labels[l]}
		}
		if a.Required {
			f.Values[at+"required"] = []string{"yes"}
		}
		var terms []instance.Term
		for _, o := range a.Options {
			terms = append(terms, instance.Term{Key: o.Key, Names: o.Labels})
		}
		f.Values[at+"options"] = []string{instance.WriteTerms(terms, langs)}
	}
	return f
}

func (s *Server) editKind(v *Visit, k proposal.Class, f FormView, refused error) error {
	langs := s.Instance.Current().Languages
	m := kindEdit{Desk: v.desk(deskKinds), Form: f, Title: v.T("kind.new"), Action: deskKinds + "/new"}
	if k.Key != "" {
		m.Title, m.Action = v.kindName(k), deskKinds+"/"+k.Key
	}
	for _, one := range []field{{Name: "name_", Label: "kind.name"}, {Name: "about_", Label: "kind.about", Hint: "kind.about.hint", Rows: 2},
		{Name: "happens_", Label: "kind.happens", Hint: "kind.happens.hint", Rows: 2}} {
		for i, l := range langs {
			each := one
			each.Name, each.Lang, each.Optional = one.Name+l, l, one.Rows > 0 || i > 0 || k.Key == proposal.UsualKey
			m.Words = append(m.Words, v.inTongue(v.filled(f, each)))
		}
	}
	m.Rules = []field{v.filled(f, field{Name: "threshold", Label: "kind.threshold", Hint: "kind.threshold.hint", Width: "w-s"}),
		v.filled(f, field{Name: "period", Label: "kind.period", Hint: "kind.period.hint", Width: "w-s"}),
		v.filled(f, field{Name: "answer_days", Label: "kind.answer", Hint: "kind.answer.hint", Width: "w-s"}),
		v.filled(f, field{Name: "sponsors", Label: "kind.sponsors", Hint: "kind.sponsors.hint", Width: "w-s"}), v.levelField(f),
		v.filled(f, field{Name: "position", Label: "kind.position", Hint: "kind.position.hint", Width: "w-s"})}
	m.Ticks = []field{v.filled(f, field{Name: "checked", Label: "kind.checked", Hint: "kind.checked.hint"})}
	m.Asks = v.kindAsks(f, langs)
	h := Head{Title: m.Title, Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, kindTmpl, h, m)
}

// inTongue adds to a field's label the language in which it is to be filled.
func (v *Visit) inTongue(one field) field {
	if len(v.s.Instance.Current().Languages) > 1 {
		one.Label += " (" + v.s.Words.Language(one.Lang).Name() + ")"
	}
	return one
}

func (v *Visit) levelField(f FormView) field {
	one := v.filled(f, field{Name: "level", Label: "kind.level", Hint: "kind.level.hint"})
	for l := identity.Reachable; l <= identity.Resident; l++ {
		value := strconv.Itoa(int(l))
		one.Choices = append(one.Choices, choice{value, v.T("kind.level." + value), value == one.Value})
	}
	return one
}

// kindAsks are the questions in the form, and a few empty ones for more.
func (v *Visit) kindAsks(f FormView, langs []string) (all []kindAsk) {
	n := 0
	for i := 0; f.Value(fmt.Sprintf("ask_%d_label_%s", i, langs[0])) != "" || f.Value(fmt.Sprintf("ask_%d_key", i)) != ""; i++ {
		n = i + 1
	}
	for i := range n + blankAsks {
		at := "ask_" + strconv.Itoa(i) + "_"
		one := kindAsk{N: i + 1, Name: at + "key", Key: f.Value(at + "key")}
		for _, l := range langs {
			one.Fields = append(one.Fields, v.inTongue(v.filled(f, field{Name: at + "label_" + l, Label: "kind.ask.label", Lang: l, Optional: true})))
		}
		form := v.filled(f, field{Name: at + "form", Label: "kind.ask.form.label"})
		for _, o := range proposal.Forms {
			form.Choices = append(form.Choices, choice{string(o), v.T("kind.ask.form." + string(o)), form.Value == string(o)})
		}
		options := v.filled(f, field{Name: at + "options", Label: "kind.ask.options.label", Hint: "kind.ask.options.hint", Rows: 3, Optional: true})
		one.Fields = append(one.Fields, form, options)
		one.Tick = v.filled(f, field{Name: at + "required", Label: "kind.ask.required"})
		all = append(all, one)
	}
	return all
}

// kindSent reads the form over a kind.
func (s *Server) kindSent(f *Form, k proposal.Class) (proposal.Class, error) {
	langs := s.Instance.Current().Languages
	var c fault.Check
	number := func(name string) int64 {
		n, ok := f.Int(name)
		c.That(ok, name, "admin.number")
		return n
	}
	k.Threshold, k.Period, k.AnswerDays, k.Sponsors = number("threshold"), int(number("period")), int(number("answer_days")), number("sponsors")
	k.Level, k.Position, k.Checked = identity.Level(number("level")), number("position"), f.Has("checked")
	k.Names, k.About, k.Happens = map[string]string{}, map[string]string{}, map[string]string{}
	for _, l := range langs {
		k.Names[l], k.About[l], k.Happens[l] = text.Line(f.Get("name_"+l)), text.Line(f.Get("about_"+l)), text.Line(f.Get("happens_"+l))
	}
	k.Asks = nil
	for i := 0; f.Has(fmt.Sprintf("ask_%d_form", i)) && i < asksSent; i++ {
		if a, sent := askSent(f, "ask_"+strconv.Itoa(i)+"_", langs, &c); sent {
			k.Asks = append(k.Asks, a)
		}
	}
	return k, c.Err()
}

// asksSent bounds how many questions of a form are read.
const asksSent = 60

// askSent reads one question; sent is false where its fields are empty, as of one taken away.
func askSent(f *Form, at string, langs []string, c *fault.Check) (a proposal.Ask, sent bool) {
	a = proposal.Ask{Key: f.Get(at + "key"), Labels: map[string]string{}, Form: proposal.Form(f.Get(at + "form")), Required: f.Has(at + "required")}
	for _, l := range langs {
		if a.Labels[l] = text.Line(f.Get(at + "label_" + l)); a.Labels[l] != "" {
			sent = true
		}
	}
	if a.Key == "" {
		a.Key = text.Slug(a.Labels[langs[0]])
	}
	if a.Form == proposal.Choice {
		terms, wrong := instance.ReadTerms(f.Raw(at+"options"), langs)
		if wrong != nil {
			c.That(false, at+"options", wrong.Key, wrong.Args...)
		}
		for _, t := range terms {
			a.Options = append(a.Options, proposal.Option{Key: t.Key, Labels: t.Names})
		}
	}
	return a, sent
}

func (s *Server) saveKind(v *Visit) error {
	var k proposal.Class
	var err error
	if v.Param("kind") != "" {
		if k, err = s.kindAsked(v); err != nil {
			return err
		}
	}
	sent, err := s.kindSent(v.Form, k)
	if err == nil {
		_, err = s.Proposals.SaveClass(v.ctx, v.Actor, sent, s.Instance.Current().Languages)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.editKind(v, k, f, err)
	}
	if err != nil {
		return err
	}
	v.Flash("admin.saved")
	return v.Redirect(deskKinds)
}

func (s *Server) retireKind(v *Visit) error {
	if err := s.Proposals.RetireClass(v.ctx, v.Actor, v.Param("kind"), v.Form.Has("again")); err != nil {
		return err
	}
	v.Flash("admin.saved")
	return v.Redirect(deskKinds)
}
