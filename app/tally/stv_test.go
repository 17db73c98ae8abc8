package tally

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// ward makes an election of lines "3 A>B=C" and so on; a ballot of its weight alone is blank.
func ward(t testing.TB, seats int, options string, ballots ...string) Election {
	t.Helper()
	e := Election{ID: "ward", Form: Ranking, Seats: seats}
	for o := range strings.SplitSeq(options, "") {
		e.Options = append(e.Options, Option{ID: o})
	}
	box := NewBox(Ranking, len(e.Options))
	for _, line := range ballots {
		var weight int64
		var order string
		fmt.Sscan(line, &weight, &order)
		var list []int32
		var ranks []int64
		for rank, class := range strings.Split(order, ">") {
			for o := range strings.SplitSeq(class, "=") {
				if at := strings.Index(options, o); o != "" && at >= 0 {
					list, ranks = append(list, int32(at)), append(ranks, int64(rank))
				}
			}
		}
		if !strings.Contains(order, "=") {
			ranks = nil
		}
		box.Add(weight, list, ranks)
	}
	e.Ballots = box.Ballots()
	return e
}

// dropped are the options that left the count, in order.
func dropped(r Result) (all []string) {
	for _, round := range r.Rounds {
		for _, d := range round.Decisions {
			if d.Reason.Key == "tally.reason.stv_excluded" {
				all = append(all, d.Option)
			}
		}
	}
	return all
}

func TestScottishTiesGoByTheMostRecentStage(t *testing.T) {
	// After two stages A and B have 5; A had fewer a stage ago, B at the beginning.
	e := ward(t, 1, "ABDEXY", "4 A", "3 B", "2 D>B", "1 E>A", "2 E", "10 X", "10 Y>X")
	r := counted(t, e, "stv-scottish", Params{})
	if got := dropped(r); !slices.Equal(got, []string{"D", "E", "A", "B"}) {
		t.Fatal(got)
	}
	if tie := r.Ties[0]; !slices.Equal(tie.By, []Criterion{byEarlier}) || !slices.Equal(tie.Options, []string{"A", "B"}) || tie.Score != Whole(5) {
		t.Fatalf("%+v", tie)
	}
}

func TestATieThatNothingBreaksStaysOpen(t *testing.T) {
	// A and B have the same surplus, which brings nobody to the quota: both move at once. Then C and D,
	// with 2.99996 each, tie for the last seat.
	e := ward(t, 3, "ABCD", "6 A>C", "6 B>D", "2 C", "2 D")
	r := counted(t, e, "stv-scottish", Params{})
	if !r.Tied || !slices.Equal(r.Winners, []string{"A", "B"}) || len(r.Rounds) != 2 || !slices.Equal(r.Rounds[1].From, []string{"A", "B"}) {
		t.Fatalf("%+v", r)
	}
	if r.Rounds[1].Value != (Number{16666, 100000}.low()) || r.Rounds[1].Surplus != Whole(1) {
		t.Fatal(r.Rounds[1])
	}
	for _, id := range []string{"C", "D"} {
		if o, _ := r.Outcome(id); o.Status != Tied {
			t.Fatal(o)
		}
	}
	if r = counted(t, e, "stv-scottish", Params{Ties: []Criterion{ByLot}, Seed: "3 1 4"}); r.Tied || len(r.Winners) != 3 {
		t.Fatal(r.Tied, r.Winners)
	}
	// Where the order of two surpluses decides who gets in, nobody else is elected without a lot.
	e = ward(t, 3, "ABCDE", "8 A>C>D", "8 B>C>E", "3 C", "2 D", "2 E")
	if r = counted(t, e, "stv-scottish", Params{}); !r.Tied || !slices.Equal(r.Winners, []string{"A", "B"}) {
		t.Fatalf("%+v", r)
	}
}

func (n Number) low() Number { return fraction(n.Num, n.Den) }

func TestThoseWithoutVotesDropOutTogether(t *testing.T) {
	e := ward(t, 1, "ABCDE", "4 A", "3 B>A", "2 C>B")
	for _, r := range transferable() {
		got := counted(t, e, r.ID, Params{})
		if all := dropped(got); got.Tied || len(all) < 2 || !slices.Equal(all[:2], []string{"D", "E"}) {
			t.Errorf("%s: tied %v, %v", r.ID, got.Tied, all)
		}
	}
}

// By the law a paper whose first rank two share has no first preference; Meek's method shares it out.
func TestSharedRanksInTransferableVotes(t *testing.T) {
	e := ward(t, 1, "ABC", "5 A", "4 B", "4 B=C>A", "2 C>A=B", "3")
	r := counted(t, e, "stv-scottish", Params{})
	if r.Rounds[0].Quota != Whole(6) || r.Rounds[0].NonTransferable != Whole(4) || r.Totals.Blank != 3 {
		t.Fatalf("%+v", r.Rounds[0])
	}
	if r.Rounds[1].NonTransferable != Whole(6) || !slices.Equal(r.Winners, []string{"A"}) {
		t.Fatalf("%+v, %v", r.Rounds[1], r.Winners)
	}
	r = counted(t, e, "stv-meek", Params{})
	if f := r.Rounds[0].Figures; f[0].Option != "B" || f[0].Score != Whole(6) || f[2].Option != "C" || f[2].Score != Whole(4) || !slices.Equal(r.Winners, []string{"B"}) {
		t.Fatalf("%+v %v", f, r.Winners)
	}
}

// The largest election there may be stays within 64 bits.
func TestABillionRankings(t *testing.T) {
	e := ward(t, 2, "ABCD", "600000001 A>B>C", "199999999 B>A>D", "150000000 C>B", "50000000 D=C>A")
	for _, rule := range append(transferable(), Rule{ID: "schulze/1"}) {
		r := counted(t, e, rule.ID, Params{})
		if !slices.Equal(r.Winners, []string{"A", "B"}) {
			t.Errorf("%s: %v", rule.ID, r.Winners)
		}
		for _, round := range r.Rounds {
			for _, f := range round.Figures {
				if f.Score.Num < 0 || f.Score.rat().Cmp(Whole(MaxWeight).rat()) > 0 {
					t.Errorf("%s: %+v", rule.ID, f)
				}
			}
		}
	}
}

// All won duels of the circle but one have four winning votes; the one with more against it gives way.
func TestDuelsWithEqualWinningVotes(t *testing.T) {
	r := counted(t, ward(t, 1, "ABC", "2 A=C>B", "4 B>A>C", "3 C>A=B"), "schulze", Params{})
	if got := slices.Concat(r.Ranking...); !slices.Equal(got, []string{"C", "B", "A"}) || len(r.Ranking) != 3 {
		t.Fatal(r.Ranking)
	}
	if o, _ := r.Outcome("A"); o.Reason.Key != "tally.reason.schulze_close" {
		t.Fatal(o.Reason)
	}
	many := Election{Form: Ranking, Options: make([]Option, MaxDuels+1)}
	for i := range many.Options {
		many.Options[i].ID = fmt.Sprint(i)
	}
	if _, err := Count(many, "schulze", Params{}); err == nil {
		t.Fatal("too many duels were counted")
	}
}

func TestSchulzeFillsSeatsByClass(t *testing.T) {
	e := ward(t, 2, "ABCD", "3 A>B=C>D", "2 A=B>C")
	e.Ballots = append(e.Ballots, Ballot{Weight: 2, Options: []int32{0, 2}}) // C level with B again
	r := counted(t, e, "schulze", Params{})
	if o, _ := r.Outcome("B"); !r.Tied || o.Status != Tied || !slices.Equal(r.Winners, []string{"A"}) {
		t.Fatalf("%+v", r)
	}
	r = counted(t, e, "schulze", Params{Ties: []Criterion{ByID}})
	if o, _ := r.Outcome("C"); r.Tied || o.Reason.Key != "tally.reason.lost_tie" || !slices.Equal(r.Winners, []string{"A", "B"}) {
		t.Fatalf("%+v", r)
	}
	if o, _ := r.Outcome("D"); o.Reason.Key != "tally.reason.schulze_duel" || o.Reason.Args[0].Text != "A" {
		t.Fatal(o.Reason)
	}
}

// With many options a round tells what changed, so that the explanation of 2,000 stays readable; what
// it leaves out is as it was.
func TestRoundsOfManyOptionsTellWhatChanged(t *testing.T) {
	e := Election{ID: "many", Form: Ranking}
	for i := range int32(manyFigures + 20) {
		e.Options = append(e.Options, Option{ID: fmt.Sprintf("o%03d", i)})
		e.Ballots = append(e.Ballots, Ballot{Weight: int64(i) + 1, Options: []int32{i, max(0, i-1)}[:min(2, i+1)]})
	}
	for _, rule := range append(transferable(), Rule{ID: "irv/1"}) {
		r := counted(t, e, rule.ID, Params{})
		if len(r.Rounds[0].Figures) != len(e.Options) {
			t.Errorf("%s: the first round tells %d", rule.ID, len(r.Rounds[0].Figures))
		}
		for _, round := range r.Rounds[1:] {
			if len(round.Figures) > 5 {
				t.Errorf("%s: round %d tells %d", rule.ID, round.Number, len(round.Figures))
			}
		}
	}
	if r := counted(t, e, "schulze", Params{}); len(r.Pairwise.Options) != len(e.Options) {
		t.Error("the table of duels is not there")
	}
}

func TestALongSearchForChainsCanBeEnded(t *testing.T) {
	e := drawn(200, 3)
	ended := fmt.Errorf("ended")
	if _, err := CountWatched(e, "schulze", Params{}, func(runs int64) error { return ended }); err != ended {
		t.Fatal(err)
	}
}
