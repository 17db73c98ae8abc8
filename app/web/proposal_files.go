package web

import (
	"tequio/app/db"
	"tequio/app/media"
	"tequio/app/proposal"
	"tequio/app/thing"
)

// draftFiles fills in the files of a draft and what may be added to them.
func (v *Visit) draftFiles(p proposal.Proposal, m *writeView) error {
	return v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
		all, err := media.Of(tx, p.ID, "")
		m.Files = fileFields{v.files(all), limitsOf(len(all)), m.Form.Error("files")}
		return err
	})
}

// proposalFiles saves the step of files. Where pictures came, the step is shown once more, to say what
// each shows.
func (s *Server) proposalFiles(v *Visit) error {
	p, err := s.Proposals.Draft(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	remove, alts := v.Form.fileChanges()
	uploads := v.Form.uploads("files")
	err = s.Proposals.SaveFiles(v.ctx, v.Actor, p.ID, proposal.FileChanges{Uploads: uploads, Remove: remove, Alts: alts})
	if f, ok := v.refused(err); err != nil && ok {
		return s.showStep(v, p, "files", v.Form.Get("to"), f, statusOf(err))
	}
	if err != nil {
		return err
	}
	if len(uploads) > 0 && v.Form.Get("then") != "draft" {
		v.Flash("write.files.added")
		to := draftPath(p.ID, "files")
		if v.Form.Get("to") == "check" {
			to += "?to=check"
		}
		return v.Redirect(to)
	}
	return v.afterStep(p, "files")
}
