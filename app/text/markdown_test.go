package text

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestMarkdown(t *testing.T) {
	for name, x := range map[string]struct {
		voice     Voice
		src, want string
	}{
		"a participant's heading": {Participant, "# Agua", "<h3>Agua</h3>"},
		"an official's heading":   {Official, "# Agua", "<h2>Agua</h2>"},
		"a heading begun low":     {Participant, "##### Agua", "<h3>Agua</h3>"},
		"headings never skip":     {Official, "## Agua\n#### Pozos\n## Luz", "<h2>Agua</h2>\n<h3>Pozos</h3>\n<h2>Luz</h2>"},
		"line ends are kept":      {Participant, "uno\ndos", "<p>uno<br>\ndos</p>"},
		"an official's are not":   {Official, "uno\ndos", "<p>uno\ndos</p>"},
		"tags are words":          {Participant, "<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"},
		"also inside a line":      {Official, "un <b onclick=x>dos", "<p>un &lt;b onclick=x&gt;dos</p>"},
		"a comment is seen":       {Participant, "<!-- a -->", "<p>&lt;!-- a --&gt;</p>"},
		"struck":                  {Participant, "~~uno~~", "<p><del>uno</del></p>"},
		"tasks": {Participant, "- [ ] uno\n- [x] dos",
			"<ul>\n<li>☐ uno</li>\n<li>☑ dos</li>\n</ul>"},
		"a bare link": {Participant, "ver https://a.mx/b?c=1&d=2",
			`<p>ver <a href="https://a.mx/b?c=1&amp;d=2" rel="nofollow ugc noopener">https://a.mx/b?c=1&amp;d=2</a></p>`},
		"a link shows its host": {Participant, "[el banco](https://evil.example/)",
			`<p><a href="https://evil.example/" rel="nofollow ugc noopener">el banco</a> <span class="host">(evil.example)</span></p>`},
		"an official's need not": {Official, "[la ley](https://dof.gob.mx/)",
			`<p><a href="https://dof.gob.mx/" rel="noopener">la ley</a></p>`},
		"a link within":           {Official, "[votar](/votes/uno#dos)", `<p><a href="/votes/uno#dos" rel="noopener">votar</a></p>`},
		"mail":                    {Official, "ana@pueblo.mx", `<p><a href="mailto:ana@pueblo.mx" rel="noopener">ana@pueblo.mx</a></p>`},
		"a link without words":    {Official, "[](https://a.mx)", `<p><a href="https://a.mx" rel="noopener">https://a.mx</a></p>`},
		"another site in hiding":  {Participant, "[a](//evil.mx) [b](/\\evil.mx) [c](https://bank.mx@evil.mx)", "<p>a <a href=\"/%5Cevil.mx\" rel=\"nofollow ugc noopener\">b</a> c</p>"},
		"script":                  {Participant, "[a](javascript:alert(1)) [b](JaVaScRiPt:x) [c](data:text/html,x) [d](vbscript:x)", "<p>a b c d</p>"},
		"script by entity":        {Participant, "[a](javascript&colon;x) [b](java&#115;cript:x) [c](javascript&amp;colon;x)", "<p>a b c</p>"},
		"script by autolink":      {Participant, "<javascript:alert(1)>", "<p>javascript:alert(1)</p>"},
		"a file of ours":          {Participant, "![plano](/files/ab/c.png)", `<p><img src="/files/ab/c.png" alt="plano" loading="lazy"></p>`},
		"a far image":             {Official, "![plano](https://a.mx/x.png)", "<p>plano</p>"},
		"an image on the way out": {Official, "![plano](/files/../admin)", "<p>plano</p>"},
		"quotes in an alt":        {Participant, `![a" onerror="x](/files/a.png)`, `<p><img src="/files/a.png" alt="a&#34; onerror=&#34;x" loading="lazy"></p>`},
		"no table for all":        {Participant, "|a|b|\n|-|-|\n|1|2|", "<p>|a|b|<br>\n|-|-|<br>\n|1|2|</p>"},
		"a table": {Official, "|a|b|\n|-|-:|\n|1|2|",
			"<div class=\"table-scroll\" tabindex=\"0\"><table>\n<thead>\n<tr>\n<th>a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td align=\"right\">2</td>\n</tr>\n</tbody>\n</table></div>"},
		"code":            {Official, "```go\na<b\n```", "<pre><code class=\"language-go\">a&lt;b\n</code></pre>"},
		"a list goes on":  {Participant, "3. tres", "<ol start=\"3\">\n<li>tres</li>\n</ol>"},
		"a turned text":   {Participant, "a\u202Eb", "<p>ab</p>"},
		"nothing":         {Participant, " \n ", ""},
		"twenty quotes":   {Participant, strings.Repeat(">", 3) + " a", "<blockquote>\n<blockquote>\n<blockquote>\n<p>a</p>\n</blockquote>\n</blockquote>\n</blockquote>"},
		"too many quotes": {Participant, strings.Repeat(">", 21) + " a", "<p>" + strings.Repeat("&gt;", 21) + " a</p>"},
		"too much emphasis": {Participant, strings.Repeat("*a **b ", 12) + strings.Repeat("** *", 12),
			"<p>" + strings.TrimSpace(strings.Repeat("*a **b ", 12)+strings.Repeat("** *", 12)) + "</p>"},
	} {
		if got := strings.TrimSpace(Markdown(x.src, x.voice)); got != x.want {
			t.Errorf("%s: %q\n got %s\nwant %s", name, x.src, got, x.want)
		}
	}
}

func TestMarkdownCutsWhatIsTooLong(t *testing.T) {
	got := Markdown(strings.Repeat("á", 10_001), Participant)
	if want := "<p>" + strings.Repeat("á", 10_000) + "…</p>\n"; got != want {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
}

// hostile are sources made to be slow or to become large.
func hostile(runes int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, runes/utf8.RuneCountInString(s)) }
	columns := runes / 8
	return map[string]string{
		"quotes":         fill(">"),
		"quotes apart":   fill("> "),
		"quoted lines":   fill("> > > > > > > > > > > > > > > > > > > >\n"),
		"lists":          fill("- "),
		"steps":          steps(runes),
		"brackets":       fill("["),
		"closed":         fill("[") + fill("]"),
		"links":          fill("[a](b"),
		"images":         fill("![]("),
		"references":     fill("[a]: b\n"),
		"referring":      fill("[a]") + "\n\n[a]: /b\n",
		"stars":          fill("*a **a "),
		"underlines":     fill("_a__"),
		"tildes":         fill("~~a ~"),
		"ticks":          ticks(runes),
		"tags":           fill("<a "),
		"comments":       fill("<!--"),
		"entities":       fill("&amp"),
		"escapes":        fill("\\*"),
		"addresses":      fill("a@"),
		"dotted":         fill("a.b@c."),
		"www":            fill("www."),
		"http":           fill("http://"),
		"autolinks":      fill("<http://"),
		"table":          "|" + strings.Repeat("a|", columns) + "\n|" + strings.Repeat("-|", columns) + "\n" + strings.Repeat("|\n", runes/2),
		"many tables":    fill("|a|b|\n|-|-|\n|\n|\n\n"),
		"narrow tables":  "|a|b|c|d|\n|-|-|-|-|\n" + fill("|\n"),
		"setext":         fill("a\n=\n"),
		"fences":         fill("```\n"),
		"tabs":           fill("\t-\t"),
		"breaks":         fill("a\n"),
		"blank lines":    fill("\n"),
		"marks":          fill("a\u0301"),
		"direction":      fill("\u202E"),
		"quotes in code": "```\n" + fill("\"") + "\n```",
	}
}

func steps(runes int) string {
	var s strings.Builder
	for indent := 0; s.Len() < runes; indent += 2 {
		s.WriteString(strings.Repeat(" ", indent) + "- a\n")
	}
	return s.String()
}

func ticks(runes int) string {
	var s strings.Builder
	for n := 1; s.Len() < runes; n++ {
		s.WriteString(strings.Repeat("`", n) + " ")
	}
	return s.String()
}

func TestMarkdownBearsHostileText(t *testing.T) {
	for _, v := range []Voice{Participant, Official} {
		for name, src := range hostile(styles[v].runes) {
			start := time.Now()
			out := Markdown(src, v)
			took := time.Since(start)
			if took > 5*time.Second { // a tenth of it on a machine that does nothing else
				t.Errorf("voice %d, %s: %v", v, name, took)
			}
			if most := 2 * styles[v].bytes; len(out) > most {
				t.Errorf("voice %d, %s: %d bytes, want at most %d", v, name, len(out), most)
			}
		}
	}
}

var (
	tag       = regexp.MustCompile(`<[^>]*>`)
	permitted = regexp.MustCompile(`^<(/?(div|p|h[2-6]|em|strong|del|code|pre|blockquote|ul|ol|li|table|thead|tbody|tr|th|td|span|a)|br/?|hr/?|div class="table-scroll" tabindex="0"|` +
		`ol start="[0-9]+"|t[hd] align="(left|center|right)"|code class="language-[\w+-]+"|span class="host"|` +
		`a href="(https?://|mailto:|tel:|/|#)[^"<>]*" rel="(nofollow ugc )?noopener"|` +
		`img src="/files/[\w./-]+" alt="[^"<>]*" loading="lazy")>$`)
)

func checkHTML(t *testing.T, src, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("%q: not UTF-8", src)
	}
	if strings.ContainsAny(tag.ReplaceAllString(out, ""), "<>") {
		t.Errorf("%q: a loose angle in %q", src, out)
	}
	open := []string{}
	for _, found := range tag.FindAllString(out, -1) {
		if !permitted.MatchString(found) || strings.Contains(found, `href="//`) {
			t.Errorf("%q: %s", src, found)
		}
		name := strings.Trim(strings.Fields(found)[0], "</>")
		switch {
		case name == "br" || name == "hr" || name == "img":
		case !strings.HasPrefix(found, "</"):
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			t.Fatalf("%q: %s closes nothing in %q", src, found, out)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%q: %v left open", src, open)
	}
}

// FuzzMarkdown: whatever is written, the result is well-formed, made of what we
// permit only, and so holds no script, no on…= and no javascript: address.
func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{
		"# a\n\n[b](javascript:x) ![c](/files/d.png) <script>e</script>", "[a](/b \"c\" onload=x)", "<a href=x>", "a@b.mx www.c.mx",
		"|a|b|\n|-|:-|\n|1|<img onerror=x>|", "- [x] a\n  - b\n> c", "[a][b]\n\n[b]: java&#x0A;script:c", "\u202E\u200Ba\x00", "3. a\n```\"><b\nc",
		"![a](/files/b\"c)", "[a](https://b.mx/\"onclick=\"c)", "[x](mailto:a@b?subject=<script>)", "[[a](b)](c)", "[a![b](c)](d)", "[](#)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, v := range []Voice{Participant, Official} {
			checkHTML(t, src, Markdown(src, v))
		}
		if n := utf8.RuneCountInString(Excerpt(src, 30)); n > 30 {
			t.Errorf("an excerpt of %d runes", n)
		}
	})
}

const letter = "# Un parque para todos\n\nPedimos **árboles**, bancas y [luz](https://ejemplo.mx/luz) en la esquina de la calle Juárez.\n\n- uno\n- dos\n\nGracias.\n\n"

func BenchmarkMarkdown(b *testing.B) {
	src := strings.Repeat(letter, 5)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		Markdown(src, Participant)
	}
}

func BenchmarkExcerpt(b *testing.B) {
	src := strings.Repeat(letter, 50)
	for b.Loop() {
		Excerpt(src, 160)
	}
}
