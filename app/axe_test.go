package app

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// A kind of page, by an address of the demo that shows it, and who looks at it ("": nobody in
// particular). link finds the address on another page where it is not known beforehand: the first
// link of the page that begins so.
// below is what follows that link in the address.
type kindOfPage struct{ who, at, link, below string }

// kindsOfPages are all of them.
var kindsOfPages = []kindOfPage{
	{"", "/", "", ""},
	{"", "/agencies", "", ""},
	{"", "/agencies", "^/agencies/[a-z]", ""},
	{"", "/search", "", ""},
	{"", "/search?q=agua", "", ""},
	{"", "/search?q=zzzz", "", ""},
	{"", "/about", "", ""},
	{"", "/pages/privacy", "", ""},
	{"", "/nowhere", "", ""},
	{"", "/login", "", ""},
	{"", "/moderation", "", ""},
	{"", "/proposals", "", ""},
	{"", "/proposals?place=el-carmen", "", ""},
	{"", "/proposals?near=los-hornos", "", ""},
	{"", "/proposals/turnos-por-mensaje-en-el-registro-civil", "", ""},
	{"", "/proposals?q=zzzz", "", ""},
	{"", "/proposals/pagar-el-predial-desde-el-celular/versions", "", ""},
	{"", "/proposals/new", "", ""},
	{"", "/proposals/cuidar-el-encino-grande-del-calvario", "", ""},               // with a picture
	{"", "/proposals/pozo-propio-para-jardines-del-valle", "", ""},                // retired in favour of another
	{"", "/proposals/publicar-cada-semana-cuanta-agua-sale-de-los-pozos", "", ""}, // which this is
	{"", "/proposals/join/none", "", ""},                                          // used up
	{neighbour, "/proposals/regar-parques-con-agua-tratada-y-no-con-la-de-beber/edit", "", ""},
	{neighbour, "/proposals/regar-parques-con-agua-tratada-y-no-con-la-de-beber/authors", "", ""},
	{third, "/proposals/una-biblioteca-en-loma-bonita/merge", "", ""},
	{third, "/proposals/una-biblioteca-en-loma-bonita/authors", "", ""},
	{"", "/proposals?state=accepted", card, ""},
	{"", "/proposals?state=collecting", card, ""},
	{"", "/challenges", "", ""},
	{"", "/challenges/sombra-en-las-paradas", "", ""},
	{"", "/challenges/encontrar-las-fugas-que-no-se-ven", "", ""},
	{"", "/challenges/pagar-al-municipio-desde-el-celular", "", ""},
	{"", "/challenges/pagar-al-municipio-desde-el-celular/decision", "", ""},
	{"", "/challenges/pagar-al-municipio-desde-el-celular", "^/entries/[a-z]", ""},
	{"", "/challenges/vivero-con-energia-del-sol", "", ""},
	{"", "/challenges/un-tianguis-sin-basura", "", ""},
	{"", "/consultations", "", ""},
	{"", "/consultations/reglamento-de-arbolado", "", ""},
	{"", "/consultations/rutas-y-horarios-de-la-basura", "", ""},
	{"", "/consultations/ciclovia-de-la-calzada", "", ""},
	{"", "/consultations/ciclovia-de-la-calzada/statements", "", ""},
	{neighbour, "/consultations/ciclovia-de-la-calzada/statements", "", ""},
	{"", "/consultations/ciclovia-de-la-calzada/map", "", ""},
	{administrator, "/consultations/ciclovia-de-la-calzada", "^/admin/consultations/[0-9]+$", "/statements"},
	{administrator, "/consultations/ciclovia-de-la-calzada", "^/admin/consultations/[0-9]+$", "/contributions"},
	{"", "/consultations/tarifas-y-fugas-de-agua/dispositions", "", ""},
	{neighbour, "/consultations/ciclovia-de-la-calzada/mine", "", ""},
	{"", "/consultations/tarifas-y-fugas-de-agua", "", ""},
	{"", "/consultations/tarifas-y-fugas-de-agua/results", "", ""},
	{"", "/votes", "", ""},
	{"", "/votes/presupuesto-participativo", "", ""},
	{"", "/votes/presupuesto-participativo/check", "", ""},
	{"", "/votes/presupuesto-participativo/results", "", ""},
	{"", "/votes/presupuesto-participativo-de-escuelas/results", "", ""},
	{"", "/votes/presupuesto-participativo-de-escuelas/check", "", ""},
	{"", "/votes/domingos-sin-coches-en-la-plaza", "", ""},
	{"", "/votes/presupuesto-participativo-de-escuelas/objections", "", ""},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", "/changes"},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", "/changes/annul"},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", "/certify"},
	{neighbour, "/proposals/new/title", "", ""},
	{neighbour, "/proposals?state=collecting", card, ""},
	{neighbour, "/votes/presupuesto-participativo/ballot", "", ""},
	{neighbour, "/votes/domingos-sin-coches-en-la-plaza/ballot", "", ""},
	{"", "/votes/presupuesto-por-zonas", "", ""},
	{"", "/votes/presupuesto-por-zonas/rules", "", ""},
	{"", "/votes/presupuesto-por-zonas/projects/jardin-soledad", "", ""},
	{"", "/votes/presupuesto-por-zonas/projects/teleferico", "", ""},
	{neighbour, "/votes/presupuesto-por-zonas/ballot", "", ""},
	{neighbour, "/me/notices", "", ""},
	{neighbour, "/me/notices/settings", "", ""},
	{neighbour, "/follow/place/centro", "", ""},
	{"", "/news", "", ""},
	{focalPoint, "/admin/newsletters", "", ""},
	{administrator, "/admin/newsletters/new", "", ""},
	{neighbour, "/me", "", ""},
	{neighbour, "/me/account", "", ""},
	{neighbour, "/me/account/ways", "", ""},
	{neighbour, "/me/factor", "", ""},
	{neighbour, "/me/delete", "", ""},
	{neighbour, "/consultations/rutas-y-horarios-de-la-basura", "", ""},
	{neighbour, "/consultations/rutas-y-horarios-de-la-basura/questionnaire", "", ""},
	{administrator, "/proposals?state=collecting", card, ""},
	{neighbour, "/challenges/sombra-en-las-paradas/enter", "", ""},
	{administrator, "/admin", "", ""},
	{administrator, "/admin/votes", "", ""},
	{administrator, "/admin/votes/new", "", ""},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+", ""},
	{administrator, "/admin/agencies", "", ""},
	{administrator, "/admin/agencies/new", "", ""},
	{administrator, "/admin/instance", "", ""},
	{administrator, "/admin/witnesses", "", ""},
	{administrator, "/admin/instance/map", "", ""},
	{administrator, "/admin/proposals/kinds", "", ""},
	{administrator, "/admin/proposals/kinds/new", "", ""},
	{"", "/proposals/new?kind=obra-de-barrio", "", ""},
	{"", "/proposals/que-la-cuota-del-puesto-se-pueda-pagar-por-transferencia", "", ""},
	{"", "/proposals/alumbrado-en-el-andador-de-las-escaleras-de-la-soledad", "", ""},
	{"", "/proposals/sponsor/DEMOlupita-hernandez", "", ""},
	{neighbour, "/me", "^/proposals/drafts/[0-9]+/", ""},
	{administrator, "/proposals/que-los-perros-de-la-calle-tengan-placa-del-barrio", "", ""},
	{administrator, "/proposals/alumbrado-en-el-andador-de-las-escaleras-de-la-soledad/followup", "", ""},
	{administrator, "/admin/proposals/kinds/obra-de-barrio", "", ""},
	{administrator, "/proposals/cuidar-el-encino-grande-del-calvario", "^/admin/proposals/[0-9]+/sheets", ""},
	{"", "/proposals/que-multen-a-los-vecinos-que-estacionan-en-la-banqueta", "", ""}, // hidden
	{"", "/proposals/portales-sin-motos-los-domingos?stance=for", "", ""},             // reached
	{"", "/proposals/pagar-el-predial-desde-el-celular", "", ""},                      // late
	{"", "/proposals?near=los-hornos&q=agua", "", ""},
	{administrator, "/proposals/cuidar-el-encino-grande-del-calvario", "^/admin/supports/[0-9]+", ""},
	{administrator, "/admin/pages", "", ""},
	{administrator, "/admin/pages/about/es", "", ""},
	{administrator, "/admin/audit", "", ""},
	{administrator, "/admin/health", "", ""},
	{administrator, "/admin/screening", "", ""},
	{administrator, "/admin/hidden", "", ""},
	{administrator, "/admin/moderation", "", ""},
	{administrator, "/admin/moderation?kind=report", "^/admin/moderation/[0-9]+$", ""},
	{administrator, "/admin/moderation?kind=appeal", "^/admin/moderation/[0-9]+$", ""},
	{neighbour, longTalk, "^/report/comment/[0-9]+$", ""},
	{neighbour, longTalk, "^/report/thing/[0-9]+$", ""},
	{neighbour, longTalk, "^/report/comment/[0-9]+$", "/sent"},
	{administrator, "/admin/moderation/bulk", "", ""},
	{administrator, "/admin/moderation/bulk?words=agua", "", ""},
	{administrator, "/admin/moderation/bursts", "", ""},
	{"", "/consultations/ciclovia-de-la-calzada", "^/topics/[a-z]", ""},
	{"", longTalk, "", ""},
	{"", longTalk + "?comments=replied", "^" + longTalk + `\?branch=`, ""},
	{neighbour, longTalk + "?comments=oldest&stance=against", "", ""},
	{"", closedTalk, "", ""},
	{administrator, closedTalk, "^/things/[0-9]+/talk$", ""},
	{administrator, longTalk, "^/things/[0-9]+/talk$", ""},
	{neighbour, "/admin/instance", "", ""}, // refused
	{neighbour, "/me/confirm", "", ""},
	{neighbour, "/me/account/email", "", ""},
	{neighbour, "/consultations/rutas-y-horarios-de-la-basura/questionnaire/done", "", ""},
	{administrator, "/admin/people", "", ""},
	{administrator, "/admin/people", "^/admin/people/[0-9]+$", ""},
	{administrator, "/admin/invite", "", ""},
	{administrator, "/admin/outbox", "", ""},
	{administrator, "/admin/agencies", "^/admin/agencies/[0-9]+$", ""},
	{administrator, "/proposals?state=accepted", "^/admin/hide/|" + card, ""},
	{administrator, "/votes/nombre-del-parque-de-la-estacion/ballot", "", ""},
	{focalPoint, "/admin", "", ""},
	{focalPoint, "/admin/challenges", "", ""},
	{focalPoint, "/admin/challenges/new", "", ""},
	{focalPoint, "/admin/challenges", "^/admin/challenges/[0-9]+$", ""},
	{editor, "/admin/consultations", "^/admin/consultations/[0-9]+$", ""},
	{editor, "/admin/consultations/new", "", ""},
	{editor, "/admin/consultations", "^/admin/consultations/[0-9]+$", "/edit"},
	{editor, "/admin/consultations", "^/admin/consultations/[0-9]+$", "/words/en"},
	{editor, "/admin/consultations", "^/admin/consultations/[0-9]+$", "/questions/new"},
	{editor, "/admin/consultations", "^/admin/consultations/[0-9]+$", "/topics/new"},
	{focalPoint, "/admin/challenges", "^/admin/challenges/[0-9]+$", "/edit"},
	{focalPoint, "/admin/challenges", "^/admin/challenges/[0-9]+$", "/words/en"},
	{focalPoint, "/admin/challenges", "^/admin/challenges/[0-9]+$", "/entries"},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", "/edit"},
	{administrator, "/admin/consultations", "", ""},
	{administrator, "/admin/consultations/new", "", ""},
	{administrator, "/admin/consultations", "^/admin/consultations/[0-9]+$", ""},
	{administrator, "/admin/votes", "", ""},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", ""},
	{administrator, "/admin/votes/new", "", ""},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", "/projects"},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", "/roll"},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", "/paper"},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", "/desk"},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", "/codes"},
	{administrator, "/admin/census", "", ""},
	{neighbour, "/me/census", "", ""},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", "/projects/si"},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", "/lot"},
	{administrator, "/admin/votes", "^/admin/votes/[0-9]+$", "/simulate"},
}

// The people whose windows the tests open, and the address of a list's first card.
const (
	neighbour     = "Guadalupe Hernández"
	administrator = "Rosa Elena Matus"
	focalPoint    = "Teresa Vásquez"
	editor        = "Adriana Canseco"
	card          = "^/(proposals|consultations|challenges|votes)/[a-z0-9-]+$"
)

// violations runs axe on the page as it stands.
const violations = `axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}).then(r =>
  JSON.stringify(r.violations.map(x => x.id + ': ' + x.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + (n.failureSummary || '').slice(0, 160)).join(' | '))))`

// TestAccessibility runs axe on every kind of page, in both languages, light and dark, at 320 and
// 1280 px, and looks for sideways scrolling at 320 px.
func TestAccessibility(t *testing.T) {
	axe, err := os.ReadFile("web/testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	w := newTown(t)
	windows := map[string]*visitor{}
	for _, k := range kindsOfPages {
		v := windows[k.who]
		if v == nil {
			v = w.visit(t, 1280, true)
			v.bypassCSP()
			if k.who != "" {
				v.signIn(k.who)
			}
			windows[k.who] = v
		}
		v.t = t
		address := v.find(k) + k.below
		for _, lang := range []string{"es", "en"} {
			t.Run(strings.Trim(k.who+address+" "+lang, "/"), func(t *testing.T) {
				v.t = t
				v.open(withLang(address, lang))
				v.do("axe", chromedp.Evaluate[chromedp.Void](string(axe)+";void 0"))
				for _, width := range []int64{320, 1280} {
					v.do("width", chromedp.EmulateViewport(width, 900))
					for _, scheme := range []string{"light", "dark"} {
						v.scheme(scheme)
						v.violates(width, scheme)
					}
					if width == 320 {
						if over := look[int](v, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
							v.shot("sideways")
							t.Errorf("scrolls sideways by %d px at 320 px: %s", over, look[string](v, widest))
						}
					}
				}
			})
		}
	}
	for _, v := range windows {
		v.t = t
		v.stayedHome()
	}
}

// widest names the elements that stick out.
const widest = `[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest('.table-scroll'))
  .slice(0, 4).map(e => e.tagName + '.' + e.className).join(', ')`

func withLang(address, lang string) string {
	join := "?"
	if strings.Contains(address, "?") {
		join = "&"
	}
	return address + join + "lang=" + lang
}

func (v *visitor) violates(width int64, scheme string) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, stepTime)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](violations, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("axe: %v", err)
	}
	var all []string
	if err := json.Unmarshal([]byte(got), &all); err != nil {
		v.t.Fatal(err)
	}
	if len(all) > 0 {
		v.shot(fmt.Sprint("axe-", width, scheme))
	}
	for _, one := range all {
		v.t.Errorf("at %d px, %s: %s", width, scheme, one)
	}
}

// find is the address of a kind of page.
func (v *visitor) find(k kindOfPage) string {
	if k.link == "" {
		return k.at
	}
	v.open(k.at)
	got := look[string](v, fmt.Sprintf(`(([...document.querySelectorAll('main a')].map(a => a.getAttribute('href')).find(h => h && !h.endsWith('/new') && new RegExp(%q).test(h))) || '')`, k.link))
	if got == "" {
		v.t.Errorf("%s has no link like %s", k.at, k.link)
		return k.at
	}
	return got
}

// firstVisitMost is what a first visit may transfer, in bytes.
const firstVisitMost = 100_000

// TestFirstVisitIsLight loads kinds of pages with empty caches and adds up what crossed the line.
func TestFirstVisitIsLight(t *testing.T) {
	w := newTown(t)
	finder := w.visit(t, 1280, true)
	for _, k := range kindsOfPages {
		if k.who != "" {
			continue
		}
		address := finder.find(k)
		t.Run(strings.Trim(address, "/"), func(t *testing.T) {
			v := w.visit(t, 390, true)
			var bytes atomic.Int64
			if err := chromedp.Listen(v.ctx, func(ev any) {
				if e, ok := ev.(*network.EventLoadingFinished); ok {
					bytes.Add(int64(e.EncodedDataLength))
				}
			}); err != nil {
				t.Fatal(err)
			}
			v.open(address)
			v.do("fonts", chromedp.Evaluate[chromedp.Void](`document.fonts.ready.then(() => undefined)`, chromedp.EvalAwaitPromise))
			for last := int64(-1); last != bytes.Load(); { // until nothing more arrives
				last = bytes.Load()
				<-time.After(100 * time.Millisecond)
			}
			if n := bytes.Load(); n > firstVisitMost || n < 10_000 {
				t.Errorf("%d bytes on a first visit", n)
			} else {
				t.Logf("%d bytes", n)
			}
			v.stayedHome()
		})
	}
}
