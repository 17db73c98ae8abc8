package web

import (
	"fmt"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/media"
	"tequio/app/page"
	"tequio/app/thing"
	"tequio/app/vote"
)

// deskProjectsView lists the options of a vote with their reviews and pictures.
type deskProjectsView struct {
	Desk  []deskItem
	Title string
	Back  string
	Rows  []row
}

var deskProjectsTmpl = page.New[deskProjectsView]("vote/projects")

func deskProjects(id thing.ID) string { return deskVote(id) + "/projects" }

func (s *Server) deskProjects(v *Visit) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	m := deskProjectsView{Desk: v.desk(deskVotes), Title: t.Title, Back: deskVote(t.ID)}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		pictures, err := v.pictures(tx, t.ID)
		for _, q := range t.Questions {
			for _, list := range [][]vote.Option{q.Options, q.Aside} {
				for _, o := range list {
					r := row{Href: deskProjects(t.ID) + "/" + o.Code, Title: o.Title, Meta: questionTitle(q)}
					if _, has := pictures[o.Code]; has {
						r.Meta += " · " + v.T("vote.picture.has")
					}
					if o.Review != "" {
						r.Tag = &Tag{v.T("vote.review.state." + string(o.Review)), reviewLooks[o.Review]}
					}
					m.Rows = append(m.Rows, r)
				}
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return render(v, deskProjectsTmpl, Head{Title: v.T("vote.projects.desk"), Admin: true, Private: true}, m)
}

// deskProjectView is the form for one option's review and picture.
type deskProjectView struct {
	Desk    []deskItem
	Title   string
	Here    string
	Back    string
	Form    FormView
	Frozen  bool
	Review  *field // where there is one
	Reason  field
	Alt     field
	Picture *fileView
	Limit   int64 // MB
	Error   string
}

var deskProjectTmpl = page.New[deskProjectView]("vote/project-desk")

func (s *Server) deskProject(v *Visit) error { return s.showDeskProject(v, FormView{}, 0) }

func (s *Server) showDeskProject(v *Visit, f FormView, code int) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	o, at := t.Project(v.Param("code"))
	if at < 0 {
		return fault.New(fault.NotFound, "thing.missing")
	}
	m := deskProjectView{Desk: v.desk(deskVotes), Title: o.Title, Here: deskProjects(t.ID) + "/" + o.Code, Back: deskProjects(t.ID), Form: f,
		Frozen: t.Frozen(v.Now), Limit: media.FileMost >> 20, Error: f.Error("picture")}
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		pictures, err := v.pictures(tx, t.ID)
		if p, has := pictures[o.Code]; has {
			m.Picture = &p
		}
		return err
	})
	if err != nil {
		return err
	}
	if f.Values == nil {
		alt := ""
		if m.Picture != nil {
			alt = m.Picture.Alt
		}
		f = FormView{Values: blank("review", string(o.Review), "reason", o.Reason, "alt", alt).Values}
	}
	if t.Questions[at].Reviewed {
		one := v.filled(f, field{Name: "review", Label: "vote.review.state", Choices: choicesOf(v, f, "review", "vote.review.state.", vote.Reviews...)})
		m.Review = &one
		m.Reason = v.filled(f, field{Name: "reason", Label: "vote.review.why", Hint: "vote.review.why.hint", Rows: 4, Max: 2000, Optional: true})
	}
	m.Alt = v.filled(f, field{Name: "alt", Label: "media.alt", Optional: true})
	return render(v, deskProjectTmpl, Head{Title: o.Title, Admin: true, Private: true, Failed: m.Form.Failed(), Code: code}, m)
}

func (s *Server) saveProject(v *Visit) error {
	id, code := thing.ID(v.ID("id")), v.Param("code")
	err := s.storeProject(v, id, code)
	if f, ok := v.refused(err); err != nil && ok {
		return s.showDeskProject(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("vote.desk.saved")
	return v.Redirect(deskProjects(id))
}

// storeProject stores the review, and the picture in the place of an earlier one.
func (s *Server) storeProject(v *Visit, id thing.ID, code string) error {
	if _, _, err := s.managedVote(v); err != nil {
		return err
	}
	uploads := v.Form.uploads("picture")
	for i := range uploads {
		uploads[i].Alt = v.Form.Get("alt")
		if uploads[i].Alt == "" {
			return fault.On("alt", "vote.picture.alt")
		}
	}
	batch, err := s.Media.Receive("picture", uploads, 1)
	defer batch.Done()
	if err != nil {
		return err
	}
	for _, f := range batch.Files {
		if !f.Image() {
			return fault.On("picture", "vote.picture.kind")
		}
	}
	return s.Votes.ReviewProject(v.ctx, v.Actor, id, code, vote.Review(v.Form.Get("review")), v.Form.Get("reason"), func(tx *db.Tx) error {
		return s.placePicture(tx, v, id, code, batch)
	})
}

func (s *Server) placePicture(tx *db.Tx, v *Visit, id thing.ID, code string, batch *media.Batch) error {
	earlier, err := media.Of(tx, id, optionUse+code)
	if err != nil {
		return fmt.Errorf("pictures of %s: %w", code, err)
	}
	var gone []int64
	for _, f := range earlier {
		if len(batch.Files) > 0 || v.Form.Has("picture_remove") {
			gone = append(gone, f.ID)
		} else if err := media.Describe(tx, id, f.ID, v.Form.Get("alt")); err != nil {
			return err
		}
	}
	if err := s.Media.Remove(tx, id, gone); err != nil {
		return err
	}
	return batch.Attach(tx, id, v.Actor.ID, optionUse+code)
}
