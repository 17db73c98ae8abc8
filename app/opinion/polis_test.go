package opinion

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// polis is the folder of real conversations; the test is skipped where it is not.
func polis(t testing.TB) string {
	t.Helper()
	data := os.Getenv("TEQUIO_TEST_DATA")
	if data == "" {
		t.Skip("TEQUIO_TEST_DATA is not set: the real conversations are not part of the repository")
	}
	return filepath.Join(data, "polis")
}

func opened(t testing.TB, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// conversation reads an exported one without what was moderated out, and the group that the export gives
// each participant.
func conversation(t testing.TB, name, file string) (Votes, map[int64]int) {
	t.Helper()
	dir := filepath.Join(polis(t), name)
	v, err := ReadVotes(opened(t, filepath.Join(dir, file)))
	if err != nil {
		t.Fatal(err)
	}
	out, err := ReadModerated(opened(t, filepath.Join(dir, "comments.csv")))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(opened(t, filepath.Join(dir, "participants-votes.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[int64]int{}
	for _, r := range rows[1:] {
		p, _ := strconv.ParseInt(r[0], 10, 64)
		if g, err := strconv.Atoi(r[1]); err == nil {
			theirs[p] = g
		}
	}
	return v.Without(out), theirs
}

// Our groups agree with those that Polis had, as well as a faithful reading of the published method does.
func TestGroupsOfRealConversations(t *testing.T) {
	for _, c := range []struct {
		name          string
		k             int
		ari, accuracy float64
	}{
		{"15-per-hour-seattle", 2, 0.88, 0.97}, {"scoop-hivemind.taxes", 2, 0.93, 0.99}, {"vtaiwan.uberx", 2, 0.70, 0.93},
	} {
		for _, file := range []string{"votes.csv", "participants-votes.csv"} {
			v, theirs := conversation(t, c.name, file)
			m := Compute(v)
			var ours, reference []int
			for g, group := range m.Groups {
				for _, p := range group.Members {
					if at, known := theirs[p]; known {
						ours, reference = append(ours, g), append(reference, at)
					}
				}
			}
			ari, accuracy := Alike(ours, reference), matching(ours, reference)
			t.Logf("%s by %s: %d participants, k %d, ARI %.3f, accuracy %.3f", c.name, file, len(ours), len(m.Groups), ari, accuracy)
			if len(m.Groups) != c.k || ari < c.ari-0.03 || accuracy < c.accuracy-0.03 {
				t.Errorf("%s by %s: %d groups, ARI %.3f, accuracy %.3f", c.name, file, len(m.Groups), ari, accuracy)
			}
		}
	}
}

// matching is the part of two groupings that is alike under the best naming of the groups.
func matching(a, b []int) float64 {
	k := 1 + max(slices.Max(a), slices.Max(b))
	names := make([]int, k)
	for i := range names {
		names[i] = i
	}
	best := 0
	var try func(int)
	try = func(at int) {
		if at == k {
			same := 0
			for i := range a {
				if names[a[i]] == b[i] {
					same++
				}
			}
			best = max(best, same)
			return
		}
		for i := at; i < k; i++ {
			names[at], names[i] = names[i], names[at]
			try(at + 1)
			names[at], names[i] = names[i], names[at]
		}
	}
	try(0)
	return float64(best) / float64(len(a))
}

// fixture is what Polis itself computed of a conversation.
type fixture struct {
	TIDs []int64 `json:"tids"`
	Out  []int64 `json:"mod-out"`
	In   []int64 `json:"in-conv"`
	PCA  struct {
		Center []float64   `json:"center"`
		Comps  [][]float64 `json:"comps"`
	} `json:"pca"`
	Groups []struct {
		ID      int   `json:"id"`
		Members []int `json:"members"`
	} `json:"group-clusters"`
	Base struct {
		ID      []int     `json:"id"`
		Members [][]int64 `json:"members"`
	} `json:"base-clusters"`
	Repness   map[string][]fixtureStance `json:"repness"`
	Consensus struct {
		Agree    []fixtureStance `json:"agree"`
		Disagree []fixtureStance `json:"disagree"`
	} `json:"consensus"`
	Informed   map[string]float64 `json:"group-aware-consensus"`
	Priorities map[string]float64 `json:"comment-priorities"`
	Meta       []int64            `json:"meta-tids"`
}

type fixtureStance struct {
	TID     int64   `json:"tid"`
	Success int     `json:"n-success"`
	Trials  int     `json:"n-trials"`
	P       float64 `json:"p-success"`
	PTest   float64 `json:"p-test"`
	Rep     float64 `json:"repness"`
	RepTest float64 `json:"repness-test"`
	For     string  `json:"repful-for"`
}

type fixtureVote struct {
	Participant int64   `json:"participant_id"`
	Statement   int64   `json:"statement_id"`
	Vote        int8    `json:"vote"`
	At          float64 `json:"modified"`
}

func readJSON(t testing.TB, path string, to any) {
	t.Helper()
	if err := json.NewDecoder(opened(t, path)).Decode(to); err != nil {
		t.Fatal(err)
	}
}

// Given the groups that Polis had, everything that tells of them equals what Polis computed.
func TestTheMathematicsOfPolis(t *testing.T) {
	for _, name := range []string{"25ptpt-3gp-no-strict-with-meta", "above-100-ptpts"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(polis(t), "fixtures", name)
			var f fixture
			var cast []fixtureVote
			readJSON(t, filepath.Join(dir, "math-pca2.json"), &f)
			readJSON(t, filepath.Join(dir, "votes.json"), &cast)
			slices.SortStableFunc(cast, func(a, b fixtureVote) int { return cmp.Compare(a.At, b.At) })
			var all []Vote
			for _, c := range cast {
				all = append(all, Vote{c.Participant, c.Statement, c.Vote})
			}
			out := map[int64]bool{}
			for _, s := range f.Out {
				out[s] = true
			}
			whole := NewVotes(all)
			f.checkComponents(t, whole.Without(out))
			f.checkStances(t, whole, out)
		})
	}
}

func (f fixture) checkComponents(t *testing.T, v Votes) {
	t.Helper()
	center, comps := components(v)
	place := indexOf(f.TIDs)
	for c := range comps {
		dot := 0.0
		for j, s := range v.Statements {
			dot += comps[c][j] * f.PCA.Comps[c][place[s]]
			if d := math.Abs(center[j] + f.PCA.Center[place[s]]); c == 0 && d > 1e-9 {
				t.Errorf("statement %d: mean %v, theirs %v", s, center[j], f.PCA.Center[place[s]])
			}
		}
		if math.Abs(dot) < 0.999999 {
			t.Errorf("component %d: the cosine of ours and theirs is %.9f", c+1, math.Abs(dot))
		}
	}
}

func (f fixture) checkStances(t *testing.T, v Votes, out map[int64]bool) {
	t.Helper()
	base := map[int][]int64{}
	for i, id := range f.Base.ID {
		base[id] = f.Base.Members[i]
	}
	row := indexOf(v.Participants)
	var in, of []int
	for g, group := range f.Groups {
		for _, b := range group.Members {
			for _, p := range base[b] {
				in, of = append(in, int(row[p])), append(of, g)
			}
		}
	}
	tallies := tally(v, in, of, len(f.Groups))
	for j, s := range v.Statements {
		if got, want := informed(tallies, len(v.Statements))[j], f.Informed[strconv.FormatInt(s, 10)]; math.Abs(got-want) > 1e-12 {
			t.Errorf("statement %d: %v over all groups, theirs %v", s, got, want)
		}
	}
	whole, kept := tallies, v.Without(out)
	tallies = tally(kept, places(kept, v, in), of, len(f.Groups))
	for g, group := range f.Groups {
		same(t, "group "+strconv.Itoa(g), representative(tallies, g, kept.Statements), f.Repness[strconv.Itoa(group.ID)], true)
	}
	var agree, disagree []Stance
	for _, s := range agreed(everybody(kept), kept.Statements) {
		if s.Agrees {
			agree = append(agree, s)
		} else {
			disagree = append(disagree, s)
		}
	}
	same(t, "all agree", agree, f.Consensus.Agree, false)
	same(t, "all disagree", disagree, f.Consensus.Disagree, false)
	m := Map{Statements: v.Statements, Center: make([]float64, len(v.Statements))}
	place := indexOf(f.TIDs)
	for c := range m.Components {
		m.Components[c] = make([]float64, len(v.Statements))
		for j, s := range v.Statements {
			m.Components[c][j], m.Center[j] = f.PCA.Comps[c][place[s]], -f.PCA.Center[place[s]]
		}
	}
	counts := total(whole, len(v.Statements)) // of those in groups
	for j, s := range v.Statements {
		if want := f.Priorities[strconv.FormatInt(s, 10)]; !out[s] && !slices.Contains(f.Meta, s) {
			if got := Priority(counts[j], m.extremity(j)); math.Abs(got-want) > 1e-6*want {
				t.Errorf("statement %d: priority %v, theirs %v", s, got, want)
			}
		}
	}
}

// places finds rows of one matrix in another.
func places(kept, whole Votes, in []int) (to []int) {
	row := indexOf(kept.Participants)
	for _, i := range in {
		to = append(to, int(row[whole.Participants[i]]))
	}
	return to
}

func same(t *testing.T, what string, ours []Stance, theirs []fixtureStance, rep bool) {
	t.Helper()
	var a, b []int64
	for _, s := range ours {
		a = append(a, s.Statement)
	}
	for _, s := range theirs {
		b = append(b, s.TID)
	}
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(a, b) {
		t.Errorf("%s: statements %v, theirs %v", what, a, b)
		return
	}
	for _, s := range ours {
		i := slices.IndexFunc(theirs, func(x fixtureStance) bool { return x.TID == s.Statement })
		x := theirs[i]
		near := func(a, b float64) bool { return math.Abs(a-b) < 1e-5*max(1, math.Abs(b)) }
		ok := s.Said() == x.Success && s.Seen == x.Trials && near(s.Share, x.P) && near(s.Test, x.PTest)
		if rep {
			ok = ok && s.Agrees == (x.For == "agree") && near(s.Ratio, x.Rep) && near(s.RatioTest, x.RepTest)
		}
		if !ok {
			t.Errorf("%s: ours %+v, theirs %+v", what, s, x)
		}
	}
}
