package survey

import (
	"reflect"
	"strings"
	"testing"

	"tequio/app/fault"
)

func options(labels ...string) (all []Option) {
	for _, l := range labels {
		all = append(all, Option{Key: strings.ToLower(l), Label: l})
	}
	return all
}

func TestTake(t *testing.T) {
	short := Question{ID: 1, Form: Short}
	long := Question{ID: 1, Form: Long}
	one := Question{ID: 1, Form: One, Options: options("A", "B", "C")}
	several := Question{ID: 1, Form: Several, Options: options("A", "B", "C", "D"), Least: 2, Most: 3}
	scale := Question{ID: 1, Form: Scale, Least: 1, Most: 5}
	number := Question{ID: 1, Form: Number}
	bounded := Question{ID: 1, Form: Number, Least: -5, Most: 10}
	day := Question{ID: 1, Form: Date}
	for _, c := range []struct {
		q    Question
		in   []string
		want []string
		key  string
	}{
		{short, nil, nil, ""},
		{short, []string{"   "}, nil, ""},
		{short, []string{" two\nlines\u202e "}, []string{"two lines"}, ""},
		{short, []string{strings.Repeat("é", ShortMost)}, []string{strings.Repeat("é", ShortMost)}, ""},
		{short, []string{strings.Repeat("é", ShortMost+1)}, nil, "survey.answer.long"},
		{long, []string{"a\nb"}, []string{"a\nb"}, ""},
		{long, []string{strings.Repeat("x", LongMost+1)}, nil, "survey.answer.long"},
		{long, []string{strings.Repeat("x", 5_000_000)}, nil, "survey.answer.long"},
		{one, []string{"b"}, []string{"b"}, ""},
		{one, []string{""}, nil, ""},
		{one, []string{"z"}, nil, "survey.answer.unknown"},
		{one, []string{"a", "b"}, nil, "survey.answer.one"},
		{one, []string{"b", "b"}, []string{"b"}, ""},
		{several, []string{"c", "a"}, []string{"a", "c"}, ""},
		{several, []string{"a"}, nil, "survey.answer.least"},
		{several, []string{"a", "b", "c", "d"}, nil, "survey.answer.most"},
		{several, []string{"a", "x"}, nil, "survey.answer.unknown"},
		{several, nil, nil, ""},
		{scale, []string{"5"}, []string{"5"}, ""},
		{scale, []string{"0"}, nil, "survey.answer.unknown"},
		{scale, []string{"05"}, nil, "survey.answer.unknown"},
		{number, []string{"3,50"}, []string{"3.5"}, ""},
		{number, []string{"−12"}, []string{"-12"}, ""},
		{number, []string{"007"}, []string{"7"}, ""},
		{number, []string{"1e9"}, nil, "survey.answer.number"},
		{number, []string{"1.23456"}, nil, "survey.answer.number"},
		{number, []string{"1.000.000"}, nil, "survey.answer.number"},
		{number, []string{"9999999999999"}, nil, "survey.answer.number"},
		{bounded, []string{"10"}, []string{"10"}, ""},
		{bounded, []string{"10.0001"}, nil, "survey.answer.range"},
		{bounded, []string{"-5.1"}, nil, "survey.answer.range"},
		{day, []string{"2026-02-28"}, []string{"2026-02-28"}, ""},
		{day, []string{"2026-02-30"}, nil, "survey.answer.date"},
		{day, []string{"28/02/2026"}, nil, "survey.answer.date"},
	} {
		got, key, _ := c.q.take(c.in)
		if !reflect.DeepEqual(got, c.want) || key != c.key {
			t.Errorf("%s %.40q: got %.40q %q, want %.40q %q", c.q.Form, c.in, got, key, c.want, c.key)
		}
	}
}

func TestWhatIsRequired(t *testing.T) {
	s := Survey{Questions: []Question{{ID: 1, Form: Short, Required: true}, {ID: 2, Form: Long}, {ID: 3, Form: Date, Required: true}}}
	in := Answers{1: {"x"}, 2: {"y"}, 99: {"stranger"}}
	got, err := s.Take(in, false)
	if err != nil || len(got) != 2 {
		t.Errorf("a draft may lack answers: %v %v", got, err)
	}
	_, err = s.Take(in, true)
	f := fault.Of(err)
	if f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields["q3"].Key != "survey.answer.date" {
		t.Errorf("sending without a required answer: %v", err)
	}
	_, err = s.Take(Answers{1: {"x"}, 3: {"soon"}}, true)
	if f := fault.Of(err); len(f.Fields) != 1 {
		t.Errorf("one fault a question: %v", f.Fields)
	}
}

func TestDiscreet(t *testing.T) {
	for _, c := range []struct {
		n         []int64
		exclusive bool
		hidden    string // x hidden, . shown
		kept      bool
	}{
		{[]int64{10, 20, 30}, true, "...", false},
		{[]int64{10, 0, 30}, true, "...", false},
		{[]int64{10, 4, 30}, true, "xx.", true},
		{[]int64{10, 4, 30}, false, ".x.", true},
		{[]int64{10, 4, 3}, true, ".xx", true},
		{[]int64{0, 1, 0}, true, ".x.", true},
		{[]int64{5, 5}, true, "..", false},
		{[]int64{7, 1, 7}, true, "xx.", true},
	} {
		var all []Count
		for _, n := range c.n {
			all = append(all, Count{N: n})
		}
		shown, kept := Discreet(all, c.exclusive)
		got := ""
		for i, one := range shown {
			if one.Hidden {
				got += "x"
				if one.N != 0 {
					t.Errorf("%v: a hidden count still holds its number", c.n)
				}
			} else {
				got += "."
				if one.N != c.n[i] {
					t.Errorf("%v: a shown count changed", c.n)
				}
			}
		}
		if got != c.hidden || kept != c.kept {
			t.Errorf("%v exclusive %v: %s %v, want %s %v", c.n, c.exclusive, got, kept, c.hidden, c.kept)
		}
	}
}

func TestSpread(t *testing.T) {
	few := []string{"10", "9", "-3", "2.5"}
	if s := spread(Number, few, true); s != nil {
		t.Errorf("four numbers are shown: %v", s)
	}
	if s := spread(Number, few, false); s == nil || *s != (Spread{"-3", "2.5", "10"}) {
		t.Errorf("spread %v", s)
	}
	if s := spread(Date, []string{"2026-05-01", "2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03"}, true); s == nil || *s != (Spread{Middle: "2026-01-02"}) {
		t.Errorf("spread %v", s)
	}
}

func TestQuestionsThatCannotBeAsked(t *testing.T) {
	for key, q := range map[string]Question{
		"form":    {Form: "riddle", Label: "x"},
		"label":   {Form: Short},
		"options": {Form: One, Label: "x", Options: []Option{{Label: "Same"}, {Label: "Same"}}},
		"most":    {Form: Several, Label: "x", Options: []Option{{Label: "A"}, {Label: "B"}}, Least: 1, Most: 3},
	} {
		q.Prepare()
		if f := fault.Of(q.check()); f.Kind != fault.Invalid || f.Fields[key].Key == "" {
			t.Errorf("%s: %v", key, f)
		}
	}
	if q := (Question{Form: Scale, Label: "x", Least: 1, Most: 30}); q.check() == nil {
		t.Error("a scale of thirty steps")
	}
	q := Question{Form: One, Label: "x", Options: []Option{{Key: "2", Label: "A"}, {Label: "B"}, {Label: "C"}}}
	q.Prepare()
	if err := q.check(); err != nil || q.Options[1].Key == "2" || q.Options[2].Key == q.Options[1].Key {
		t.Errorf("keys: %+v %v", q.Options, err)
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"0", "-1,5", "999999999999.9999", "--1", "", "."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := ParseNumber(s)
		if !ok {
			return
		}
		if back, ok := ParseNumber(PrintNumber(n)); !ok || back != n {
			t.Errorf("%q became %d became %q", s, n, PrintNumber(n))
		}
	})
}
