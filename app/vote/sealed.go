package vote

import (
	"crypto/rand"
	"math/big"
)

// Sealed is the way of publishing ballots for few voters, or for rankings so long that a rare one could
// mark a person: the contents in random order, without nonces, and the commitments counted apart. Anybody
// recounts the ballots and compares their number with the commitments; two named auditors check the pairs.
const Sealed = "sealed"

// Disclosures are the ways of publishing ballots, in the order in which pages offer them.
var Disclosures = []string{Checkable, Sealed}

// FewVoters is the number of ballots below which checkable ballots can give away a person who is known
// to have voted.
const FewVoters = 20

// shuffled are the numbers below n in an order that nobody can guess.
func shuffled(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	for i := n - 1; i > 0; i-- {
		k, err := rand.Int(rand.Reader, big.NewInt(int64(i+1)))
		if err != nil {
			panic(err) // documented never to happen
		}
		j := int(k.Int64())
		order[i], order[j] = order[j], order[i]
	}
	return order
}
