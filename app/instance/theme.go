package instance

import (
	"fmt"
	"strings"
)

// Shades are the colours of a theme that follow from its hue; the others are the house's.
type Shades struct {
	Brand, Strong, Tint, OnBrand, Hero Colour
}

// ground are the house's colours that a theme stands on and beside (static/civic.css).
type ground struct {
	bg, card, sunken, ink, muted, heroInk, sun Colour
}

var (
	day = ground{bg: hex("#faf8f4"), card: hex("#ffffff"), sunken: hex("#f1ede5"), ink: hex("#14202b"), muted: hex("#4d5b68"),
		heroInk: hex("#fdfbf5"), sun: hex("#f3b53f")}
	night = ground{bg: hex("#0f161d"), card: hex("#18222c"), sunken: hex("#0a1016"), ink: hex("#e9eef2"), muted: hex("#a9b7c3"),
		heroInk: hex("#fdfbf5"), sun: hex("#f3b53f")}
)

// Light are the shades of a hue by day: lightness and chroma are the house's, the hue is the town's.
func Light(hue int) Shades {
	h := float64(hue)
	return Shades{
		Brand: oklch(0.42, 0.11, h), Strong: oklch(0.34, 0.09, h), Tint: oklch(0.955, 0.018, h),
		OnBrand: hex("#ffffff"), Hero: oklch(0.34, 0.09, h),
	}
}

// Dark are the shades of a hue by night.
func Dark(hue int) Shades {
	h := float64(hue)
	return Shades{
		Brand: oklch(0.82, 0.09, h), Strong: oklch(0.88, 0.07, h), Tint: oklch(0.3, 0.045, h),
		OnBrand: oklch(0.22, 0.04, h), Hero: oklch(0.29, 0.07, h),
	}
}

// The least contrasts: of text (WCAG 2.2, 1.4.3) and of controls against what is around (1.4.11).
const (
	textLeast    = 4.5
	controlLeast = 3
)

// pair is two colours that meet on a page, and the contrast they need.
type pair struct {
	name        string
	over, under Colour
	least       float64
}

// pairs are all that meet in civic.css.
func (s Shades) pairs(g ground) []pair {
	return []pair{
		{"link on page", s.Brand, g.bg, textLeast}, {"link on card", s.Brand, g.card, textLeast},
		{"link on sunken", s.Brand, g.sunken, textLeast}, {"link on tint", s.Brand, s.Tint, textLeast},
		{"pressed on page", s.Strong, g.bg, textLeast}, {"pressed on card", s.Strong, g.card, textLeast},
		{"pressed on sunken", s.Strong, g.sunken, textLeast}, {"pressed on tint", s.Strong, s.Tint, textLeast},
		{"button", s.OnBrand, s.Brand, textLeast}, {"button pressed", s.OnBrand, s.Strong, textLeast},
		{"text on tint", g.ink, s.Tint, textLeast}, {"small text on tint", g.muted, s.Tint, textLeast},
		{"hero", g.heroInk, s.Hero, textLeast}, {"hero's button", g.sun, s.Hero, controlLeast},
		{"control on page", s.Brand, g.bg, controlLeast}, {"control on card", s.Brand, g.card, controlLeast},
		{"control on tint", s.Brand, s.Tint, controlLeast},
	}
}

// faint returns the first pair of a hue that people could not read, "" when there is none.
func faint(hue int) string {
	for _, t := range []struct {
		name string
		all  []pair
	}{{"light", Light(hue).pairs(day)}, {"dark", Dark(hue).pairs(night)}} {
		for _, p := range t.all {
			if Contrast(p.over, p.under) < p.least {
				return t.name + ", " + p.name
			}
		}
	}
	return ""
}

// Theme is the style sheet of the instance's own colours; "" keeps the house's. Browsers that know
// no light-dark() get the colours of the day.
func (s *Settings) Theme() string {
	if s.Hue < 0 {
		return ""
	}
	l, d := Light(s.Hue), Dark(s.Hue)
	var plain, both strings.Builder
	for _, v := range []struct {
		name        string
		light, dark Colour
	}{
		{"brand", l.Brand, d.Brand}, {"brand-strong", l.Strong, d.Strong}, {"brand-tint", l.Tint, d.Tint},
		{"on-brand", l.OnBrand, d.OnBrand}, {"hero", l.Hero, d.Hero},
	} {
		fmt.Fprintf(&plain, "--%s:%s;", v.name, v.light.Hex())
		fmt.Fprintf(&both, "--%s:light-dark(%s,%s);", v.name, v.light.Hex(), v.dark.Hex())
	}
	return ":root{" + plain.String() + "}\n@supports(color:light-dark(#000,#fff)){:root{" + both.String() + "}}\n"
}
