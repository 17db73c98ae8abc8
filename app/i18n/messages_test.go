package i18n

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"
)

func mustLoad(t *testing.T, files fstest.MapFS) *Catalogues {
	t.Helper()
	c, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestT(t *testing.T) {
	c := mustLoad(t, fstest.MapFS{
		"es/a.json": {Data: []byte(`{"hello":"Hola, {name}","votes":{"one":"{n} voto","other":"{n} votos"},"brace":"{ {X} {name} }"}`)},
		"es/b.json": {Data: []byte(`{"state":"abierta","sum":"{state}: {cost}, {max}, {when}, {odd}"}`)},
		"ru/a.json": {Data: []byte(`{"votes":{"one":"{n} голос","few":"{n} голоса","many":"{n} голосов","other":"{n} голоса"},"language.direction":"rtl"}`)},
	})
	es, ru := c.Language("es"), c.Language("ru")
	when := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		l    *Language
		key  string
		args []any
		want string
	}{
		{es, "hello", []any{"name", "Ana"}, "Hola, Ana"},
		{es, "hello", nil, "Hola, {name}"},
		{es, "hello", []any{"nome", "Ana"}, "Hola, {name}"},
		{es, "hello", []any{"name"}, "Hola, {name}"},
		{es, "hello", []any{"name", "<b>"}, "Hola, <b>"},
		{es, "brace", []any{"name", "x"}, "{ {X} x }"},
		{es, "votes", []any{"n", 1}, "1 voto"},
		{es, "votes", []any{"n", int64(0)}, "0 votos"},
		{es, "votes", []any{"n", 12345}, "12,345 votos"},
		{es, "votes", []any{"n", -1}, "−1 voto"},
		{es, "votes", []any{"n", "muchos"}, "muchos votos"},
		{es, "votes", []any{"n", int64(-1 << 63)}, "−9,223,372,036,854,775,808 votos"},
		{ru, "votes", []any{"n", 1}, "1 голос"},
		{ru, "votes", []any{"n", 3}, "3 голоса"},
		{ru, "votes", []any{"n", 11}, "11 голосов"},
		{ru, "votes", []any{"n", 1000021}, "1,000,021 голос"},
		{es, "sum", []any{"state", Key("state"), "cost", Amount{150, "XTS"}, "max", 10_000, "when", when, "odd", 1.5}, "abierta: money.other, 10,000, format.datetime, 1.5"},
		{es, "no.such", []any{"n", 1}, "no.such"},
	} {
		if got := x.l.T(x.key, x.args...); got != x.want {
			t.Errorf("%s %s %v: %q, want %q", x.l.Tag(), x.key, x.args, got, x.want)
		}
	}
	if missed := c.Missed(); !slices.Contains(missed, "no.such") || slices.Contains(missed, "hello") {
		t.Errorf("missed: %v", missed)
	}
	if es.Dir() != "ltr" || ru.Dir() != "rtl" || !es.Has("hello") || ru.Has("hello") {
		t.Error("direction or keys")
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, x := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"nothing":         {fstest.MapFS{}, "no language found"},
		"no language":     {fstest.MapFS{"readme folder/a.json": {Data: []byte(`{}`)}}, "not named by a language"},
		"broken":          {fstest.MapFS{"es/a.json": {Data: []byte(`{"a":`)}}, "es/a.json"},
		"a list":          {fstest.MapFS{"es/a.json": {Data: []byte(`["a"]`)}}, "not an object"},
		"a number":        {fstest.MapFS{"es/a.json": {Data: []byte(`{"a":1}`)}}, `key "a"`},
		"a nested object": {fstest.MapFS{"es/a.json": {Data: []byte(`{"a":{"one":{"b":"c"}}}`)}}, "is not a text"},
		"two objects":     {fstest.MapFS{"es/a.json": {Data: []byte(`{}{}`)}}, "follows"},
	} {
		if _, err := Load(x.files); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want …%s…", name, err, x.want)
		}
	}
}

func TestProblems(t *testing.T) {
	for name, x := range map[string]struct{ es, en, want string }{
		"none":             {`{"a":"uno {b}"}`, `{"a":"one {b}"}`, ""},
		"missing":          {`{"a":"uno"}`, `{}`, `en: key "a" is missing`},
		"twice":            {`{"a":"uno","a":"dos"}`, `{"a":"one"}`, `es/a.json: key "a" stands already in es/a.json`},
		"another argument": {`{"a":"uno {c}"}`, `{"a":"one {b}"}`, `es: key "a": placeholders {c} differ from {b} in en`},
		"an argument less": {`{"a":"uno"}`, `{"a":"one {b}"}`, `es: key "a": placeholders {} differ from {b} in en`},
		"unknown form":     {`{"a":{"one":"u","few":"p","other":"o"}}`, `{"a":{"one":"u","other":"o"}}`, `es: key "a": the language has no plural form "few"`},
		"misspelt form":    {`{"a":{"one":"u","others":"p","other":"o"}}`, `{"a":"o"}`, `es: key "a": the language has no plural form "others"`},
		"a form is needed": {`{"a":{"other":"o"}}`, `{"a":"o"}`, `es: key "a": the plural form "one" is missing`},
		"no other":         {`{"a":{"one":"o"}}`, `{"a":"o"}`, `es: key "a": the plural form "other" is missing`},
		"a form twice":     {`{"a":{"one":"u","one":"v","other":"o"}}`, `{"a":"o"}`, `es: key "a": the form "one" stands twice`},
		"empty":            {`{"a":" "}`, `{"a":"o"}`, `es: key "a": the text is empty`},
		"n may be a word":  {`{"a":{"one":"un voto","other":"{n} votos"}}`, `{"a":{"one":"{n} vote","other":"{n} votes"}}`, ""},
		"a clock":          {`{"format.clock":"{hour24}:{minute}"}`, `{"format.clock":"{hour12}:{minute} {half}"}`, ""},
		"a strange clock":  {`{"format.clock":"{hour24}:{minute}"}`, `{"format.clock":"{second}"}`, `en: key "format.clock": the placeholder {second} means nothing here`},
	} {
		got := mustLoad(t, catalogue(x.es, x.en)).Problems()
		if x.want == "" && len(got) > 0 || x.want != "" && !slices.Contains(got, x.want) {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
	two := fstest.MapFS{"es/a.json": {Data: []byte(`{"k":"a"}`)}, "es/b.json": {Data: []byte(`{"k":"b"}`)}}
	if got := mustLoad(t, two).Problems(); !slices.Equal(got, []string{`es/b.json: key "k" stands already in es/a.json`}) {
		t.Errorf("%q", got)
	}
}

func TestChoose(t *testing.T) {
	c, both := shipped(t), []string{"es", "en"}
	for name, x := range map[string]struct {
		asked, remembered, accept string
		offered                   []string
		want                      string
	}{
		"asked":              {"en", "es", "es", both, "en"},
		"asked for nonsense": {"../x", "en", "es", both, "en"},
		"remembered":         {"", "en", "es", both, "en"},
		"the browser's":      {"", "", "fr, en-GB;q=0.8, es;q=0.5", both, "en"},
		"by weight":          {"", "", "en;q=0.3, es-MX;q=0.9", both, "es"},
		"the first of equal": {"", "", "en, es", both, "en"},
		"refused":            {"", "", "en;q=0", both, "es"},
		"any":                {"", "", "*", []string{"en", "es"}, "en"},
		"not offered":        {"en", "en", "en", []string{"es"}, "es"},
		"not in a catalogue": {"fr", "", "fr", []string{"fr", "es"}, "es"},
		"nothing offered":    {"es", "", "", nil, "en"},
		"nonsense":           {"", "", ";;q=,,=;q=9,en;q=NaN,-", both, "es"},
		"endless":            {"", "", strings.Repeat("fr,", 100_000) + "en", both, "es"},
	} {
		if got := c.Choose(x.asked, x.remembered, x.accept, x.offered); got != x.want {
			t.Errorf("%s: %s, want %s", name, got, x.want)
		}
	}
	for tag, want := range map[string]string{"es": "es", "es-MX": "es", "ES_mx": "es", "fr": "en", "": "en"} {
		if got := c.Language(tag).Tag(); got != want {
			t.Errorf("Language(%q): %s, want %s", tag, got, want)
		}
	}
	var names []string
	for _, l := range c.Languages() {
		names = append(names, l.Name())
	}
	if !slices.Equal(names, []string{"English", "Español"}) {
		t.Error(names)
	}
}

func TestMoneyAndPercent(t *testing.T) {
	es := shipped(t).Language("es")
	for _, x := range []struct {
		minor    int64
		currency string
		want     string
	}{
		{4_200_000, "MXN", "$42,000"}, {4_200_050, "MXN", "$42,000.50"}, {5, "MXN", "$0.05"}, {0, "MXN", "$0"}, {-150, "MXN", "−$1.50"},
		{100_000, "USD", "$1,000 USD"}, {1999, "EUR", "€19.99 EUR"}, {1999, "JPY", "1,999 JPY"}, {1999, "KWD", "1.999 KWD"}, {1999, "?", "19.99 ?"},
		{-1 << 63, "MXN", "−$92,233,720,368,547,758.08"},
	} {
		if got := es.Money(x.minor, x.currency); got != x.want {
			t.Errorf("%d %s: %s, want %s", x.minor, x.currency, got, x.want)
		}
	}
	for _, x := range []struct {
		num, den int64
		want     string
	}{
		{0, 0, "0%"}, {1, 0, "0%"}, {0, 9, "0%"}, {9, 9, "100%"}, {1, 2, "50%"}, {1, 3, "33.3%"}, {2, 3, "66.7%"}, {9999, 10000, "99.9%"},
		{1, 100000, "0.1%"}, {3, 2, "150%"}, {100001, 100000, "100.1%"}, {-1, 2, "0%"}, {1<<63 - 1, 1<<63 - 1, "100%"}, {1<<63 - 1, 1, "1,844,674,407,370,955,161.5%"},
	} {
		if got := es.Percent(x.num, x.den); got != x.want {
			t.Errorf("%d of %d: %s, want %s", x.num, x.den, got, x.want)
		}
	}
}

func TestRelative(t *testing.T) {
	c := shipped(t)
	es, en := c.Language("es"), c.Language("en")
	at := time.Date(2026, 12, 19, 0, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		ahead  time.Duration // of t
		es, en string
	}{
		{6*day + time.Hour, "faltan 6 días", "6 days left"}, {day, "falta 1 día", "1 day left"}, {day - 1, "faltan 23 horas", "23 hours left"},
		{time.Hour, "falta 1 hora", "1 hour left"}, {90 * time.Second, "falta 1 minuto", "1 minute left"}, {time.Second, "falta menos de un minuto", "less than a minute left"},
		{60 * day, "faltan 60 días", "60 days left"}, {61 * day, "faltan 2 meses", "2 months left"}, {3 * year, "faltan 3 años", "3 years left"},
		{0, "hace un momento", "just now"}, {-3 * time.Hour, "hace 3 horas", "3 hours ago"}, {-time.Minute, "hace 1 minuto", "1 minute ago"},
		{-45 * day, "hace 45 días", "45 days ago"}, {-400 * day, "hace 13 meses", "13 months ago"}, {-2 * year, "hace 2 años", "2 years ago"},
	} {
		if got, _ := es.Relative(at.Add(-x.ahead), at); got != x.es {
			t.Errorf("%v: %s, want %s", x.ahead, got, x.es)
		}
		if got, _ := en.Relative(at.Add(-x.ahead), at); got != x.en {
			t.Errorf("%v: %s, want %s", x.ahead, got, x.en)
		}
	}
}

// TestRelativeHolds: the words hold until a microsecond before next, and not at it.
func TestRelativeHolds(t *testing.T) {
	es := shipped(t).Language("es")
	at := time.Date(2026, 12, 19, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.SampledFrom([]time.Duration{time.Microsecond, time.Second, time.Minute, time.Hour, day, month, year}).Draw(t, "scale")
		now := at.Add(time.Duration(rapid.Int64Range(-100, 100).Draw(t, "units")) * scale).Add(time.Duration(rapid.Int64Range(-2, 2).Draw(t, "µs")) * time.Microsecond)
		words, next := es.Relative(now, at)
		if !next.After(now) {
			t.Fatalf("now %v: next %v is not later", now, next)
		}
		if last, _ := es.Relative(next.Add(-time.Microsecond), at); last != words {
			t.Errorf("now %v: %q is %q before %v", now, words, last, next)
		}
		if then, _ := es.Relative(next, at); then == words {
			t.Errorf("now %v: %q still holds at %v", now, words, next)
		}
	})
}

func TestTWithoutArgumentsAllocatesNothing(t *testing.T) {
	es := shipped(t).Language("es")
	if n := testing.AllocsPerRun(100, func() { es.T("relative.ago.moment") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkT(b *testing.B) {
	es := shipped(b).Language("es")
	b.ReportAllocs()
	for b.Loop() {
		es.T("relative.ago.moment")
	}
}

func BenchmarkTPlural(b *testing.B) {
	es := shipped(b).Language("es")
	b.ReportAllocs()
	for b.Loop() {
		es.T("relative.ago.days", "n", 12)
	}
}

func BenchmarkDateTime(b *testing.B) {
	es := shipped(b).Language("es")
	loc, err := time.LoadLocation("America/Mexico_City")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		es.DateTime(time.Unix(1797638400, 0), loc)
	}
}
