package text

import (
	"strings"
	"testing"
)

func TestMark(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"<p>hola @Ana Ruiz</p>", `<p>hola <strong class="mention">@Ana Ruiz</strong></p>`},
		{"<p>@Ana</p>", `<p><strong class="mention">@Ana</strong></p>`},
		{`<p><a href="/x?@Ana">@Ana</a> <code>@Ana</code></p>`, `<p><a href="/x?@Ana">@Ana</a> <code>@Ana</code></p>`},
		{"<p>@O&#39;Neil &lt;b&gt;</p>", `<p><strong class="mention">@O&#39;Neil &lt;b&gt;</strong></p>`},
		{"<p>nadie", "<p>nadie"},
		{"a < @Ana", "a < @Ana"},
	} {
		if got := Mark(c.source, []string{"@Ana Ruiz", "@Ana", "@O'Neil <b>"}); got != c.want {
			t.Errorf("%s becomes %s", c.source, got)
		}
	}
	if got := Mark("<p>@Ana</p>", nil); got != "<p>@Ana</p>" {
		t.Error(got)
	}
}

// Whatever is written and whoever is named, marking adds nothing but its own element.
func FuzzMark(f *testing.F) {
	f.Add("hola @Ana <script>", "Ana")
	f.Add("`@x` [@x](https://e.example) **@x**", "x")
	f.Add("@<img src=x onerror=y>", "<img src=x onerror=y>")
	f.Fuzz(func(t *testing.T, body, name string) {
		source := Markdown(body, Participant)
		marked := Mark(source, []string{"@" + name})
		bare := strings.NewReplacer(`<strong class="mention">@`, "@").Replace(marked)
		if strings.Count(marked, `<strong class="mention">`)-strings.Count(source, `<strong class="mention">`) != strings.Count(marked, "</strong>")-strings.Count(source, "</strong>") {
			t.Errorf("%q becomes %q", source, marked)
		}
		if strings.Count(bare, "<") != strings.Count(source, "<")+strings.Count(marked, "</strong>")-strings.Count(source, "</strong>") {
			t.Errorf("%q becomes %q", source, marked)
		}
	})
}
