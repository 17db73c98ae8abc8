package tally

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// byID are the options' numbers, as the expectations have them.
func numbersOf(ids []string) []int {
	var all []int
	for _, id := range ids {
		n, _ := strconv.Atoi(id)
		all = append(all, n)
	}
	return all
}

func TestRealScottishWards(t *testing.T) {
	var want map[string]struct {
		Seats, Candidates int
		Valid, Quota      int64
		Elected           []any
		IDs               []int `json:"elected_ids"`
		Stages            int   `json:"n_stages"`
		Lots              []any `json:"lot_ties"`
	}
	expected(t, "stv-scottish.json", &want)
	for file, w := range want {
		e := readRanked(t, "blt", file)
		got, err := Count(e, "stv-scottish", Params{})
		if err != nil {
			t.Fatal(err)
		}
		if e.Seats != w.Seats || len(e.Options) != w.Candidates || got.Totals.Valid != w.Valid || got.Rounds[0].Quota != Whole(w.Quota) {
			t.Errorf("%s: %d seats, %d candidates, %d valid, quota %v, want %+v", file, e.Seats, len(e.Options), got.Totals.Valid, got.Rounds[0].Quota, w)
		}
		if !slices.Equal(numbersOf(got.Winners), w.IDs) || len(got.Rounds) != w.Stages {
			t.Errorf("%s: elects %v in %d stages, want %v in %d", file, got.Winners, len(got.Rounds), w.IDs, w.Stages)
		}
		for k, id := range got.Winners {
			o := e.Options[slices.IndexFunc(e.Options, func(o Option) bool { return o.ID == id })]
			name := o.Name
			if name == "" {
				name = o.ID
			}
			if k < len(w.Elected) && name != fmt.Sprint(w.Elected[k]) {
				t.Errorf("%s: elects %q, want %q", file, name, w.Elected[k])
			}
		}
		if got.Tied || len(w.Lots) > 0 {
			t.Errorf("%s: tied %v, lots %v", file, got.Tied, w.Lots)
		}
	}
	if len(want) == 0 {
		t.Fatal("no expectations")
	}
	t.Logf("%d wards", len(want))
}

func TestOfficialStages(t *testing.T) {
	var want map[string]struct {
		Quota, Valid int64
		Stages       []map[string]string `json:"official_stages"`
		Elected      []string
	}
	expected(t, "stv-scottish-official-stages.json", &want)
	for file, w := range want {
		e := readRanked(t, "blt", file)
		got, err := Count(e, "stv-scottish/1", Params{})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Rounds) != len(w.Stages) || got.Totals.Valid != w.Valid {
			t.Fatalf("%s: %d stages, %d valid, want %d, %d", file, len(got.Rounds), got.Totals.Valid, len(w.Stages), w.Valid)
		}
		for k, stage := range w.Stages {
			seen := map[string]string{"Non-transferable votes": got.Rounds[k].NonTransferable.fixed(5)}
			for _, o := range e.Options {
				name, _, _ := strings.Cut(o.Name, " (")
				seen[name] = "0.00000"
				for _, f := range got.Rounds[k].Figures {
					if f.Option == o.ID {
						seen[name] = f.Score.fixed(5)
					}
				}
			}
			for name, votes := range stage {
				if seen[name] != votes {
					t.Errorf("%s stage %d: %s has %s, want %s", file, k+1, name, seen[name], votes)
				}
			}
		}
		var elected []string
		for _, o := range numbersOf(got.Winners) {
			elected = append(elected, e.Options[o-1].Name)
		}
		if !slices.Equal(elected, w.Elected) {
			t.Errorf("%s elects %v, want %v", file, elected, w.Elected)
		}
	}
}

func (n Number) fixed(places int) string {
	s := n.Decimal(places)
	if !strings.Contains(s, ".") {
		s += "."
	}
	_, part, _ := strings.Cut(s, ".")
	return s + strings.Repeat("0", places-len(part))
}

func TestRealMeekAndWIGM(t *testing.T) {
	var want map[string]struct {
		Meek     []int  `json:"meek-prf"`
		WIGM     []int  `json:"wigm-prf"`
		Scotland []int  `json:"scotland"`
		Quota    string `json:"meek_quota"`
		Votes    map[string]string
		MeekV    map[string]string `json:"meek_votes"`
		Keep     map[string]string `json:"meek_kf"`
	}
	expected(t, "stv-meek-wigm.json", &want)
	for file, w := range want {
		e := readRanked(t, "blt", file)
		for rule, winners := range map[string][]int{"stv-meek": w.Meek, "stv-wigm": w.WIGM, "stv-scottish": w.Scotland} {
			got, err := Count(e, rule, Params{})
			if err != nil {
				t.Fatal(err)
			}
			ids := numbersOf(got.Winners)
			slices.Sort(ids)
			if !slices.Equal(ids, winners) || got.Tied {
				t.Errorf("%s: %s elects %v, want %v", file, rule, ids, winners)
			}
			if rule != "stv-meek" {
				continue
			}
			last := got.Rounds[len(got.Rounds)-1]
			if q := last.Quota.fixed(9); q != w.Quota {
				t.Errorf("%s: quota %s, want %s", file, q, w.Quota)
			}
			for c, votes := range w.MeekV {
				at := slices.IndexFunc(last.Figures, func(f Figure) bool { return "c"+f.Option == c })
				if at < 0 || last.Figures[at].Score.fixed(9) != votes || last.Figures[at].Keep.fixed(9) != w.Keep[c] {
					t.Errorf("%s: %s has %+v, want %s keeping %s", file, c, last.Figures, votes, w.Keep[c])
				}
			}
		}
	}
	t.Logf("%d wards", len(want))
}
