package web

import (
	"strconv"
	"strings"

	"tequio/app/challenge"
	"tequio/app/fault"
	"tequio/app/media"
	"tequio/app/page"
	"tequio/app/thing"
)

// enterView is the workspace of an entry: the form, what it still lacks, how long it may be changed.
type enterView struct {
	C          challenge.Challenge
	Lang       string
	Form       FormView
	Sent       bool
	SentAt     string
	Code       string
	Closed     string // why nothing can be sent; the text stays to be copied
	Closes     string
	ClosesISO  string
	ClosesIn   string
	Files      fileFields
	Statements []statementView
	Tasks      []taskView
	Most       entryLimits
	Action     string
	Draft      string // where the page saves by itself
}

// fileFields is the model of the part "file-fields".
type fileFields struct {
	Files  []fileView
	Limits fileLimits
	Error  string
}

type statementView struct {
	Text, Mark string
	Ticked     bool
	First      bool
}

// taskView is something an entry needs before it can be sent.
type taskView struct {
	Text, Note string
	Done       bool
}

type entryLimits struct{ Team, Title, Summary, Body, Links int }

var enterTmpl = page.New[enterView]("entry/edit")

func (s *Server) enterPage(v *Visit) error { return s.entryForm(v, nil) }

// entryForm shows the workspace; after a refusal with what was typed, and why.
func (s *Server) entryForm(v *Visit, refused error) error {
	c, e, err := s.Challenges.Workspace(v.ctx, v.Actor, v.Param("slug"), v.Lang.Tag())
	if err != nil {
		return err
	}
	m := enterView{C: c, Lang: v.otherLang(c.Lang), Action: c.Path() + "/enter", Draft: c.Path() + "/enter/draft",
		Closes: v.Lang.DateTime(c.ClosedAt(), v.Zone()), ClosesISO: v.iso(c.ClosedAt()), ClosesIn: capital(v.Relative(c.ClosedAt())),
		Most: entryLimits{challenge.TeamMost, challenge.TitleMost, challenge.PitchMost, challenge.EntryBodyMost, challenge.LinksMost}}
	h := Head{Title: v.T("entry.page", "title", c.Title), Section: "challenges", Private: true}
	if e == nil {
		e = &challenge.Entry{}
	}
	m.Form = entryBlank(*e)
	if refused != nil {
		f, ok := v.refused(refused)
		if !ok {
			return refused
		}
		m.Form, h.Failed, h.Code = f, true, statusOf(refused)
	}
	if err := c.MayEnter(v.Actor, v.Started, v.Now); err != nil {
		m.Closed = v.Say(fault.Of(err).Message)
		if refused == nil && e.ID == 0 {
			return err
		}
	}
	v.entryState(&m, *e)
	return render(v, enterTmpl, h, m)
}

// entryBlank is the form filled with the entry as it is kept.
func entryBlank(e challenge.Entry) FormView {
	f := blank("team", e.Team, "title", e.Title, "summary", e.Summary, "body", e.Body, "links", challenge.PrintLinks(e.Links))
	for _, line := range strings.Split(e.Declaration, "\n") {
		for _, st := range (challenge.Challenge{Declaration: line}).Statements() {
			f.Values["declaration"] = append(f.Values["declaration"], st.Mark)
		}
	}
	return f
}

// entryState fills what is known of the entry besides its form.
func (v *Visit) entryState(m *enterView, e challenge.Entry) {
	m.Sent, m.Code = e.Sent(), e.Code()
	if m.Sent {
		m.SentAt = v.Lang.DateTime(e.SubmittedAt, v.Zone())
	}
	m.Files = fileFields{v.files(e.Files), limitsOf(len(e.Files)), m.Form.Error("files")}
	ticked := 0
	for i, st := range m.C.Statements() {
		on := m.Form.Ticked("declaration", st.Mark)
		if on {
			ticked++
		}
		m.Statements = append(m.Statements, statementView{st.Text, st.Mark, on, i == 0})
	}
	for _, field := range []string{"team", "title", "summary", "body"} {
		t := taskView{Text: v.T("entry." + field), Done: strings.TrimSpace(m.Form.Value(field)) != ""}
		if !t.Done {
			t.Note = v.T("entry.task.empty")
		}
		m.Tasks = append(m.Tasks, t)
	}
	m.Tasks = append(m.Tasks,
		taskView{v.T("entry.files"), v.T("entry.task.files", "n", len(e.Files), "max", media.CountMost), true},
		taskView{v.T("entry.declaration"), v.T("entry.task.ticked", "n", ticked, "max", len(m.Statements)), ticked == len(m.Statements)})
}

// entryDraft reads the form of an entry.
func (v *Visit) entryDraft() challenge.Draft {
	f := v.Form
	remove, alts := f.fileChanges()
	return challenge.Draft{Lang: v.Lang.Tag(), Team: f.Get("team"), Title: f.Get("title"), Summary: f.Get("summary"), Body: f.Get("body"),
		Links: f.Get("links"), Ticked: f.All("declaration"), Uploads: f.uploads("files"), Remove: remove, Alts: alts}
}

// fileChanges are what the part "file-fields" says about files that are there already.
func (f *Form) fileChanges() (remove []int64, alts map[int64]string) {
	alts = map[int64]string{}
	for _, s := range f.All("remove") {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			remove = append(remove, id)
		}
	}
	for name := range f.values {
		if id, ok := strings.CutPrefix(name, "alt-"); ok {
			if n, err := strconv.ParseInt(id, 10, 64); err == nil {
				alts[n] = f.Get(name)
			}
		}
	}
	return remove, alts
}

// challengeID is the challenge under the address's slug, as the actor may see it.
func (s *Server) challengeID(v *Visit) (thing.Thing, error) { return s.hiddenThing(v, challenge.Kind) }

// enter saves or sends an entry.
func (s *Server) enter(v *Visit) error {
	t, err := s.challengeID(v)
	if err != nil {
		return err
	}
	act, to := s.Challenges.SendEntry, t.Path()+"/enter/sent"
	if v.Form.Get("then") == "draft" {
		act, to = s.Challenges.SaveEntry, t.Path()+"/enter"
	}
	if _, err := act(v.ctx, v.Actor, t.ID, v.entryDraft(), v.Started); err != nil {
		return s.entryForm(v, err)
	}
	if v.Form.Get("then") == "draft" {
		v.Flash("entry.saved")
	}
	return v.Redirect(to)
}

// autosaveEntry saves the draft while it is written.
func (s *Server) autosaveEntry(v *Visit) error {
	t, err := s.challengeID(v)
	if err != nil {
		return err
	}
	d := v.entryDraft()
	d.Uploads, d.Remove = nil, nil // what is ticked may still be taken back
	if _, err := s.Challenges.SaveEntry(v.ctx, v.Actor, t.ID, d, v.Started); err != nil {
		return err
	}
	v.Status(204)
	return nil
}

func (s *Server) withdrawEntry(v *Visit) error {
	t, err := s.challengeID(v)
	if err != nil {
		return err
	}
	if err := s.Challenges.WithdrawEntry(v.ctx, v.Actor, t.ID, v.Started); err != nil {
		return err
	}
	v.Flash("entry.withdrawn")
	return v.Redirect(t.Path() + "/enter")
}
