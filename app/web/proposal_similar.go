package web

import (
	"tequio/app/db"
	"tequio/app/page"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/text"
	"tequio/app/thing"
)

// similarView shows proposals that may say the same already: as a step of its own, and while a title
// is typed.
type similarView struct {
	Title string
	Back  string
	Next  string
	Found string // how many
	Rows  []similarRow
}

// similarRow is one of them, with what became of it.
type similarRow struct {
	Href, Title, Lang string
	Tag               Tag
	Means             string
	Supports          string
	Answer            string // the beginning of the official answer, "" while there is none
}

var similarTmpl = page.New[similarView]("proposal/similar")

// similarMost is how many similar proposals an author is shown.
const similarMost = 6

// similarTo are proposals like a title, whatever became of them; not the one with an id.
func (v *Visit) similarTo(title, lang string, but thing.ID) (rows []similarRow, err error) {
	things, err := v.s.Search.Similar(v.ctx, title, lang, proposal.Kind, similarMost)
	if err != nil {
		return nil, err
	}
	all, err := v.s.Proposals.Of(v.ctx, things)
	if err != nil {
		return nil, err
	}
	err = v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		rows = nil
		for _, p := range all {
			if p.ID == but {
				continue
			}
			r := similarRow{Href: p.Path(), Title: p.Title, Lang: v.otherLang(p.Lang), Tag: v.stageTag(p), Means: v.stageMeans(p),
				Supports: v.T("proposal.supports.of", "n", p.Supports, "of", p.Threshold)}
			if p.Decided() {
				answers, err := talk.Answers(tx, p.ID)
				if err != nil {
					return err
				}
				if len(answers) > 0 {
					r.Answer = text.Excerpt(answers[0].Body, 200)
				}
			}
			rows = append(rows, r)
		}
		return nil
	})
	return rows, err
}

func (s *Server) proposalSimilar(v *Visit) error {
	p, err := s.Proposals.Draft(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	rows, err := v.similarTo(p.Title, p.Lang, p.ID)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return v.Redirect(draftPath(p.ID, "text"))
	}
	m := similarView{Title: p.Title, Back: draftPath(p.ID, "title"), Next: draftPath(p.ID, "text"), Rows: rows}
	return render(v, similarTmpl, Head{Title: v.T("proposal.similar"), Section: "proposals", Private: true}, m)
}

// similarLettersLeast is how long a title must be before it is worth looking.
const similarLettersLeast = 4

// similarWhileTyping is the piece of a page that a script puts under a title while it is typed.
func (s *Server) similarWhileTyping(v *Visit) error {
	title := text.Line(v.Query("title"))
	if r := []rune(title); len(r) > proposal.TitleMost {
		title = string(r[:proposal.TitleMost])
	}
	m := similarView{Title: title}
	if len([]rune(title)) >= similarLettersLeast {
		var err error
		if m.Rows, err = v.similarTo(title, v.Lang.Tag(), 0); err != nil {
			return err
		}
	}
	m.Found = v.T("write.similar.none")
	if len(m.Rows) > 0 {
		m.Found = v.T("write.similar.typing", "n", len(m.Rows))
	}
	set, err := v.set()
	if err != nil {
		return err
	}
	body, err := set.Part("similar-typing", m)
	if err != nil {
		return err
	}
	v.Set("Cache-Control", "private, no-store")
	return v.Send("text/html; charset=utf-8", body)
}
