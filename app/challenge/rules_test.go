package challenge

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tequio/app/fault"
	"tequio/app/thing"
)

var start = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

func day(n float64) time.Time { return start.Add(time.Duration(n * 24 * float64(time.Hour))) }

func stage(kind string, from, to float64) thing.Stage {
	return thing.Stage{Kind: kind, OpensAt: day(from), ClosesAt: day(to)}
}

// brief is a challenge with nothing missing: published on day 0, entries from day 1 to 10.
func brief() Challenge {
	c := Challenge{Thing: thing.Thing{ID: 7, Kind: Kind, Agency: 3, State: thing.Published, PublishedAt: day(0), Lang: "es", Title: "Sombra", Summary: "Paradas"},
		Body: "El sol", Success: "Ocho grados menos", Prize: 80_000_00, Currency: "MXN", Eligibility: "Todos", Rights: "Del equipo", Privacy: "Solo el nombre",
		Declaration: "La idea es nuestra.\n- Nadie trabaja en la dependencia.", Finalists: 2, Winners: 1, Sealed: true,
		Criteria: []Criterion{{"Sombra", "", 60}, {"Costo", "", 40}},
		Stages: []thing.Stage{stage(Questions, 0, 5), stage(Entries, 1, 10), stage(Evaluation, 10, 20), stage(Prototypes, 22, 30), stage(Decision, 30, 31),
			stage(FollowUp, 31, 90)}}
	c.span()
	return c
}

func TestWhere(t *testing.T) {
	for _, x := range []struct {
		day        float64
		word, next string
	}{
		{-1, "scheduled", Questions}, {0, Questions, Entries}, {1, Entries, Evaluation}, {7, Entries, Evaluation}, {10, Evaluation, Prototypes},
		{21, "between", Prototypes}, {29.99, Prototypes, Decision}, {30, Decision, FollowUp}, {40, FollowUp, ""}, {91, "waiting", ""},
	} {
		w := brief().Where(day(x.day))
		if w.Word != x.word || w.Next.Kind != x.next {
			t.Errorf("day %v: %q, next %q; want %q, %q", x.day, w.Word, w.Next.Kind, x.word, x.next)
		}
	}
	c := brief()
	c.Outcome, c.DecidedAt = Void, day(31)
	if w := c.Where(day(40)); w.Word != "void" {
		t.Errorf("decided: %q", w.Word)
	}
	c = brief()
	c.Stages = c.Stages[1:]
	if w := c.Where(day(0.5)); w.Word != "soon" {
		t.Errorf("before the first stage: %q", w.Word)
	}
	c.State = thing.Draft
	if w := c.Where(day(5)); w.Word != "draft" {
		t.Errorf("draft: %q", w.Word)
	}
}

func TestTakes(t *testing.T) {
	second := 1.0 / 86400
	for _, x := range []struct {
		started, now float64
		want         string
	}{
		{0.5, 0.5, "entry.early"}, {1, 1, ""}, {9.9, 9.9, ""}, {10 - second, 10 + 119*second, ""}, {10 - second, 10 + 121*second, "entry.late"},
		{10, 10, "entry.late"}, {10, 10 + second, "entry.late"},
	} {
		err := brief().takes(day(x.started), day(x.now))
		if got := key(err); got != x.want {
			t.Errorf("begun on day %v, here on day %v: %q, want %q", x.started, x.now, got, x.want)
		}
	}
	c := brief()
	c.Outcome = Void
	if key(c.takes(day(2), day(2))) != "entry.closed" {
		t.Error("a decided challenge takes entries")
	}
}

func key(err error) string {
	if err == nil {
		return ""
	}
	f := fault.Of(err)
	for _, m := range f.Fields {
		return m.Key
	}
	return f.Key
}

func TestEntryPublicAt(t *testing.T) {
	c := brief()
	if got := c.EntryPublicAt(day(3)); !got.Equal(day(10).Add(Grace)) {
		t.Errorf("sealed: %v", got)
	}
	c.Sealed = false
	if got := c.EntryPublicAt(day(3)); !got.Equal(day(3)) {
		t.Errorf("open: %v", got)
	}
}

func TestMissing(t *testing.T) {
	c := brief()
	if m := c.Missing(day(0)); len(m) > 0 {
		t.Errorf("nothing lacks, but %v", m)
	}
	for want, spoil := range map[string]func(*Challenge){
		"summary": func(c *Challenge) { c.Summary = "" }, "body": func(c *Challenge) { c.Body = "" }, "success": func(c *Challenge) { c.Success = "" },
		"prize": func(c *Challenge) { c.Prize = 0 }, "eligibility": func(c *Challenge) { c.Eligibility = "" }, "rights": func(c *Challenge) { c.Rights = "" },
		"privacy": func(c *Challenge) { c.Privacy = "" }, "declaration": func(c *Challenge) { c.Declaration = " \n- " },
		"criteria": func(c *Challenge) { c.Criteria = nil }, "weights": func(c *Challenge) { c.Criteria[0].Weight = 59 },
		"entries": func(c *Challenge) { c.Stages = c.Stages[2:] }, "decision": func(c *Challenge) { c.Stages = c.Stages[:3] },
	} {
		c := brief()
		spoil(&c)
		if m := c.Missing(day(0)); !slices.Equal(m, []string{"challenge.missing." + want}) {
			t.Errorf("without %s: %v", want, m)
		}
	}
	if m := c.Missing(day(10)); !slices.Equal(m, []string{"challenge.missing.deadline"}) {
		t.Errorf("published after the deadline: %v", m)
	}
}

func TestCheck(t *testing.T) {
	c := brief()
	if err := c.Check(); err != nil {
		t.Errorf("a good brief: %v", err)
	}
	for want, spoil := range map[string]func(*Challenge){
		"challenge.title.empty":      func(c *Challenge) { c.Title = "" },
		"challenge.title.long":       func(c *Challenge) { c.Title = strings.Repeat("ñ", TitleMost+1) },
		"challenge.prize.range":      func(c *Challenge) { c.Prize = -1 },
		"challenge.places.range":     func(c *Challenge) { c.Winners = 0 },
		"challenge.data.url":         func(c *Challenge) { c.Data = []Dataset{{"x", "javascript:alert(1)", "", ""}} },
		"challenge.criterion.name":   func(c *Challenge) { c.Criteria[1].Name = "" },
		"challenge.criterion.weight": func(c *Challenge) { c.Criteria[1].Weight = 0 },
		"challenge.dates.backwards":  func(c *Challenge) { c.Stages[2].ClosesAt = day(9) },
		"challenge.dates.order":      func(c *Challenge) { c.Stages[3].OpensAt = day(19) },
		"challenge.dates.questions":  func(c *Challenge) { c.Stages[0].ClosesAt = day(11) },
	} {
		c := brief()
		spoil(&c)
		if got := key(c.Check()); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestWhatMayChange(t *testing.T) {
	for name, x := range map[string]struct {
		day   float64
		spoil func(*Challenge)
		want  string
	}{
		"anything before publication":   {-1, func(c *Challenge) { c.Criteria, c.Stages = nil, nil }, ""},
		"criteria before entries":       {0.5, func(c *Challenge) { c.Criteria[0].Weight, c.Criteria[1].Weight = 50, 50 }, ""},
		"criteria after":                {2, func(c *Challenge) { c.Criteria[0].Weight, c.Criteria[1].Weight = 50, 50 }, "challenge.change.criteria"},
		"seal after":                    {2, func(c *Challenge) { c.Sealed = false }, "challenge.change.sealed"},
		"more time":                     {2, func(c *Challenge) { c.Stages[1].ClosesAt = day(10.5) }, ""},
		"deadline in the past":          {5, func(c *Challenge) { c.Stages[1].ClosesAt = day(4) }, "challenge.change.past"},
		"deadline after it passed":      {11, func(c *Challenge) { c.Stages[1].ClosesAt = day(12) }, "challenge.change.closed"},
		"no entries":                    {0.5, func(c *Challenge) { c.Stages = c.Stages[2:] }, "challenge.change.entries"},
		"title while entries are taken": {5, func(c *Challenge) { c.Title = "Más sombra" }, ""},
	} {
		c := brief()
		x.spoil(&c)
		if got := key(c.change(brief(), day(x.day))); got != x.want {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}

func TestParseLinks(t *testing.T) {
	for s, want := range map[string]struct {
		n  int
		ok bool
	}{
		"": {0, true}, "https://a.mx": {1, true}, " https://a.mx/x?y=1 Planos \n\nhttp://b.mx": {2, true},
		"javascript:alert(1)": {0, false}, "ftp://a.mx": {0, false}, "https://": {0, false}, "https://u:p@a.mx": {0, false},
		"https://a.mx\n//b.mx": {1, false}, "https://a.mx " + strings.Repeat("x", LabelMost+1): {0, false}, "data:text/html,x": {0, false},
	} {
		links, ok := ParseLinks(s)
		if len(links) != want.n || ok != want.ok {
			t.Errorf("%q: %v, %v", s, links, ok)
		}
		if again, _ := ParseLinks(PrintLinks(links)); !slices.Equal(again, links) {
			t.Errorf("%q does not survive printing: %v", s, again)
		}
	}
}

func TestDeclarationIsTickedAsItStands(t *testing.T) {
	c := brief()
	st := c.Statements()
	if len(st) != 2 || st[1].Text != "Nadie trabaja en la dependencia." {
		t.Fatalf("statements: %+v", st)
	}
	e := Entry{Thing: thing.Thing{Title: "a", Summary: "b"}, Team: "c", Body: "d"}
	marks := []string{st[0].Mark, st[1].Mark}
	if err := e.ready(c, marks); err != nil {
		t.Error(err)
	}
	if key(e.ready(c, marks[:1])) != "entry.declaration.empty" {
		t.Error("one statement is enough")
	}
	c.Declaration = strings.Replace(c.Declaration, "Nadie", "Alguien", 1)
	if key(e.ready(c, marks)) != "entry.declaration.empty" {
		t.Error("what was ticked before the text changed still counts")
	}
}

func TestReceiptCoversEverything(t *testing.T) {
	base := Entry{Thing: thing.Thing{Slug: "x", Title: "a", Summary: "b"}, Team: "<c> & d", Body: "e", SubmittedAt: day(2)}
	codes := map[string]bool{}
	for _, change := range []func(*Entry){
		func(e *Entry) {}, func(e *Entry) { e.Title = "z" }, func(e *Entry) { e.Summary = "z" }, func(e *Entry) { e.Team = "z" }, func(e *Entry) { e.Body = "z" },
		func(e *Entry) { e.Links = []Link{{"", "https://a.mx"}} }, func(e *Entry) { e.Declaration = "z" }, func(e *Entry) { e.SubmittedAt = day(3) },
	} {
		e := base
		change(&e)
		if err := e.seal(brief()); err != nil {
			t.Fatal(err)
		}
		codes[e.Code()] = true
		if strings.Contains(e.Receipt, `\u003c`) {
			t.Error("the receipt hides what was typed")
		}
	}
	if len(codes) != 8 {
		t.Errorf("%d codes for 8 entries", len(codes))
	}
}

func TestVerdict(t *testing.T) {
	entry := func(id thing.ID, v Validity, s Standing) Entry {
		return Entry{Thing: thing.Thing{ID: id}, Validity: v, Standing: s}
	}
	all := []Entry{entry(1, Valid, Finalist), entry(2, Valid, Finalist), entry(3, Invalid, ""), entry(4, Valid, "")}
	named := brief()
	named.NamedAt = day(21)
	win := func(w map[thing.ID]int64) Verdict { return Verdict{Outcome: Won, Text: "x", Winners: w} }
	for name, x := range map[string]struct {
		v    Verdict
		day  float64
		want string
	}{
		"one winner":            {win(map[thing.ID]int64{1: 1}), 30, ""},
		"too early":             {win(map[thing.ID]int64{1: 1}), 9, "challenge.judging.early"},
		"no reasons":            {Verdict{Outcome: Won, Winners: map[thing.ID]int64{1: 1}}, 30, "challenge.decision.empty"},
		"nobody":                {win(nil), 30, "challenge.winners.none"},
		"invalid":               {Verdict{Outcome: Won, Text: "x", Winners: map[thing.ID]int64{3: 1}, Departure: "y"}, 30, "challenge.winners.invalid"},
		"second without first":  {win(map[thing.ID]int64{1: 2}), 30, "challenge.winners.places"},
		"more than announced":   {win(map[thing.ID]int64{1: 1, 2: 2}), 30, "challenge.departure.winners"},
		"more, with a reason":   {Verdict{Outcome: Won, Text: "x", Winners: map[thing.ID]int64{1: 1, 2: 1}, Departure: "tie"}, 30, ""},
		"no finalist":           {win(map[thing.ID]int64{4: 1}), 30, "challenge.departure.finalist"},
		"mention of the winner": {Verdict{Outcome: Won, Text: "x", Winners: map[thing.ID]int64{1: 1}, Mentions: []thing.ID{1}}, 30, "challenge.winners.mention"},
		"void":                  {Verdict{Outcome: Void, Text: "x"}, 30, ""},
		"void with a winner":    {Verdict{Outcome: Void, Text: "x", Winners: map[thing.ID]int64{1: 1}}, 30, "challenge.void.winners"},
		"void without reasons":  {Verdict{Outcome: Void}, 30, "challenge.decision.empty"},
		"neither":               {Verdict{Text: "x"}, 30, "challenge.outcome.empty"},
	} {
		if got := key(checkVerdict(named, all, x.v, day(x.day))); got != x.want {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
	if key(checkFinalists(named, all, []thing.ID{1, 2}, "", day(12))) != "" || key(checkFinalists(named, all, []thing.ID{3}, "", day(12))) != "challenge.finalists.invalid" ||
		key(checkFinalists(named, all, []thing.ID{1, 2, 4}, "", day(12))) != "challenge.departure.finalists" || key(checkFinalists(named, all, nil, "", day(12))) != "challenge.finalists.none" {
		t.Error("finalists")
	}
	if err := checkValidity(named, Invalid, "", day(12)); !errors.As(err, new(*fault.Fault)) || key(err) != "entry.reason.empty" {
		t.Error("invalid without a reason")
	}
}

func TestPlacesInOrder(t *testing.T) {
	for _, x := range []struct {
		places []int64
		ok     bool
	}{{[]int64{1}, true}, {[]int64{1, 2, 3}, true}, {[]int64{1, 1, 3}, true}, {[]int64{1, 1, 2}, false}, {[]int64{2}, false}, {[]int64{1, 3}, false}, {[]int64{0, 1}, false}} {
		m := map[thing.ID]int64{}
		for i, p := range x.places {
			m[thing.ID(i)] = p
		}
		if placesInOrder(m) != x.ok {
			t.Errorf("%v: %v", x.places, !x.ok)
		}
	}
}
