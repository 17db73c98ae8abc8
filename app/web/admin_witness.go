package web

import (
	"tequio/app/db"
	"tequio/app/page"
	"tequio/app/vote"
)

// deskWitnesses is where administrators name those who watch the ledgers from outside.
const deskWitnesses = "/admin/witnesses"

type witnessesView struct {
	Desk  []deskItem
	Form  FormView
	Rows  []witnessRow
	Name  field
	VKey  field
	Reply string // address that takes cosignatures, for one vote
}

type witnessRow struct {
	ID         int64
	Name, VKey string
	Added      i18nTime
}

var witnessesTmpl = page.New[witnessesView]("admin/witnesses")

func (s *Server) witnesses(v *Visit) error { return s.showWitnesses(v, FormView{}, 0) }

func (s *Server) showWitnesses(v *Visit, f FormView, code int) error {
	m := witnessesView{Desk: v.desk(deskWitnesses), Form: f, Reply: s.BaseURL + "/votes/…/log/cosignatures"}
	err := s.DB.Read(v.ctx, func(tx *db.Tx) error {
		all, err := vote.Witnesses(tx)
		for _, w := range all {
			m.Rows = append(m.Rows, witnessRow{w.ID, w.Name, w.VKey, v.instant(w.AddedAt)})
		}
		return err
	})
	if err != nil {
		return err
	}
	m.Name = v.hinted(f, field{Name: "name", Label: "witness.name"})
	m.VKey = v.hinted(f, field{Name: "vkey", Label: "witness.vkey", Rows: 2})
	return render(v, witnessesTmpl, Head{Title: v.T("witness.nav"), Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func (s *Server) addWitness(v *Visit) error {
	err := s.Votes.AddWitness(v.ctx, v.Actor, v.Form.Get("name"), v.Form.Get("vkey"))
	if f, ok := v.refused(err); err != nil && ok {
		return s.showWitnesses(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("witness.added")
	return v.Redirect(deskWitnesses)
}

func (s *Server) endWitness(v *Visit) error {
	if err := s.Votes.EndWitness(v.ctx, v.Actor, v.ID("id")); err != nil {
		return err
	}
	v.Flash("witness.ended")
	return v.Redirect(deskWitnesses)
}

// cosignBody bounds a note with cosignatures, in bytes.
const cosignBody = 64 << 10

// cosign takes the cosignatures of witnesses: they are their own proof, so nobody signs in.
func (s *Server) cosign(v *Visit) error {
	body, err := v.readBody(cosignBody)
	if err != nil {
		return err
	}
	if err := s.Votes.Cosign(v.ctx, v.Param("slug"), body); err != nil {
		return err
	}
	v.Status(204)
	return nil
}

// seenBy says who cosigned the ledger as it now is.
type seenBy struct {
	Name string
	At   i18nTime
}

func (v *Visit) seenBy(all []vote.Cosignature) (rows []seenBy) {
	for _, c := range all {
		rows = append(rows, seenBy{c.Witness, v.instant(c.SeenAt())})
	}
	return rows
}
