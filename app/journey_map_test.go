package app

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// clickAt presses the mouse at a point of an element, in CSS pixels from its corner.
func (v *visitor) clickAt(selector string, x, y float64) {
	v.t.Helper()
	at := look[[]float64](v, `(() => { const e = [...document.querySelectorAll(`+strconv.Quote(selector)+`)].find(e => e.getClientRects().length > 0);
e.scrollIntoView({block: "center"}); window.__old = true; const r = e.getBoundingClientRect(); return [r.x, r.y] })()`)
	v.do("click at a point", chromedp.MouseClickXY(at[0]+x, at[1]+y))
	v.settle()
}

// field is what stands in a field.
func (v *visitor) field(name string) string {
	return look[string](v, `document.querySelector('[name="`+name+`"]').value`)
}

// degrees is the number in a field, in millionths.
func (v *visitor) degrees(name string) int {
	v.t.Helper()
	n, err := strconv.ParseFloat(v.field(name), 64)
	if err != nil {
		v.t.Fatalf("%s: %v", name, err)
	}
	return int(n * 1e6)
}

var draftAddress = regexp.MustCompile(`^/proposals/drafts/\d+/`)

// writesToWhere begins a proposal and goes to the question where it is.
func (v *visitor) writesToWhere(title string) {
	v.t.Helper()
	v.open("/proposals/new/title?lang=es")
	v.fill("¿Qué propones?", title)
	v.click("Continuar")
	v.open(draftAddress.FindString(v.path()) + "place")
}

// TestPointOnTheMap says where a proposal is: by pointing, by keyboard, by coordinates.
func TestPointOnTheMap(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		for width, at := range map[int64]float64{390: 140, 1280: 300} { // about the town's middle
			v := w.visit(t, width, scripts)
			v.signIn("Guadalupe Hernández")
			v.writesToWhere("Una banca más en la cancha")
			v.clickAt(".picker input[type=image]", at, 140)
			v.shot("picked")
			lat, lon := v.degrees("lat"), v.degrees("lon")
			if lat < 16_900_000 || lat > 17_100_000 || lon > -96_400_000 || lon < -96_700_000 {
				t.Fatalf("pointed at %d, %d", lat, lon)
			}
			if look[string](v, `document.querySelector("[name=place]").value`) == "" && !scripts {
				t.Error("the place is not taken from where somebody pointed")
			}
			if !scripts {
				v.sees("Tu punto está en")
			}
			v.click("Acercar")
			v.click("Acercar")
			pin := look[[]int](v, `(() => { const u = [...document.querySelectorAll(".picker-map use")].find(e => e.closest(".picker-map").getClientRects().length > 0); return [+u.getAttribute("x"), +u.getAttribute("y")] })()`)
			if pin[0] < 0 || pin[1] < 0 {
				t.Error("coming nearer, the point is lost")
			}
			v.clickAt(".picker input[type=image]", float64(pin[0])+20, float64(pin[1]))
			if d := v.degrees("lon") - lon; d <= 0 || d > 4000 {
				t.Errorf("20 pixels to the east are %d millionths", d)
			}
			if d := v.degrees("lat") - lat; d > 300 || d < -300 {
				t.Errorf("20 pixels to the east are %d millionths north", d)
			}
			lat = v.degrees("lat")
			v.click("Mover el mapa al norte")
			v.do("focus", chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".picker input[type=image]")].find(e => e.getClientRects().length > 0).focus()`))
			if scripts {
				v.do("arrows", chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowUp))
			} else {
				v.do("mark", chromedp.Evaluate[chromedp.Void](`void (window.__old = true)`))
				v.do("enter", chromedp.KeyEvent(kb.Enter))
				v.settle()
			}
			if v.degrees("lat") <= lat {
				t.Error("the keyboard does not move the point north")
			}
			v.shot("near")
			v.fill("Latitud", "19.4")
			v.click("Continuar")
			v.sees("Hay un problema", "fuera del municipio")
			v.shot("outside")
			v.fill("Latitud", "17.0140")
			v.fill("Longitud", "-96.5480")
			v.click("Continuar")
			v.open(draftAddress.FindString(v.path()) + "place")
			if lat := v.field("lat"); lat != "17.014" {
				t.Errorf("the draft is at %s", lat)
			}
			if place := v.field("place"); place == "" {
				t.Error("the place is not taken from the point")
			}
			v.click("Quitar el punto")
			v.click("Continuar")
			v.open(draftAddress.FindString(v.path()) + "place")
			if lat := v.field("lat"); lat != "" {
				t.Errorf("the draft is still at %s", lat)
			}
			v.stayedHome()
		}
	})
}

// shown are the distances on the cards, in metres, as the page says them.
func (v *visitor) shown() (metres []float64) {
	v.t.Helper()
	for _, m := range regexp.MustCompile(`(?:a menos de )?([\d.]+) (m|km)\b`).FindAllStringSubmatch(look[string](v, `[...document.querySelectorAll(".card-foot")].map(e => e.innerText).join("\n")`), -1) {
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			v.t.Fatal(err)
		}
		if m[2] == "km" {
			n *= 1000
		}
		metres = append(metres, n)
	}
	return metres
}

// TestMapOfTheList looks at what is listed on its map, follows it, and orders by what is near.
func TestMapOfTheList(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		for _, width := range []int64{390, 1280} {
			v := w.visit(t, width, scripts)
			for _, scheme := range []string{"light", "dark"} {
				v.scheme(scheme)
				v.open("/proposals?lang=es")
				v.sees("En el mapa: ", "Varias juntas")
				v.shot("list-" + scheme + strconv.FormatInt(width, 10))
			}
			v.scheme("light")
			if n := look[int](v, `document.querySelectorAll(".map-marks a").length`); n < 15 {
				t.Errorf("%d marks", n)
			}
			if n := look[int](v, `document.querySelector("figure.map").outerHTML.length`); n > 60_000 {
				t.Errorf("the map has %d characters", n)
			}
			v.press(`(() => { const a = [...document.querySelectorAll(".map-marks a")].find(a => a.querySelector("text")); window.__old = true; const many = +a.querySelector("text").textContent; a.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true})); return many > 1 })()`, "a circle with a number")
			v.sees("Una parte del mapa")
			v.shot("part")
			v.click("Una parte del mapa")
			v.click("El mapa en palabras")
			v.clickIn(".map-words", "El Carmen", "El Carmen")
			if v.path() != "/proposals?place=el-carmen" {
				t.Errorf("the place leads to %s", v.path())
			}
			v.shot("place")
			v.press(`(() => { const a = [...document.querySelectorAll(".map-marks a")].find(a => !a.querySelector("text")); window.__old = true; a.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true})); return true })()`, "a circle of one")
			v.sees("apoy")
			v.shot("one")
			v.near(scripts)
			v.stayedHome()
		}
	})
}

// near orders by what is near a place, and near the browser's own position.
func (v *visitor) near(scripts bool) {
	v.t.Helper()
	v.open("/proposals?n=60")
	v.click("Filtros y orden")
	v.choose("Cerca de", "Los Hornos")
	v.click("Aplicar")
	v.sees("de la más cercana")
	far := v.shown()
	if len(far) < 30 || !slices.IsSorted(far) {
		v.t.Errorf("distances %v", far)
	}
	v.shot("near-place")
	v.open("/proposals?sort=near")
	v.sees("elige un lugar en")
	if !scripts {
		return
	}
	v.do("stand somewhere", chromedp.Evaluate[chromedp.Void](`void (navigator.geolocation.getCurrentPosition = done => done({coords: {latitude: 17.0256789, longitude: -96.5345678}}))`))
	v.click("Cerca de mí")
	for range 50 {
		if strings.Contains(v.path(), "lat=") {
			break
		}
		<-time.After(50 * time.Millisecond) // the browser answers in its own time: looked at again
	}
	if v.path() != "/proposals?sort=near&lat=17.026&lon=-96.535" {
		v.t.Errorf("the position leads to %s", v.path())
	}
	if far := v.shown(); len(far) < 10 || !slices.IsSorted(far) {
		v.t.Errorf("distances %v", far)
	}
	v.click("Siguiente")
	if far := v.shown(); len(far) < 10 || !slices.IsSorted(far) {
		v.t.Errorf("distances of the second page %v", far)
	}
}

// TestMapIsPutIn sends boundaries, sees what would become of them, keeps them and takes them away.
func TestMapIsPutIn(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		v := w.visit(t, 1280, scripts)
		v.signIn(administrator)
		v.open("/admin/instance/map?lang=es")
		v.sees("En uso ahora", "Lugares con límites: 12 de 12")
		v.shot("map")
		v.click("Ver cómo queda")
		v.sees("Hay un problema", "Elige un archivo")
		file := filepath.Join(t.TempDir(), "b.geojson")
		write := func(text string) {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write(`{"type":"FeatureCollection","features":[{"properties":{"n":"x"},"geometry":{"type":"Polygon","coordinates":[[[740000,1880000],[741000,1880000],[741000,1881000]]]}}]}`)
		v.attach("file", file)
		v.click("Ver cómo queda")
		v.sees("La figura 1 no está en grados")
		square := func(name string, west float64) string {
			return fmt.Sprintf(`{"properties":{"NOMBRE":%q},"geometry":{"type":"Polygon","coordinates":[[[%[2]f,17],[%[3]f,17],[%[3]f,17.03],[%[2]f,17.03]]]}}`, name, west, west+.03)
		}
		write(`{"type":"FeatureCollection","features":[` + square("EL CARMEN", -96.58) + `,` + square("Centro", -96.55) + `,` + square("<b>Otro</b>", -96.52) + `]}`)
		v.attach("file", file)
		v.click("Ver cómo queda")
		v.sees("Así quedaría", "2 de 12", "NOMBRE", "Loma Bonita", "<b>Otro</b>")
		v.shot("map-preview")
		v.click("Usar este mapa")
		v.sees("En uso ahora", "2 de 12", "Los cambios quedaron guardados")
		v.open("/proposals")
		v.sees("En el mapa")
		v.open("/admin/instance/map")
		v.click("Quitar el mapa")
		v.open("/proposals")
		if strings.Contains(v.text(), "En el mapa") {
			t.Error("a map is shown where there is none")
		}
		v.writesToWhere("Una banca más en la plaza")
		if look[int](v, `document.querySelectorAll(".picker").length`) != 0 {
			t.Error("a point is asked for where there is no map")
		}
		v.open("/map.svg")
		v.sees("No encontramos esa página")
		v.stayedHome()
	})
}
