package talk

import (
	"testing"

	"tequio/app/fault"
)

func TestACorrectionSaysWhatItCorrects(t *testing.T) {
	for name, c := range map[string]struct {
		former  []Answer
		said    string
		kept    string
		refused bool
	}{
		"the first word":            {nil, "nothing", "", false},
		"after a review":            {[]Answer{{Verdict: Review}}, "", "", false},
		"a decision, silently":      {[]Answer{{Verdict: Rejected}, {Verdict: Review}}, "", "", true},
		"a decision":                {[]Answer{{Verdict: Noted}}, "the cost", "the cost", false},
		"a decision taken back":     {[]Answer{{Verdict: Review}, {Verdict: Accepted}}, "", "", false},
		"one that corrects already": {[]Answer{{Verdict: Partly, Correction: "x"}}, "the date", "the date", false},
	} {
		n := Answer{Verdict: Accepted, Correction: c.said}
		err := n.follow(c.former)
		if (err != nil) != c.refused || err != nil && fault.Of(err).Fields["correction"].Key == "" || err == nil && n.Correction != c.kept {
			t.Errorf("%s: %v, %q", name, err, n.Correction)
		}
	}
}
