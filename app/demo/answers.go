package demo

import "strconv"

// answersTo gives a question to the people who filled in its questionnaire, as data/demo/README.md
// says: the shares of the answers are those of the weights, and everybody's demo is the same.
func (q questionRow) answersTo(consultation string, people []string) map[string][]string {
	salt := consultation + "/" + q.Key
	given := map[string][]string{}
	switch q.Kind {
	case "one":
		var keys []string
		var weights []int
		for _, o := range q.Options {
			keys, weights = append(keys, o.Key), append(weights, o.Weight)
		}
		share(given, order(salt, people), keys, weights)
	case "scale":
		var keys []string
		for i := range q.Weights {
			keys = append(keys, strconv.Itoa(i+1))
		}
		share(given, order(salt, people), keys, q.Weights)
	case "several":
		q.tick(given, salt, people)
	case "short", "long":
		for i, p := range order(salt, people) {
			if i < len(q.Texts) {
				given[p] = []string{q.Texts[i]}
			}
		}
	}
	return given
}

// share lays the weights end to end and gives each person the key in whose share their place falls.
func share(given map[string][]string, people, keys []string, weights []int) {
	total := 0
	for _, w := range weights {
		total += w
	}
	for i, p := range people {
		place := i * total / len(people)
		for k, w := range weights {
			if place < w {
				given[p] = []string{keys[k]}
				break
			}
			place -= w
		}
	}
}

// tick gives each option to as many people as its weight says, in a hundred.
func (q questionRow) tick(given map[string][]string, salt string, people []string) {
	for _, o := range q.Options {
		for i, p := range order(salt+"/"+o.Key, people) {
			if i*100 < o.Weight*len(people) && (q.Max == 0 || len(given[p]) < q.Max) {
				given[p] = append(given[p], o.Key)
			}
		}
	}
	for _, p := range people {
		if q.Required && len(given[p]) == 0 {
			given[p] = []string{q.Options[0].Key}
		}
	}
}
