package instance

import (
	"strings"
	"testing"

	"tequio/app/fault"
)

// Known colours, from CSS Color 4's sample values.
func TestOKLCH(t *testing.T) {
	for _, c := range []struct {
		l, chroma, hue float64
		want           string
	}{
		{1, 0, 0, "#ffffff"}, {0, 0, 0, "#000000"},
		{0.6279554, 0.2576833, 29.2338805, "#ff0000"}, {0.8664396, 0.2948272, 142.4953389, "#00ff00"}, {0.4520137, 0.3132144, 264.0520206, "#0000ff"},
	} {
		if got := oklch(c.l, c.chroma, c.hue).Hex(); got != c.want {
			t.Errorf("oklch(%v %v %v) = %s, not %s", c.l, c.chroma, c.hue, got, c.want)
		}
	}
	if got := Contrast(hex("#000000"), hex("#ffffff")); got < 20.99 || got > 21.01 {
		t.Errorf("black on white is %v", got)
	}
}

// Whatever hue a town picks, everybody can read its pages, by day and by night.
func TestEveryHueIsReadable(t *testing.T) {
	for hue := range 360 {
		if p := faint(hue); p != "" {
			t.Errorf("hue %d: %s", hue, p)
		}
		set := Defaults()
		set.Hue = hue
		if err := set.Check(); err != nil {
			t.Errorf("hue %d: %v", hue, err)
		}
	}
}

func TestHueRefused(t *testing.T) {
	for _, hue := range []int{-2, 360, 4000} {
		set := Defaults()
		set.Hue = hue
		if _, ok := fault.Of(set.Check()).Fields["hue"]; !ok {
			t.Errorf("hue %d was taken", hue)
		}
	}
}

func TestTheme(t *testing.T) {
	set := Defaults()
	if set.Theme() != "" {
		t.Error("the house's own colours need no theme")
	}
	set.Hue = 350
	css := set.Theme()
	for _, want := range []string{":root{--brand:#", "--on-brand:light-dark(#ffffff,#", "@supports(color:light-dark(#000,#fff))", "--hero:"} {
		if !strings.Contains(css, want) {
			t.Errorf("no %q in %s", want, css)
		}
	}
}

// The check notices a pair that cannot be read.
func TestFaintIsNoticed(t *testing.T) {
	pale := Light(200)
	pale.Brand = oklch(0.75, 0.1, 200)
	for _, p := range pale.pairs(day) {
		if p.name == "link on page" && Contrast(p.over, p.under) >= p.least {
			t.Error("a pale link passes")
		}
	}
}
