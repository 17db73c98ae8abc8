package web

import (
	"io"
	"strings"

	"tequio/app/fault"
	"tequio/app/geo"
	"tequio/app/instance"
	"tequio/app/page"
)

const deskMap = "/admin/instance/map"

// mapEdit is the page on which the town's boundaries are put in: first looked at, then kept.
type mapEdit struct {
	Desk    []deskItem
	Form    FormView
	Most    int64   // size of a file, in MB
	Now     *mapFit // what is in use; nil: nothing
	Preview *mapFit // what was sent and not kept yet
	GeoJSON string  // of Preview
}

// mapFit says how boundaries and the instance's places go together.
type mapFit struct {
	Map      mapView
	Property string
	Found    int64
	Of       int64
	Missing  []string // places without a boundary
	Others   []string // areas that are no place
}

var mapEditTmpl = page.New[mapEdit]("admin/map")

func (s *Server) oneMap(v *Visit) error { return s.editMap(v, blank(), nil, nil) }

func (s *Server) editMap(v *Visit, f FormView, preview []byte, refused error) error {
	m := mapEdit{Desk: v.desk(deskInstance), Form: f, Most: geo.BytesMost >> 20, GeoJSON: string(preview)}
	if now := s.Instance.Map(); now != nil {
		m.Now = v.mapFit(now, "now")
	}
	if preview != nil {
		m.Preview = v.mapFit(instance.NewMap(preview, s.Instance.Current().Places), "preview")
	}
	h := Head{Title: v.T("map.edit"), Admin: true, Private: true}
	if refused != nil {
		h.Failed, h.Code = true, statusOf(refused)
	}
	return render(v, mapEditTmpl, h, m)
}

func (v *Visit) mapFit(m *instance.Map, id string) *mapFit {
	fit := &mapFit{Property: m.Property, Found: int64(len(m.Places)), Of: int64(len(m.Places) + len(m.Missing))}
	fit.Map, _ = v.ground(m, geo.NewFrame(m.Box.Grown(4), whereWidth, planSize(m.Box)))
	fit.Map.ID, fit.Map.Title = "map-"+id, v.T("map.edit."+id)
	fit.Map.About = v.T("map.edit.found", "n", fit.Found, "of", fit.Of)
	for _, t := range m.Missing {
		fit.Missing = append(fit.Missing, t.In(v.Lang.Tag()))
	}
	for _, r := range m.Others {
		name := strings.TrimSpace(r.Name)
		if name == "" {
			name = v.T("map.edit.nameless")
		}
		fit.Others = append(fit.Others, name)
	}
	return fit
}

// saveMap takes a file to look at, keeps what was looked at, or takes the map away.
func (s *Server) saveMap(v *Visit) error {
	var kept []byte
	var err error
	switch v.Form.Get("then") {
	case "remove":
	case "save":
		kept, err = instance.ReadBoundaries([]byte(v.Form.Raw("geojson")))
	default:
		if kept, err = v.sentMap(); err == nil {
			return s.editMap(v, blank(), kept, nil)
		}
	}
	if err == nil {
		err = s.Instance.SetMap(v.ctx, v.Actor, kept)
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.editMap(v, f, nil, err)
	}
	if err != nil {
		return err
	}
	v.Flash("admin.saved")
	return v.Redirect(deskMap)
}

// sentMap reads the file of the form.
func (v *Visit) sentMap() ([]byte, error) {
	files := v.Form.Files("file")
	if len(files) == 0 || files[0].Size == 0 {
		return nil, fault.On("file", "map.file.none")
	}
	f, err := files[0].Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, geo.BytesMost+1))
	if err != nil {
		return nil, err
	}
	return instance.ReadBoundaries(b)
}

// boundaries hands out the town's shape as open data.
func (s *Server) boundaries(v *Visit) error {
	kept := s.Instance.Boundaries()
	if len(kept) == 0 {
		return fault.New(fault.NotFound, "fault.missing")
	}
	return v.download("places.geojson", "application/geo+json", kept)
}
