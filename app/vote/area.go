package vote

import (
	"slices"
	"strconv"

	"tequio/app/fault"
	"tequio/app/text"
)

// AreaRule says in how many areas a ballot votes.
type AreaRule string

// The area rules.
const (
	NoAreas    AreaRule = ""             // the questions are about the whole town
	OneArea    AreaRule = "one"          // in one area
	OneAndCity AreaRule = "one-and-city" // in one area, and under the questions of the whole town
)

// AreaRules are all of them, in the order in which pages offer them.
var AreaRules = []AreaRule{NoAreas, OneArea, OneAndCity}

// areaMost bounds the name of an area, in runes.
const areaMost = 80

// Areas names the areas in the order of their questions.
func (v Vote) Areas() (all []string) {
	for _, q := range v.Questions {
		if q.Area != "" && !slices.Contains(all, q.Area) {
			all = append(all, q.Area)
		}
	}
	return all
}

// AreaOf names the one area in which a ballot votes; "" where it votes in none or in several.
func (v Vote) AreaOf(b Ballot) (area string) {
	for i, q := range v.Questions {
		if q.Area == "" || i >= len(b) || b[i] == nil || q.Area == area {
			continue
		}
		if area != "" {
			return ""
		}
		area = q.Area
	}
	return area
}

// asks reports whether a ballot that votes in an area votes under a question.
func (v Vote) asks(q Question, area string) bool { return q.Area == "" || q.Area == area }

// Asks reports whether a ballot of an area has a part for the question with an index.
func (v Vote) Asks(i int, area string) bool { return v.asks(v.Questions[i], area) }

// checkAreas refuses areas that the rule does not go with.
func (v *Vote) checkAreas(c *fault.Check) {
	c.That(slices.Contains(AreaRules, v.AreaRule), "area_rule", "vote.area.rule")
	city := false
	for i := range v.Questions {
		q, at := &v.Questions[i], "q"+strconv.Itoa(i)+"-area"
		q.Area = text.Line(q.Area)
		city = city || q.Area == ""
		c.That(len([]rune(q.Area)) <= areaMost, at, "vote.area.long", "max", areaMost)
		c.That(v.AreaRule != NoAreas || q.Area == "", at, "vote.area.unruled")
		c.That(v.AreaRule != OneArea || q.Area != "", at, "vote.area.needed")
	}
	c.That(v.AreaRule == NoAreas || len(v.Areas()) >= 2, "area_rule", "vote.area.few")
	c.That(v.AreaRule != OneAndCity || city, "area_rule", "vote.area.city")
}

// AreaTurnout is how many ballots voted in an area.
type AreaTurnout struct {
	Area    string
	Ballots int64
}

// AreaTurnout tells, from the counts of the questions, how many ballots voted in each area. Where an
// area has several questions each counted the same ballots.
func (v Vote) AreaTurnout(r Result) (all []AreaTurnout) {
	for _, area := range v.Areas() {
		i := slices.IndexFunc(v.Questions, func(q Question) bool { return q.Area == area })
		if i < len(r.Questions) {
			all = append(all, AreaTurnout{area, r.Questions[i].Totals.Ballots})
		}
	}
	return all
}
