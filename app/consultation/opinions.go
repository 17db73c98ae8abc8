package consultation

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"tequio/app/db"
	"tequio/app/opinion"
	"tequio/app/thing"
)

// Drawn is an opinion map as it is kept: what pages show, and nothing of who is where.
type Drawn struct {
	At        time.Time      `json:"at"`
	Accounts  int            `json:"accounts"` // who voted with an account
	Browsers  int            `json:"browsers"` // and without
	Stability float64        `json:"stability"`
	Report    opinion.Report `json:"report"`
	Dots      []Dot          `json:"dots"`
	// Of the map itself, so that it can be said where somebody stands on it.
	Statements []int64           `json:"statements"`
	Center     []float64         `json:"center"`
	Components [2][]float64      `json:"components"`
	Centers    []opinion.Point   `json:"centers"`
	Overall    []opinion.Count   `json:"overall"`
	ByGroup    [][]opinion.Count `json:"by_group"`
	Priorities []float64         `json:"priorities"`
}

// A Dot is how many people of a group stand in one place of the map.
type Dot struct {
	X     int `json:"x"` // 0 to Across
	Y     int `json:"y"` // 0 to Down
	Group int `json:"group"`
	N     int `json:"n"`
}

// How finely the map shows where people stand.
const (
	Across = 40
	Down   = 26
)

// steadyTries is how often it is tried whether the map is sound, and steadyMost up to how many people.
const (
	steadyTries = 5
	steadyMost  = 5000
)

// Enough reports whether there are enough people on the map to show it.
func (d Drawn) Enough() bool { return d.Report.Participants >= MapLeast }

// Large reports whether a group is large enough to be shown.
func (d Drawn) Large(group int) bool { return d.Report.Groups[group].Size >= GroupLeast }

// GroupOf is the group nearest to what somebody says; −1: none that is shown.
func (d Drawn) GroupOf(say map[int64]int8) int {
	m := opinion.Map{Statements: d.Statements, Center: d.Center, Components: d.Components}
	for _, c := range d.Centers {
		m.Groups = append(m.Groups, opinion.Group{Center: c})
	}
	_, group := m.Place(say)
	if group >= 0 && (!d.Enough() || !d.Large(group)) {
		return -1
	}
	return group
}

// priority is how much is learned by asking about a statement, also one that the map does not know yet.
func (d Drawn) priority() map[int64]float64 {
	all := map[int64]float64{}
	for j, s := range d.Statements {
		all[s] = d.Priorities[j]
	}
	return all
}

// drawn turns a map into what is kept of it.
func drawn(m opinion.Map, stability float64) Drawn {
	d := Drawn{
		Stability: stability, Report: m.Report(false), Statements: m.Statements, Center: m.Center, Components: m.Components,
		Overall: m.Overall, ByGroup: m.ByGroup, Priorities: m.Priorities, Dots: []Dot{},
	}
	group := map[int64]int{}
	for g, one := range m.Groups {
		d.Centers = append(d.Centers, one.Center)
		for _, p := range one.Members {
			group[p] = g
		}
	}
	at := frame(m.Points)
	count := map[Dot]int{}
	var order []Dot
	for i, p := range m.Points {
		x, y := at(p)
		dot := Dot{X: x, Y: y, Group: group[m.Participants[i]]}
		if count[dot] == 0 {
			order = append(order, dot)
		}
		count[dot]++
	}
	for _, dot := range order {
		n := count[dot]
		dot.N = n
		d.Dots = append(d.Dots, dot)
	}
	return d
}

// frame brings points into the map's frame, which is as wide as they spread.
func frame(points []opinion.Point) func(opinion.Point) (x, y int) {
	least, most := opinion.Point{X: math.Inf(1), Y: math.Inf(1)}, opinion.Point{X: math.Inf(-1), Y: math.Inf(-1)}
	for _, p := range points {
		least = opinion.Point{X: min(least.X, p.X), Y: min(least.Y, p.Y)}
		most = opinion.Point{X: max(most.X, p.X), Y: max(most.Y, p.Y)}
	}
	part := func(at, least, most float64, cells int) int {
		if most-least < 1e-9 {
			return cells / 2
		}
		return int(math.Round((at - least) / (most - least) * float64(cells)))
	}
	return func(p opinion.Point) (int, int) {
		return part(p.X, least.X, most.X, Across), part(p.Y, least.Y, most.Y, Down)
	}
}

// DrawMaps draws the maps of the consultations in which something was said since. Who votes waits for
// none of it.
func (s *Service) DrawMaps(ctx context.Context) error {
	var due []thing.ID
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) { due, err = stale(tx); return err })
	for _, id := range due {
		if err != nil {
			return err
		}
		if err = s.DrawMap(ctx, id); err != nil {
			err = fmt.Errorf("opinion map of consultation %d: %w", id, err)
		}
	}
	return err
}

// settling is how long a write may take: what was said so shortly before a map was read may not be on it, and
// has it drawn once more.
const settling = 5 * time.Second

// DrawMap draws one map. It computes outside the write.
func (s *Service) DrawMap(ctx context.Context, id thing.ID) error {
	var all []opinion.Vote
	var accounts, browsers int
	var read time.Time
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		read = tx.Now
		if all, err = votes(tx, id); err == nil {
			accounts, browsers, err = voices(tx, id)
		}
		return err
	})
	if err != nil {
		return err
	}
	v := opinion.NewVotes(all)
	m := opinion.Compute(v)
	stability := 0.0
	if n := len(m.Participants); n >= MapLeast && n <= steadyMost {
		stability = opinion.Stability(v, m, steadyTries)
	}
	d := drawn(m, stability)
	d.Accounts, d.Browsers = accounts, browsers
	return s.db.Write(ctx, func(tx *db.Tx) error {
		d.At = read
		b, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if err := saveMap(tx, id, read.Add(-settling), string(b)); err != nil {
			return err
		}
		return thing.Record(tx, 0, "statement.map", id, "")
	})
}

// DrawnOf returns a consultation's map; found is false while none was drawn.
func DrawnOf(tx *db.Tx, id thing.ID) (d Drawn, found bool, err error) {
	kept, err := loadMap(tx, id)
	if db.IsNone(err) {
		return d, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(kept), &d)
	}
	return d, err == nil, err
}
