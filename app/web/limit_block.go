package web

// A network block is shared by neighbours, and one that the instance trusts by a whole town hall: so
// many times one person's limit is theirs together.
const (
	neighbours = 10
	townsfolk  = 100
)

// ofBlock is the class in which all who write from one network block are counted together, however
// many accounts they have.
func (v *Visit) ofBlock(c class) class {
	times := float64(neighbours)
	if v.s.Screen != nil && v.s.Screen.Current().Trusts(v.Network()) {
		times = townsfolk
	}
	return class{c.name + " of block", c.burst * times, c.period}
}
