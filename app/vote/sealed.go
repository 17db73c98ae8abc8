package vote

import (
	"crypto/rand"
	"math/big"

	"tequio/app/db"
	"tequio/app/thing"
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

// publish publishes what was counted: in the order of the commitments, which tells nothing, or sealed.
func publish(tx *db.Tx, v Vote) error {
	if v.Disclosure != Sealed {
		_, err := tx.Exec(`INSERT INTO published_ballot (vote_id, commitment, nonce, content)
			SELECT vote_id, commitment, nonce, content FROM ballot WHERE vote_id = $1 ORDER BY commitment`, v.ID)
		return err
	}
	ballots, err := db.All(tx, scanPublished, `SELECT commitment, nonce, content FROM ballot WHERE vote_id = $1 ORDER BY commitment`, v.ID)
	if err != nil {
		return err
	}
	return publishSealed(tx, v.ID, ballots)
}

// publishSealed publishes commitments, in order, and contents, shuffled.
func publishSealed(tx *db.Tx, id thing.ID, ballots []Published) error {
	var counted, contents [][]any
	order := shuffled(len(ballots))
	for i, b := range ballots {
		counted = append(counted, []any{id, b.Commitment[:], []byte{}, []byte{}})
		contents = append(contents, []any{id, i, ballots[order[i]].Content})
	}
	if err := insertRows(tx, `INSERT INTO published_ballot (vote_id, commitment, nonce, content) VALUES `, counted); err != nil {
		return err
	}
	return insertRows(tx, `INSERT INTO shuffled_ballot (vote_id, place, content) VALUES `, contents)
}

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

func scanShuffled(r db.Row) (p Published, err error) { err = r.Scan(&p.Content); return }
