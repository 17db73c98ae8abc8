package tally

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const smallBLT = `5 2  # candidates, seats
-3
(paper 1) 3 1 2 4 0
1 3 2 0
# a remark
(x) 2 1=2 5 0

1 2 - 5=4 0
4 0
0
"Ana "la Güera" Ruiz" # a remark
"Beto ""B"" "
"Carla"
Dora Luz
"#5"
"Comité "
"a remark"
`

func TestReadBLT(t *testing.T) {
	got, err := ReadBLT(strings.NewReader(smallBLT))
	if err != nil {
		t.Fatal(err)
	}
	want := Election{
		Title: "Comité ", Form: Ranking, Seats: 2,
		Options:   []Option{{ID: "1", Name: `Ana "la Güera" Ruiz`}, {ID: "2", Name: `Beto ""B"" `}, {ID: "4", Name: "Dora Luz"}, {ID: "5", Name: "#5"}},
		Withdrawn: []Option{{ID: "3", Name: "Carla"}},
		Ballots: []Ballot{
			{Weight: 4},
			{Weight: 1, Options: []int32{1}},
			{Weight: 3, Options: []int32{0, 1, 2}},
			{Weight: 2, Options: []int32{0, 1, 3}, Values: []int64{1, 1, 2}},
			{Weight: 1, Options: []int32{1, 2, 3}, Values: []int64{1, 2, 2}},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
	again(t, got, WriteBLT, ReadBLT)
}

// again writes an election, reads it back and wants it unchanged.
func again(t *testing.T, e Election, write func(io.Writer, Election) error, read func(io.Reader) (Election, error)) {
	t.Helper()
	var text strings.Builder
	if err := write(&text, e); err != nil {
		t.Fatal(err)
	}
	got, err := read(strings.NewReader(text.String()))
	if err != nil {
		t.Fatalf("%v in:\n%s", err, text.String())
	}
	if !reflect.DeepEqual(e, got) { // much faster than cmp where there are a hundred thousand candidates
		t.Fatalf("changes in writing:\n%s", cmp.Diff(e, got))
	}
}

func TestBrokenBLT(t *testing.T) {
	for _, c := range []struct {
		text, key    string
		line, column int
	}{
		{"", "blt_ends", 0, 0},
		{"3\n", "blt_start", 1, 0},
		{"0 1\n0\n", "blt_start", 1, 0},
		{"3 0\n0\n", "blt_start", 1, 0},
		{"3 two\n", "blt_start", 1, 0},
		{"999999999999999999999 2\n", "blt_start", 1, 0},
		{"3 1\n1 2 0\n", "blt_ends", 2, 0},
		{"3 1\n-1 -4\n0\n", "blt_withdrawn", 2, 4},
		{"3 1\n-1 -1\n0\n", "blt_withdrawn", 2, 4},
		{"2 1\n-1 -2\n0\n", "no_candidates", 3, 0},
		{"3 1\n1 2 0\n-1\n0\n", "blt_zero", 3, 0},
		{"3 1\n1 2\n0\n", "blt_zero", 2, 0},
		{"3 1\n1 2 3 0\n1.5 2 3 0\n0\n", "weight", 3, 1},
		{"3 1\n1 2 3 0\n 0 2 3 0\n0\n", "weight", 3, 2},
		{"3 1\n(ñandú 2 3 0\n0\n", "blt_id", 2, 1},
		{"3 1\n(ñandú) +2 3 0\n0\n", "weight", 2, 9},
		{"3 1\n1 2 4 0\n0\n", "unknown_candidate", 2, 5},
		{"3 1\n1 2 0 1 0\n0\n", "unknown_candidate", 2, 5},
		{"3 1\n1 1=x 0\n0\n", "unknown_candidate", 2, 5},
		{"3 1\n1 1=2=1 0\n0\n", "named_twice", 2, 7},
		{"3 1\n1000000000 1 0\n1 2 0\n0\n", "many", 3, 1},
		{"3 1\n1 \xff 0\n0\n", "text", 2, 0},
	} {
		_, err := ReadBLT(strings.NewReader(c.text))
		wrong(t, c.text, err, c.key, c.line, c.column)
	}
}

// wrong wants a *FileError with this reason at this place, in words of every language.
func wrong(t *testing.T, text string, err error, key string, line, column int) {
	t.Helper()
	var bad *FileError
	if !errors.As(err, &bad) {
		t.Errorf("%q: %v", text, err)
		return
	}
	if bad.Reason.Key != "tally.file."+key || bad.Line != line || bad.Column != column {
		t.Errorf("%q: %s at %d:%d (%v), want %s at %d:%d", text, bad.Reason.Key, bad.Line, bad.Column, bad, key, line, column)
	}
	worded(t, catalogues(t), bad.Reason)
}

const smallPrefLib = `# FILE NAME: small.toi
# TITLE: The square: what first
# DATA TYPE: toi
# NUMBER ALTERNATIVES: 4
# NUMBER VOTERS: 12
# ALTERNATIVE NAME 1: Trees
# ALTERNATIVE NAME 2: Benches, of wood
# ALTERNATIVE NAME 4: Light: LED
5: 1,2
3: {1, 4},2
2: {3}
1:
`

func TestReadPrefLib(t *testing.T) {
	got, err := ReadPrefLib(strings.NewReader(smallPrefLib), TOI)
	if err != nil {
		t.Fatal(err)
	}
	want := Election{
		Title: "The square: what first", Form: Ranking,
		Options: []Option{{ID: "1", Name: "Trees"}, {ID: "2", Name: "Benches, of wood"}, {ID: "3"}, {ID: "4", Name: "Light: LED"}},
		Ballots: []Ballot{
			{Weight: 1},
			{Weight: 2, Options: []int32{2}},
			{Weight: 5, Options: []int32{0, 1}},
			{Weight: 3, Options: []int32{0, 3, 1}, Values: []int64{1, 1, 2}},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
	again(t, got, WritePrefLib, prefLibOf(got))
}

func prefLibOf(e Election) func(io.Reader) (Election, error) {
	return func(r io.Reader) (Election, error) { return ReadPrefLib(r, e.PrefLibKind()) }
}

func TestBrokenPrefLib(t *testing.T) {
	head := "# NUMBER ALTERNATIVES: 3\n"
	for _, c := range []struct {
		text, kind, key string
		line, column    int
	}{
		{"", SOC, "no_candidates", 0, 0},
		{"1: 1,2\n", SOI, "no_candidates", 1, 0},
		{"# DATA TYPE: toc\n", SOC, "preflib_kind", 1, 14},
		{"# NUMBER ALTERNATIVES: many\n", SOC, "preflib_number", 1, 24},
		{"# ALTERNATIVE NAME 1: a\n# ALTERNATIVE NAME 1: b\n", SOC, "preflib_name", 2, 0},
		{"# ALTERNATIVE NAME x: a\n", SOC, "preflib_name", 1, 0},
		{head + "# ALTERNATIVE NAME 4: a\n1: 1\n", SOI, "preflib_beyond", 3, 0},
		{head + "1,2,3\n", SOC, "preflib_line", 2, 0},
		{head + "1 2: 3\n", SOI, "preflib_line", 2, 0},
		{head + "x: 1,2,3\n", SOC, "weight", 2, 1},
		{head + "1: 1,2\n", SOC, "preflib_part", 2, 0},
		{head + "1: 1,{2,3}\n", SOC, "preflib_equal", 2, 0},
		{head + "1: 1,2,4\n", SOC, "unknown_candidate", 2, 8},
		{head + "1: 1,2,\n", SOI, "unknown_candidate", 2, 8},
		{head + "1: 1,{2,1}\n", TOI, "named_twice", 2, 9},
		{head + "1: 1,{2,3\n", TOI, "preflib_open", 2, 0},
		{head + "1: 1,2}\n", TOI, "preflib_brace", 2, 6},
		{head + "1: {1,{2}}\n", TOI, "unknown_candidate", 2, 7},
	} {
		_, err := ReadPrefLib(strings.NewReader(c.text), c.kind)
		wrong(t, c.text, err, c.key, c.line, c.column)
	}
	if _, err := ReadPrefLib(strings.NewReader(smallPrefLib), "wmd"); err == nil {
		t.Error("a file of weighted matches was read")
	}
}

// What did not come from a file loses only what the formats cannot hold.
func TestWritingOtherElections(t *testing.T) {
	e := Election{
		Title: `The "Fund"`, Form: Ranking, Seats: 3, Options: []Option{{ID: "b", Name: "Two\nlines"}, {ID: "a"}, {ID: "1", Name: `"x" said "y"`}},
		Ballots: []Ballot{{Weight: 2, Options: []int32{2, 0}}},
	}
	var text strings.Builder
	if err := WriteBLT(&text, e); err != nil {
		t.Fatal(err)
	}
	if want := "3 3\n2 3 1 0\n0\n\"Two lines\"\n\"\"\n\" \"x\" said \"y\" \"\n\"The \"Fund\" \"\n"; text.String() != want {
		t.Fatalf("%q, want %q", text.String(), want)
	}
	got, err := ReadBLT(strings.NewReader(text.String()))
	if err != nil || !reflect.DeepEqual(got.Ballots, e.Ballots) || got.Options[2].Name != ` "x" said "y" ` {
		t.Fatal(got, err)
	}
	e.Form = Approval
	if WriteBLT(&text, e) == nil || WritePrefLib(&text, e) == nil {
		t.Fatal("approvals were written as rankings")
	}
}

func FuzzBLT(f *testing.F) {
	f.Add(smallBLT)
	f.Add("2 1\n-2\n3 1=2 0\n0\n\"a\" \"b\"\"\n# x\n\"\"c\" #d\n")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ReadBLT(strings.NewReader(text))
		if err != nil {
			return
		}
		again(t, e, WriteBLT, ReadBLT)
		if _, err := Count(e, "plurality", Params{}); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzPrefLib(f *testing.F) {
	f.Add(smallPrefLib, TOI)
	f.Add("# NUMBER ALTERNATIVES: 2\n# ALTERNATIVE NAME 1:  a: b \n3: 2,1\n3: 2, 1\n", SOC)
	f.Fuzz(func(t *testing.T, text, kind string) {
		e, err := ReadPrefLib(strings.NewReader(text), kind)
		if err != nil {
			return
		}
		again(t, e, WritePrefLib, prefLibOf(e))
		if _, err := Count(e, "plurality", Params{}); err != nil {
			t.Fatal(err)
		}
	})
}

// readRanked reads a real file by its name.
func readRanked(t testing.TB, folder, name string) Election {
	t.Helper()
	in, err := os.Open(filepath.Join(elections(t), folder, name))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	e, err := ReadElection(in, name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return e
}

// Every real file is read, and comes back from writing as it was.
func TestRealRankedFiles(t *testing.T) {
	for _, folder := range []string{"blt", "preflib"} {
		all, err := os.ReadDir(filepath.Join(elections(t), folder))
		if err != nil || len(all) == 0 {
			t.Fatal(err, len(all))
		}
		for _, file := range all {
			e := readRanked(t, folder, file.Name())
			e.ID = ""
			if folder == "blt" {
				again(t, e, WriteBLT, ReadBLT)
			} else {
				again(t, e, WritePrefLib, prefLibOf(e))
			}
		}
		t.Logf("%s: %d files", folder, len(all))
	}
}
