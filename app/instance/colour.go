package instance

import (
	"fmt"
	"math"
)

// A Colour is one of sRGB's 16.8 million.
type Colour struct{ R, G, B uint8 }

// Hex writes the colour as style sheets do: #0b5563.
func (c Colour) Hex() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// hex reads #rrggbb; it is for the constants below, so anything else is black.
func hex(s string) (c Colour) {
	fmt.Sscanf(s, "#%02x%02x%02x", &c.R, &c.G, &c.B)
	return c
}

// oklch returns the colour of a lightness (0…1), chroma and hue (degrees) in OKLCH. Where sRGB does
// not reach as far, the chroma is lowered until it does: lightness, on which contrast rests, stays.
// The matrices are those of Björn Ottosson's OKLab (2020), as CSS Color 4 has them.
func oklch(l, chroma, hue float64) Colour {
	low, high := 0.0, chroma
	if c, ok := inGamut(l, chroma, hue); ok {
		return c
	}
	for range 20 {
		mid := (low + high) / 2
		if _, ok := inGamut(l, mid, hue); ok {
			low = mid
		} else {
			high = mid
		}
	}
	c, _ := inGamut(l, low, hue)
	return c
}

func inGamut(l, chroma, hue float64) (Colour, bool) {
	sin, cos := math.Sincos(hue * math.Pi / 180)
	a, b := chroma*cos, chroma*sin
	cube := func(x float64) float64 { return x * x * x }
	long := cube(l + 0.3963377774*a + 0.2158037573*b)
	medium := cube(l - 0.1055613458*a - 0.0638541728*b)
	short := cube(l - 0.0894841775*a - 1.2914855480*b)
	fits := true
	channel := func(linear float64) uint8 {
		if linear < -1e-4 || linear > 1+1e-4 {
			fits = false
		}
		linear = min(max(linear, 0), 1)
		if linear <= 0.0031308 {
			return uint8(math.Round(255 * 12.92 * linear))
		}
		return uint8(math.Round(255 * (1.055*math.Pow(linear, 1/2.4) - 0.055)))
	}
	c := Colour{
		R: channel(4.0767416621*long - 3.3077115913*medium + 0.2309699292*short),
		G: channel(-1.2684380046*long + 2.6097574011*medium - 0.3413193965*short),
		B: channel(-0.0041960863*long - 0.7034186147*medium + 1.7076147010*short),
	}
	return c, fits
}

// luminance is WCAG 2's relative luminance, 0…1.
func (c Colour) luminance() float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// Contrast is WCAG 2's ratio of two colours, 1…21.
func Contrast(a, b Colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}
