package tally

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
)

// manyDuels is how many options there may be for the result to hold the table: a quarter of a million
// numbers and as many chains.
const manyDuels = 500

// duels compares options two by two.
type duels struct {
	*count
	n     int
	votes []int64 // votes[i*n+j]: ballots that rank i above j
	paths []int64 // paths[i*n+j]: strength of the strongest chain of won duels from i to j; 0 for none
}

// schulze orders options by the strongest chains of won duels (Schulze, A new monotonic,
// clone-independent, reversal symmetric, and Condorcet-consistent single-winner election method, Social
// Choice and Welfare 36, 2011): a duel is as strong as its winning votes and, where these are equal, the
// stronger the fewer votes it has against it; a chain is as strong as its weakest duel; i comes before j
// when the strongest chain from i to j is stronger than that back. A ballot puts the options that it
// does not name last, equal.
//
// The first class of the ranking is those before whom nobody comes, the next those before whom nobody
// outside the classes above comes, and so on. Seats go class by class; within one the declared criteria
// decide.
func schulze(c *count) {
	d := &duels{count: c, n: len(c.e.Options)}
	d.compare()
	d.chain()
	if c.stopped != nil {
		return
	}
	for i := range d.n {
		c.scores[i] = 0
		for j := range d.n {
			if d.before(i, j) {
				c.scores[i]++
			}
		}
		c.done[i].Score = Whole(c.scores[i])
	}
	round := c.round()
	ranking := d.layers()
	c.ranked(ranking)
	for _, i := range slices.Concat(ranking...) {
		round.Figures = append(round.Figures, Figure{Option: c.e.Options[i].ID, Score: Whole(c.scores[i])})
	}
	d.table(slices.Concat(ranking...))
	d.seat(ranking)
}

// compare fills the table of duels. What a ballot names beats all others, except those that it puts as
// high or higher; so only the named options of a ballot need be looked at.
func (d *duels) compare() {
	parts := min(runtime.GOMAXPROCS(0), 1+len(d.e.Ballots)/10_000)
	not := make([][]int64, parts)
	var wait sync.WaitGroup
	for p := range parts {
		from, to := p*len(d.e.Ballots)/parts, (p+1)*len(d.e.Ballots)/parts
		wait.Go(func() { not[p] = d.notAbove(d.e.Ballots[from:to]) })
	}
	wait.Wait()
	d.votes = make([]int64, d.n*d.n)
	for i := range d.n {
		for j := range d.n {
			if i == j {
				continue
			}
			d.votes[i*d.n+j] = d.sums.votes[i]
			for _, part := range not {
				d.votes[i*d.n+j] -= part[i*d.n+j]
			}
		}
	}
}

// notAbove counts for each i and j the ballots that name i and put j as high or higher.
func (d *duels) notAbove(ballots []Ballot) []int64 {
	not := make([]int64, d.n*d.n)
	for k := range ballots {
		b := &ballots[k]
		for from := 0; from < len(b.Options); {
			to := from + 1
			for b.Values != nil && to < len(b.Options) && b.Values[to] == b.Values[from] {
				to++
			}
			for _, i := range b.Options[from:to] {
				row := not[int(i)*d.n : (int(i)+1)*d.n]
				for _, j := range b.Options[:to] {
					row[j] += b.Weight
				}
			}
			from = to
		}
	}
	return not
}

// chain finds the strongest chains, by the method of Floyd and Warshall for widest paths.
func (d *duels) chain() {
	n := d.n
	d.paths = make([]int64, n*n)
	for i := range n {
		for j := range n {
			if with, against := d.votes[i*n+j], d.votes[j*n+i]; with > against {
				d.paths[i*n+j] = with*(MaxWeight+1) + MaxWeight - against
			}
		}
	}
	for k := range n {
		if k%100 == 99 && !d.goOn(int64(k+1)) {
			return
		}
		through := d.paths[k*n : (k+1)*n]
		for i := range n {
			first := d.paths[i*n+k]
			if i == k || first == 0 {
				continue
			}
			row := d.paths[i*n : (i+1)*n]
			for j, second := range through {
				if s := min(first, second); s > row[j] {
					row[j] = s
				}
			}
		}
	}
}

// before says whether i comes before j.
func (d *duels) before(i, j int) bool { return i != j && d.paths[i*d.n+j] > d.paths[j*d.n+i] }

// layers are the classes of the ranking.
func (d *duels) layers() [][]int {
	left := make([]int, d.n)
	for i := range left {
		left[i] = i
	}
	slices.SortFunc(left, d.byID)
	above := make([]int, d.n) // how many of those left come before it
	for i := range d.n {
		for j := range d.n {
			if d.before(j, i) {
				above[i]++
			}
		}
	}
	var all [][]int
	for len(left) > 0 {
		var class, rest []int
		for _, i := range left {
			if above[i] == 0 {
				class = append(class, i)
			} else {
				rest = append(rest, i)
			}
		}
		for _, i := range class {
			for _, j := range rest {
				if d.before(i, j) {
					above[j]--
				}
			}
		}
		all, left = append(all, class), rest
	}
	return all
}

// table writes duels and chains into the result, in the order of the ranking.
func (d *duels) table(order []int) {
	if len(order) > manyDuels {
		return
	}
	p := &Pairwise{Options: d.ids(order)}
	for _, i := range order {
		votes, paths := make([]int64, d.n), make([]int64, d.n)
		for k, j := range order {
			votes[k], paths[k] = d.votes[i*d.n+j], d.paths[i*d.n+j]/(MaxWeight+1)
			if i == j {
				paths[k] = 0
			}
		}
		p.Votes, p.Paths = append(p.Votes, votes), append(p.Paths, paths)
	}
	d.r.Pairwise = p
}

// seat fills the seats class by class.
func (d *duels) seat(ranking [][]int) {
	left := max(d.e.Seats, 1)
	for _, class := range ranking {
		order, by, before := [][]int{class}, []Criterion(nil), left
		if len(class) > 1 {
			order, by = d.refine(class)
		}
		open := false
		for _, part := range order {
			switch {
			case len(part) <= left:
				for _, i := range part {
					d.decide(i, Elected, d.won(i))
				}
				left -= len(part)
			case left > 0:
				for _, i := range part {
					d.decide(i, Tied, reason("reason.tied", number("n", int64(len(part))), number("seats", int64(left))))
				}
				left, open = 0, true
			default:
				for _, i := range part {
					d.decide(i, NotElected, d.lost(i, before > 0))
				}
			}
		}
		if len(class) > 1 {
			d.tie(class, order, by, before > 0 && before < len(class), open)
		}
	}
}

// won tells why an option has a seat.
func (d *duels) won(i int) Reason {
	all := true
	for j := range d.n {
		all = all && (i == j || d.votes[i*d.n+j] > d.votes[j*d.n+i])
	}
	switch {
	case all:
		return reason("reason.condorcet")
	case d.place[i] == 1:
		return reason("reason.schulze_first")
	}
	return reason("reason.schulze_place", number("place", int64(d.place[i])), number("n", d.scores[i]))
}

// lost tells which option came before this one, and by how much: the one with the best place; of
// several, the strongest.
func (d *duels) lost(i int, tie bool) Reason {
	by := -1
	for j := range d.n {
		if d.before(j, i) && (by < 0 || cmp.Or(
			cmp.Compare(d.place[j], d.place[by]), cmp.Compare(d.paths[by*d.n+i], d.paths[j*d.n+i]), d.byID(j, by)) < 0) {
			by = j
		}
	}
	if tie || by < 0 {
		return Reason{Key: "tally.reason.lost_tie"}
	}
	there, back := d.paths[by*d.n+i], d.paths[i*d.n+by]
	if with, against := d.votes[by*d.n+i], d.votes[i*d.n+by]; with > against && back == 0 {
		return reason("reason.schulze_duel", option("option", d.e.Options[by].ID), number("n", with), number("against", against))
	}
	args := []Arg{option("option", d.e.Options[by].ID), number("n", there/(MaxWeight+1)), number("back", back/(MaxWeight+1))}
	if there/(MaxWeight+1) == back/(MaxWeight+1) {
		return reason("reason.schulze_close", args...)
	}
	return reason("reason.schulze_behind", args...)
}
