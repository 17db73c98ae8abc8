package opinion

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// camps makes up a conversation: people of two camps who disagree about most statements, agree on the last
// one, and answer a part of them.
func camps(people, statements int, part float64, seed uint64) (all []Vote) {
	random := rand.New(rand.NewPCG(seed, 1))
	for p := range people {
		for s := range statements {
			if random.Float64() > part {
				continue
			}
			say := Agree
			if (p%2 == 0) == (s%2 == 0) {
				say = Disagree
			}
			switch {
			case s == statements-1:
				say = Agree
			case random.Float64() < 0.1:
				say = -say
			case random.Float64() < 0.1:
				say = Pass
			}
			all = append(all, Vote{int64(p + 1), int64(s + 1), say})
		}
	}
	return all
}

func TestTwoCamps(t *testing.T) {
	m := Compute(NewVotes(camps(100, 20, 0.8, 1)))
	if len(m.Groups) != 2 || len(m.Groups[0].Members)+len(m.Groups[1].Members) != 100 || m.Voters != 100 {
		t.Fatalf("%d groups of %d", len(m.Groups), m.Voters)
	}
	for _, g := range m.Groups {
		for _, p := range g.Members {
			if p%2 != g.Members[0]%2 {
				t.Errorf("%d is in the other camp's group", p)
			}
		}
		if n := len(g.Representative); n != stancesMost || !g.Representative[0].Agrees || !g.Representative[0].Best {
			t.Errorf("%+v", g.Representative)
		}
	}
	if len(m.Agreed) == 0 || m.Agreed[0].Statement != 20 || !m.Agreed[0].Agrees || m.Agreed[0].Share < 0.95 {
		t.Errorf("all agree with %+v", m.Agreed)
	}
	if m.Informed[19] < 0.9 || m.Informed[0] > 0.3 || m.Silhouette < 0.5 {
		t.Errorf("%v, silhouette %v", m.Informed, m.Silhouette)
	}
}

// The same votes give the same map, byte by byte, in whatever order they come.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := camps(rapid.IntRange(2, 60).Draw(t, "people"), rapid.IntRange(2, 12).Draw(t, "statements"), 0.7, rapid.Uint64().Draw(t, "seed"))
		other := rapid.Permutation(all).Draw(t, "order")
		a, _ := json.Marshal(Compute(NewVotes(all)))
		b, _ := json.Marshal(Compute(NewVotes(other)))
		if string(a) != string(b) {
			t.Fatalf("%s\n%s", a, b)
		}
	})
}

// Everybody who counts is in one group, whatever the votes are, and no number is none.
func TestEverybodyIsInOneGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Vote {
			return Vote{rapid.Int64Range(1, 25).Draw(t, "who"), rapid.Int64Range(1, 9).Draw(t, "what"), int8(rapid.IntRange(-1, 1).Draw(t, "say"))}
		}), 0, 200).Draw(t, "votes")
		v := NewVotes(all)
		m := Compute(v)
		var members []int64
		for _, g := range m.Groups {
			members = append(members, g.Members...)
			for _, s := range g.Representative {
				if s.Said() > s.Seen || math.IsNaN(s.RatioTest) || math.IsInf(s.Ratio, 0) {
					t.Fatalf("%+v", s)
				}
			}
		}
		slices.Sort(members)
		if !slices.Equal(members, m.Participants) {
			t.Fatalf("groups hold %v, and %v count", members, m.Participants)
		}
		for _, p := range m.Points {
			if math.IsNaN(p.X) || math.IsNaN(p.Y) {
				t.Fatalf("%+v", m.Points)
			}
		}
	})
}

// The components are those of the covariance of the matrix with its gaps filled by means, found the slow
// way.
func TestComponentsAgainstTheCovariance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := NewVotes(camps(rapid.IntRange(12, 40).Draw(t, "people"), rapid.IntRange(3, 8).Draw(t, "statements"), 0.6, rapid.Uint64().Draw(t, "seed")))
		center, comps := components(v)
		n := len(v.Statements)
		cov := make([][]float64, n)
		for a := range cov {
			cov[a] = make([]float64, n)
		}
		for i := range v.Participants {
			x := make([]float64, n)
			at, say := v.row(i)
			for k, j := range at {
				x[j] = float64(say[k]) - center[j]
			}
			for a := range n {
				for b := range n {
					cov[a][b] += x[a] * x[b]
				}
			}
		}
		for c := range comps {
			var image []float64
			value := 0.0
			for a := range n {
				sum := 0.0
				for b := range n {
					sum += cov[a][b] * comps[c][b]
				}
				image = append(image, sum)
				value += sum * comps[c][a]
			}
			for a := range n {
				if math.Abs(image[a]-value*comps[c][a]) > 1e-3*max(1, value) {
					t.Fatalf("component %d is no eigenvector: %v is turned to %v", c+1, comps[c], image)
				}
			}
		}
	})
}

// With many statements the components are found without the table of products; they are the same.
func TestComponentsWithoutTheTable(t *testing.T) {
	v := NewVotes(camps(60, 30, 0.7, 3))
	center := means(v)
	by := make([]float64, len(v.Statements))
	for j := range by {
		by[j] = float64(j%5) - 1.5
	}
	for j, x := range turning(v, center)(by) {
		if y := turn(v, center, by)[j]; math.Abs(x-y) > 1e-9 {
			t.Errorf("statement %d: %v and %v", j, x, y)
		}
	}
	if m := Compute(NewVotes(camps(40, tableMost+1, 0.9, 3))); len(m.Groups) != 2 {
		t.Errorf("%d groups", len(m.Groups))
	}
}

// Nothing, one person, people who all say the same: a map without groups to tell apart.
func TestFewAndAlike(t *testing.T) {
	for name, all := range map[string][]Vote{
		"nobody": nil, "one": {{1, 1, Agree}}, "one pass": {{1, 1, Pass}},
		"alike": {{1, 1, Agree}, {2, 1, Agree}, {3, 1, Agree}, {1, 2, Disagree}, {2, 2, Disagree}, {3, 2, Disagree}},
	} {
		m := Compute(NewVotes(all))
		if len(m.Groups) > 1 || len(all) > 0 && len(m.Groups) != 1 {
			t.Errorf("%s: %d groups", name, len(m.Groups))
		}
	}
}

func TestTheLaterWordCounts(t *testing.T) {
	v := NewVotes([]Vote{{1, 7, Agree}, {2, 7, Pass}, {1, 3, Agree}, {1, 7, Disagree}})
	at, say := v.row(0)
	if fmt.Sprint(at, say, v.Count(), v.Statements) != "[0 1] [1 -1] 3 [3 7]" {
		t.Error(at, say, v.Count(), v.Statements)
	}
	if w := v.Without(map[int64]bool{7: true}); w.Count() != 1 || len(w.Participants) != 1 {
		t.Errorf("%+v", w)
	}
}

func TestBrokenFiles(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"", "the file is empty"},
		{"a,b\n1,2\n", "line 1: the header names neither"},
		{"timestamp,datetime,comment-id,voter-id,vote\n1,x,1,1,1\n2,x,1,zwei,1\n", `line 3: voter-id is "zwei", not a number`},
		{"timestamp,datetime,comment-id,voter-id,vote\n1,x,1,1,2\n", `line 2: a vote is "2", not 1, 0 or -1`},
		{"timestamp,datetime,comment-id,voter-id,vote\n1,x,1,1\n", "line 2: 4 fields, and the header has 5"},
		{"timestamp,datetime,comment-id,voter-id,vote\n1,\"x,1,1,1\n", "line 2: extraneous or missing \" in quoted-field"},
		{"participant,group-id,n-votes\n1,0,3\n", "line 1: no column is named by the number of a statement"},
		{"participant,0\n1,1\n1,0\n", "line 3: participant 1 has a row before"},
		{"participant,0\n1,ja\n", `line 2: a vote is "ja", not 1, 0 or -1`},
	} {
		_, err := ReadVotes(strings.NewReader(c.text))
		if err == nil || !strings.HasPrefix(err.Error(), c.says) {
			t.Errorf("%q: %v, want %q", c.text, err, c.says)
		}
	}
	if _, err := ReadModerated(strings.NewReader("comment-id,comment-body\n1,x\n")); err == nil {
		t.Error("comments without the column moderated are read")
	}
}

func TestBothExportsAreRead(t *testing.T) {
	long, err := ReadVotes(strings.NewReader("\ufefftimestamp,datetime,comment-id,voter-id,vote\n9,x,0,4,-1\n5,x,0,4,1\n5,x,1,3,0\n"))
	if err != nil {
		t.Fatal(err)
	}
	matrix, err := ReadVotes(strings.NewReader("participant,group-id,n-comments,0,1\n4,,0,-1,\n3,1,0,,0.0\n"))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := fmt.Sprintf("%+v", long), fmt.Sprintf("%+v", matrix); a != b {
		t.Errorf("%s\n%s", a, b)
	}
}

func FuzzReadVotes(f *testing.F) {
	f.Add("timestamp,datetime,comment-id,voter-id,vote\n1,x,1,1,1\n")
	f.Add("participant,group-id,0,1\n4,,-1,\n3,1,,0.0\n")
	f.Add("comment-id,moderated\n1,-1\n")
	f.Fuzz(func(t *testing.T, text string) {
		ReadModerated(strings.NewReader(text))
		if v, err := ReadVotes(strings.NewReader(text)); err == nil && v.Count() < 5000 {
			Compute(v)
		}
	})
}

func TestAlike(t *testing.T) {
	if got := Alike([]int{0, 0, 1, 1}, []int{1, 1, 0, 0}); got != 1 {
		t.Errorf("the same by other names: %v", got)
	}
	if got := Alike([]int{0, 0, 1, 1}, []int{0, 1, 0, 1}); math.Abs(got+0.5) > 1e-12 {
		t.Errorf("crosswise: %v", got)
	}
	if got := Alike([]int{0, 0, 0, 1, 1, 1}, []int{0, 0, 1, 1, 2, 2}); math.Abs(got-0.24242424242424243) > 1e-12 {
		t.Errorf("the example of Hubert and Arabie's index: %v", got)
	}
}

// A large conversation: 50,000 people, 300 statements, two million votes.
func BenchmarkCompute(b *testing.B) {
	v := NewVotes(camps(50_000, 300, 2.0/15, 1))
	b.Logf("%d votes", v.Count())
	b.ReportAllocs()
	for b.Loop() {
		Compute(v)
	}
}

func BenchmarkNewVotes(b *testing.B) {
	all := camps(50_000, 300, 2.0/15, 1)
	b.ReportAllocs()
	for b.Loop() {
		NewVotes(all)
	}
}
