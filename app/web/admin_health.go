package web

import (
	"context"

	"tequio/app/fault"
	"tequio/app/page"
)

// Grade is how well a part of the instance does.
type Grade string

// The grades. Only Bad makes a check fail.
const (
	Good Grade = "ok"
	Warn Grade = "warn"
	Bad  Grade = "bad"
)

// A Finding is what was found of one part of the instance, for the health page and tequio check.
type Finding struct {
	Part    string // key after "health.part."
	Grade   Grade
	Said    fault.Message
	Details string // words of the engine or of another server, which we do not translate
}

const deskHealth = "/admin/health"

type healthView struct {
	Desk []deskItem
	All  []healthRow
	Bad  int64
	Warn int64
}

type healthRow struct {
	Class, Icon   string
	Name          string
	Grade         string
	Said, Details string
}

var healthTmpl = page.New[healthView]("admin/health")

var gradeIcons = map[Grade]string{Good: "check-circle", Warn: "alert", Bad: "x-circle"}

func (s *Server) health(v *Visit) error {
	m := healthView{Desk: v.desk(deskHealth)}
	ctx, cancel := context.WithTimeout(v.ctx, requestTime/2)
	defer cancel()
	for _, f := range s.Health(ctx) {
		m.All = append(m.All, healthRow{string(f.Grade), gradeIcons[f.Grade], v.T("health.part." + f.Part), v.T("health.grade." + string(f.Grade)), v.Say(f.Said), f.Details})
		switch f.Grade {
		case Bad:
			m.Bad++
		case Warn:
			m.Warn++
		}
	}
	return render(v, healthTmpl, Head{Title: v.T("admin.nav.health"), Admin: true, Private: true}, m)
}
