package text

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestClean(t *testing.T) {
	for name, x := range map[string]struct{ in, want string }{
		"line ends":              {"a\r\nb\rc\u2028d", "a\nb\nc\nd"},
		"ends are trimmed":       {" \n a \t\u00A0", "a"},
		"controls":               {"a\x00b\x1b[31mc\x7f", "ab[31mc"},
		"tabs stay":              {"a\tb", "a\tb"},
		"one form":               {"educacio\u0301n", "educación"},
		"turned direction":       {"a\u202Egnp.exe\u2066b\u200F", "agnp.exeb"},
		"nothing between":        {"pa\u200Bypal\uFEFF \u00ADx\u2060", "paypal x"},
		"joiners between letter": {"a\u200Db", "ab"},
		"a joiner at the end":    {"a\u200D", "a"},
		"a family stays one":     {"👩\u200D👩\u200D👧", "👩\u200D👩\u200D👧"},
		"Persian needs one":      {"می\u200Cخواهم", "می\u200Cخواهم"},
		"a blank name":           {"\u3164\u2800\u115F", ""},
		"tags":                   {"a\U000E0041b", "ab"},
		"piled marks":            {"x" + strings.Repeat("\u0336", 40), "x" + strings.Repeat("\u0336", maxMarks)},
		"not UTF-8":              {"a\xffb", "a\uFFFDb"},
		"what joins afterwards":  {"e\u200B\u0301", "é"},
		"plain":                  {"Hola a todos", "Hola a todos"},
	} {
		if got := Clean(x.in); got != x.want {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
	if got := Line(" Parque\r\n  Juárez\t\u00A02 "); got != "Parque Juárez 2" {
		t.Errorf("Line: %q", got)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("e\u200B\u0301\r\n\u0958\u0344")
	f.Add("a\r\u200D\n\u0301")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if again := Clean(got); again != got {
			t.Errorf("%q: %q becomes %q", s, got, again)
		}
		if !utf8.ValidString(got) || !norm.NFC.IsNormalString(got) || strings.ContainsAny(got, "\r\x00\u202E\u200B") {
			t.Errorf("%q: %q", s, got)
		}
	})
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Educación": "educacion", "AÑO": "ano", "Straße": "strasse", "Łódź": "lodz", "plain": "plain", "ﬁn": "fin", "Ærø": "aero", "İ": "i", "": "",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{
		"¿Qué hacemos con el agua?":     "que-hacemos-con-el-agua",
		"  Plan 2026–2030: ¡Árboles!  ": "plan-2026-2030-arboles",
		"Método D’Hondt":                "metodo-dhondt",
		"Una consulta pública muy larga sobre el ordenamiento del territorio": "una-consulta-publica-muy-larga-sobre-el-ordenamiento-del",
		strings.Repeat("a", 80):        strings.Repeat("a", 60),
		strings.Repeat("a", 60) + " b": strings.Repeat("a", 60),
		"水道":                           "x-b5e48f6c",
		"":                             "x-811c9dc5",
	} {
		if got := Slug(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzSlug(f *testing.F) {
	form := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	for _, s := range []string{"¿Qué?", "---", "a'b", "", "İstanbul", strings.Repeat("ab ", 40), "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Slug(s)
		if len(got) > maxSlug || !form.MatchString(got) {
			t.Errorf("%q: %q", s, got)
		}
		if again := Slug(got); again != got {
			t.Errorf("%q: %q becomes %q", s, got, again)
		}
	})
}

// TestStemsAgree: the words of a row are found by one another.
func TestStemsAgree(t *testing.T) {
	for lang, rows := range map[string][]string{
		"es": {
			"educación educacion EDUCACIÓN educaciones", "joven jóvenes jovenes", "mujer mujeres", "luz luces", "juez jueces", "país países pais",
			"calle calles", "parque parques", "política políticas político", "habitante habitantes", "ley leyes", "taxi taxis", "camión camiones",
			"participar participación participaciones participó", "pública público públicos", "tecnología tecnologías tecnologia", "árbol árboles",
			"pirámide pirámides", "solución soluciones solucion", "autobús autobuses", "niño niños nino", "ciudad ciudades", "mes meses",
			"decisión decisiones decision", "análisis analisis", "orden órdenes", "imagen imágenes", "informe informes", "base bases", "padre padres",
			"estado estados", "votación votaciones", "biblioteca bibliotecas", "vocal vocales", "banqueta banquetas", "bache baches",
		},
		"en": {"education educations", "citizen citizens citizen’s", "running run runs", "road roads", "city cities", "café cafe cafés", "proposal proposals"},
	} {
		for _, row := range rows {
			stems := Stems(row, lang)
			for _, s := range stems {
				if s != stems[0] {
					t.Errorf("%s: %s: %v", lang, row, stems)
					break
				}
			}
		}
	}
}

func TestStems(t *testing.T) {
	for _, x := range []struct {
		lang, in string
		want     []string
	}{
		{"es", "El agua de la calle 5 de Mayo", []string{"agu", "call", "5", "may"}},
		{"es-MX", "Estado de México", []string{"estad", "mexic"}},
		{"en", "The roads of our city", []string{"road", "citi"}},
		{"fr", "Les élèves", []string{"les", "eleves"}},
		{"es", "¿?", []string{}},
		{"es", "CURP20261218 2026", []string{"curp20261218", "2026"}},
		{"es", strings.Repeat("ab", 100), []string{Stems(strings.Repeat("ab", 20), "es")[0]}},
	} {
		if got := Stems(x.in, x.lang); !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s %q: %q, want %q", x.lang, x.in, got, x.want)
		}
	}
	if a, b := Stems("la educacion", "es"), Stems("Educación", "es"); a[0] != b[0] {
		t.Error(a, b)
	}
}

// TestStemsDiffer: words that mean different things are kept apart.
func TestStemsDiffer(t *testing.T) {
	for _, pair := range []string{"agua aguacate", "calle calor", "voto voz", "plan planta", "parque parte", "ciudad ciudadano"} {
		if s := Stems(pair, "es"); s[0] == s[1] {
			t.Errorf("%s: both %s", pair, s[0])
		}
	}
}

func FuzzStems(f *testing.F) {
	f.Add("Educación jóvenes luz s es")
	f.Add("ce zs és")
	f.Add("\xa1\xf2Ѝ")
	f.Fuzz(func(t *testing.T, s string) {
		for _, lang := range []string{"es", "en", "nah"} {
			bare := Stems(Fold(s), lang)
			if got := Stems(s, lang); !slices.Equal(got, bare) {
				t.Errorf("%s %q: %q, without accents %q", lang, s, got, bare)
			}
			if slices.Contains(bare, "") {
				t.Errorf("%s %q: an empty stem", lang, s)
			}
		}
	})
}

func TestPlain(t *testing.T) {
	src := "# Un *parque*\n\nCon [luz](https://a.mx) y `a\\*b` &amp; \\*más\\*\nhoy.\n\n- [x] uno\n- dos\n\n|a|b|\n|-|-|\n|1|2|\n\n```\nx < y\n```\n![plano](/files/p.png)"
	want := "Un parque\nCon luz y a\\*b & *más*\nhoy.\n☑ uno\ndos\na b \n1 2 \nx < y\nplano"
	if got := Plain(src); got != want {
		t.Errorf("%q\nwant %q", got, want)
	}
}

func TestExcerpt(t *testing.T) {
	for _, x := range []struct {
		src   string
		runes int
		want  string
	}{
		{"Uno **dos** tres", 20, "Uno dos tres"},
		{"Uno dos tres cuatro", 12, "Uno dos…"},
		{"Uno dos, tres cuatro", 13, "Uno dos…"},
		{"Uno dos tres cuatro", 13, "Uno dos tres…"},
		{"Unodostrescuatro", 5, "Unod…"},
		{"# Título\n\nTexto", 40, "Título Texto"},
		{"", 10, ""}, {"a b", 0, ""}, {"ab", 1, "…"},
		{strings.Repeat("palabra ", 5000), 20, "palabra palabra…"},
	} {
		if got := Excerpt(x.src, x.runes); got != x.want {
			t.Errorf("%.20q %d: %q, want %q", x.src, x.runes, got, x.want)
		}
	}
}

func TestReadingMinutes(t *testing.T) {
	for words, want := range map[int]int{0: 1, 10: 1, 299: 1, 300: 2, 1000: 5} {
		if got := ReadingMinutes(strings.Repeat("voto, ", words)); got != want {
			t.Errorf("%d words: %d, want %d", words, got, want)
		}
	}
}

func TestCompare(t *testing.T) {
	s := func(text string) Change { return Change{Same, text} }
	r := func(text string) Change { return Change{Removed, text} }
	a := func(text string) Change { return Change{Added, text} }
	for name, x := range map[string]struct {
		old, new string
		want     []Change
	}{
		"nothing":      {"", "", nil},
		"equal":        {"a b", "a b", []Change{s("a b")}},
		"all new":      {"", "a b", []Change{a("a b")}},
		"all gone":     {"a b", "", []Change{r("a b")}},
		"a word":       {"El agua es de todos", "El agua es nuestra", []Change{s("El agua es "), r("de todos"), a("nuestra")}},
		"a figure":     {"Son 1,500 pesos.", "Son 1,800 pesos.", []Change{s("Son "), r("1,500"), a("1,800"), s(" pesos.")}},
		"accents":      {"educacion", "educación", []Change{r("educacion"), a("educación")}},
		"within":       {"uno dos", "uno y dos", []Change{s("uno "), a("y "), s("dos")}},
		"two words":    {"el gran parque", "el nuevo jardín", []Change{s("el "), r("gran parque"), a("nuevo jardín")}},
		"a paragraph":  {"uno\n\ndos", "uno\n\ntres\n\ndos", []Change{s("uno\n\n"), a("tres\n\n"), s("dos")}},
		"punctuation":  {"Hola, todos", "Hola todos", []Change{s("Hola"), r(","), s(" todos")}},
		"apostrophes":  {"l'eau", "l'air", []Change{r("l'eau"), a("l'air")}},
		"bad encoding": {"a\xff b", "a\xfe b", []Change{s("a"), r("\xff"), a("\xfe"), s(" b")}},
	} {
		if got := Compare(x.old, x.new); !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
	added, removed := CountWords(Compare("El agua, es de todos.", "El agua es nuestra."))
	if added != 1 || removed != 2 {
		t.Errorf("%d added, %d removed; want 1 and 2", added, removed)
	}
}

// FuzzCompare: both versions can be put together again from the comparison.
func FuzzCompare(f *testing.F) {
	f.Add("uno dos tres", "uno tres cuatro")
	f.Add("a\xff\u0301 b", "\u0301a  b\n")
	f.Fuzz(func(t *testing.T, old, new string) {
		var gotOld, gotNew strings.Builder
		for i, c := range Compare(old, new) {
			if c.Kind != Added {
				gotOld.WriteString(c.Text)
			}
			if c.Kind != Removed {
				gotNew.WriteString(c.Text)
			}
			if c.Text == "" {
				t.Errorf("change %d is empty", i)
			}
		}
		if gotOld.String() != old || gotNew.String() != new {
			t.Errorf("%q, %q: %q, %q", old, new, gotOld.String(), gotNew.String())
		}
	})
}

// TestCompareLargeTexts: more different words than runes before the surrogates,
// and a search that would take hours.
func TestCompareLargeTexts(t *testing.T) {
	var old, new strings.Builder
	for i := range 60_000 {
		old.WriteString("a" + strings.Repeat("b", i%7) + string(rune('c'+i%20)) + numeral(i) + " ")
		new.WriteString("z" + numeral(i*7%60_000) + " ")
	}
	changes := Compare(old.String(), new.String()+"fin")
	if n := len(changes); n == 0 {
		t.Fatal("no change")
	}
	var back strings.Builder
	for _, c := range changes {
		if c.Kind != Removed {
			back.WriteString(c.Text)
		}
	}
	if back.String() != new.String()+"fin" {
		t.Error("the new text cannot be put together")
	}
}

func numeral(i int) string {
	return string([]byte{byte('0' + i/10000%10), byte('0' + i/1000%10), byte('0' + i/100%10), byte('0' + i/10%10), byte('0' + i%10)})
}

func BenchmarkStems(b *testing.B) {
	src := strings.Repeat(letter, 5)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		Stems(src, "es")
	}
}

func BenchmarkClean(b *testing.B) {
	src := strings.Repeat(letter, 5)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		Clean(src)
	}
}

func BenchmarkCompare(b *testing.B) {
	old := strings.Repeat(letter, 50)
	new := strings.Replace(old, "bancas", "juegos", 20)
	b.SetBytes(int64(len(old)))
	for b.Loop() {
		Compare(old, new)
	}
}

func BenchmarkSlug(b *testing.B) {
	for b.Loop() {
		Slug("¿Qué hacemos con el agua de la ciudad?")
	}
}
