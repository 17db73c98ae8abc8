package opinion

import (
	"math"
	"slices"
)

// Priority is how much is learned by asking one more person about a statement: more where few have seen it,
// where those who did agree and do not pass, and where it stands far out on the map. Whoever asks draws the
// next statement at random, with these as weights.
func Priority(c Count, extremity float64) float64 {
	pass := share(c.Seen-c.Agree-c.Disagree, c.Seen)
	fresh := 1 + 8*math.Pow(2, -float64(c.Seen)/5)
	x := (1 - pass) * (extremity + 1) * share(c.Agree, c.Seen) * fresh
	return x * x
}

// extremity is how far from the middle somebody would stand who agreed with that statement alone.
func (m Map) extremity(j int) float64 {
	one := math.Sqrt(float64(len(m.Statements))) * (1 - m.Center[j])
	return math.Hypot(one*m.Components[0][j], one*m.Components[1][j])
}

// Place is where somebody stands who says so about statements, and the nearest group; −1 when they said
// nothing about those of the map, or there is none.
func (m Map) Place(say map[int64]int8) (at Point, group int) {
	seen := 0
	for j, s := range m.Statements {
		if word, ok := say[s]; ok {
			d := float64(word) - m.Center[j]
			at.X += float64(d * m.Components[0][j])
			at.Y += float64(d * m.Components[1][j])
			seen++
		}
	}
	if seen == 0 || len(m.Groups) == 0 {
		return Point{}, -1
	}
	scale := math.Pow(float64(len(m.Statements))/float64(seen), outward)
	at = Point{at.X * scale, at.Y * scale}
	centers := make([]Point, len(m.Groups))
	for g := range m.Groups {
		centers[g] = m.Groups[g].Center
	}
	return at, nearest(at, centers)
}

// Stability is how alike the groups are when only four in five of the participants are asked: the mean
// adjusted Rand index of so many tries. Near 1 the map is sound; near 0 it shows chance.
func Stability(v Votes, m Map, tries int) float64 {
	if len(m.Participants) == 0 || tries == 0 {
		return 0
	}
	group := map[int64]int{}
	for g, one := range m.Groups {
		for _, p := range one.Members {
			group[p] = g
		}
	}
	sum := 0.0
	for t := range tries {
		some := Compute(v.some(func(p int) bool { return (p+t*7)%5 != 0 }))
		var before, after []int
		for g, one := range some.Groups {
			for _, p := range one.Members {
				if at, ok := group[p]; ok {
					before, after = append(before, at), append(after, g)
				}
			}
		}
		sum += Alike(before, after)
	}
	return sum / float64(tries)
}

// some keeps the participants in some places.
func (v Votes) some(keep func(place int) bool) Votes {
	w := Votes{Statements: v.Statements, start: []int{0}}
	for i, p := range v.Participants {
		if !keep(i) {
			continue
		}
		at, say := v.row(i)
		w.Participants = append(w.Participants, p)
		w.at, w.say = slices.Concat(w.at, at), slices.Concat(w.say, say)
		w.start = append(w.start, len(w.at))
	}
	return w
}
