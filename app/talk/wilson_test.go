package talk

import (
	"math"
	"testing"
)

// lower is the same bound by floating point, as the paper has it.
func lower(agree, disagree int64) float64 {
	n := float64(agree + disagree)
	if n == 0 {
		return 0
	}
	const z = 1.96
	p := float64(agree) / n
	return (p + z*z/(2*n) - z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))) / (1 + z*z/n)
}

func TestTheBoundIsWilsons(t *testing.T) {
	for agree := int64(0); agree <= 300; agree += 1 + agree/7 {
		for disagree := int64(0); disagree <= 300; disagree += 1 + disagree/7 {
			want := lower(agree, disagree) * 1e6
			if got := wilson(agree, disagree); math.Abs(float64(got)-want) > 1.5 {
				t.Errorf("%d of %d: %d, not %.1f", agree, agree+disagree, got, want)
			}
		}
	}
	for name, c := range map[string]struct{ less, more int64 }{
		"few count less than many":           {wilson(2, 0), wilson(200, 20)},
		"one voice is better than none":      {wilson(0, 0), wilson(1, 0)},
		"disagreement lowers":                {wilson(10, 5), wilson(10, 4)},
		"as many for a million do not burst": {wilson(1, 1), wilson(1_000_000_000, 1_000_000_000)},
	} {
		if c.less >= c.more {
			t.Errorf("%s: %d and %d", name, c.less, c.more)
		}
	}
}

func TestWhatMayBeNames(t *testing.T) {
	for body, want := range map[string]string{
		"hola @Ana":                       "Ana",
		"@Ana Ruiz, mira":                 "Ana Ruiz, mira|Ana Ruiz,|Ana Ruiz|Ana",
		"correo a@b.example":              "b.example",
		"@ nadie":                         "",
		"sin nadie":                       "",
		"@Ana\nRuiz":                      "Ana",
		"@uno dos tres cuatro cinco seis": "uno dos tres cuatro cinco|uno dos tres cuatro|uno dos tres|uno dos|uno",
	} {
		got := ""
		for i, n := range spoken(body) {
			if i > 0 {
				got += "|"
			}
			got += n
		}
		if got != want {
			t.Errorf("%q: %q, not %q", body, got, want)
		}
	}
}

func FuzzSpoken(f *testing.F) {
	f.Add("@Ana Ruiz, @@ @\x00 @é")
	f.Fuzz(func(t *testing.T, body string) {
		for _, n := range spoken(body) {
			if n == "" {
				t.Errorf("a name of nothing in %q", body)
			}
		}
	})
}
