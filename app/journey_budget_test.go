package app

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tequio/app/db"
	"tequio/app/thing"
	"tequio/app/vote"
)

// TestLifeOfABudget takes a participatory budget of 40 projects in three areas and the whole town from
// its draft to a certified result, whose archive a stranger verifies.
func TestLifeOfABudget(t *testing.T) {
	withAndWithout(t, func(t *testing.T, w *town, scripts bool) {
		w.registers(t)
		desk := w.draftBudget(t)
		staff, second := w.visit(t, 1280, scripts), w.visit(t, 1280, scripts)
		for v, name := range map[*visitor]string{staff: "Julián Aragón", second: "Rosa Elena Matus"} {
			v.open("/?lang=es")
			v.signIn(name)
		}
		staff.open(desk)
		staff.click("Publicar")
		staff.sees("La votación está publicada")
		first := w.visit(t, 390, scripts)
		first.open("/?lang=es")
		first.signIn("Guadalupe Hernández")
		first.matches(0)
		code := first.votesByKeyboard()
		for i, name := range []string{"Emiliano Cortés", "Celestino Bautista", "Itzel Ramírez"} {
			v := w.visit(t, 390, scripts)
			v.open("/?lang=es")
			v.signIn(name)
			v.matches(i + 1)
			v.votesInArea([]string{"Norte", "Sur", "Norte"}[i], i)
			v.stayedHome()
		}
		w.votesByCodeAndDesk(t, staff, desk, scripts)
		w.changesByTwo(staff, second, desk)
		w.advance(t, 12*24*time.Hour)
		second.signIn("Rosa Elena Matus")
		first.open(budgetAt + "/check")
		first.fill("Código de recibo", code)
		first.click("Buscar")
		first.sees(code, "Qué dice el voto")
		first.open(budgetAt + "/results")
		first.sees("6 personas", "Resultado provisional", "Participación por zona", "Se retiró «Norte 3»", "El plazo se extendió", "Financiado")
		w.objects(first, second)
		w.advance(t, 12*24*time.Hour)
		staff.signIn("Julián Aragón")
		second.signIn("Rosa Elena Matus")
		for _, v := range []*visitor{staff, second} {
			v.open(desk + "/certify")
			v.click("Certificar")
			v.sees("certificación es pública")
		}
		first.open(budgetAt + "/results")
		first.sees("Certificado", "Julián Aragón Santiago", "Rosa Elena Matus Cruz")
		first.shot("certified")
		w.archiveVerifies(t, code)
		first.stayedHome()
		staff.stayedHome()
		second.stayedHome()
	})
}

const budgetAt = "/votes/obras-de-cuarenta"

// draftVote stores a draft of the public works office, and returns its desk.
func (w *town) draftVote(t *testing.T, title string, fill func(*vote.Vote)) (desk string) {
	t.Helper()
	now := w.now()
	err := w.DB.Write(context.Background(), func(tx *db.Tx) error {
		agency, err := db.One(tx, db.Value[thing.ID], `SELECT id FROM thing WHERE kind = 'agency' AND title LIKE '%Obras Públicas%'`)
		if err != nil {
			return err
		}
		v := vote.Vote{Thing: thing.Thing{Agency: agency, Lang: "es", Title: title, Summary: "Lo decide quien vive aquí.", State: thing.Draft,
			OpensAt: now.Add(-time.Hour), ClosesAt: now.Add(5 * 24 * time.Hour)}, ObjectionsAt: now.Add(12 * 24 * time.Hour), LeastLevel: 1}
		fill(&v)
		if err := v.Check(); err != nil {
			return err
		}
		err = vote.Store(tx, &v)
		desk = fmt.Sprintf("/admin/votes/%d", v.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return desk
}

// draftBudget stores the draft as staff would have filled it in, and returns its desk.
func (w *town) draftBudget(t *testing.T) (desk string) {
	t.Helper()
	return w.draftVote(t, "Obras de cuarenta", func(v *vote.Vote) {
		v.AreaRule, v.Lot.Source = vote.OneAndCity, vote.Committed
		v.Roll = vote.Roll{Who: vote.Census, Codes: true, Desk: true}
		for _, area := range []string{"Norte", "Centro", "Sur", ""} {
			q := vote.Question{Area: area, Form: vote.Knapsack, Rule: "greedy/1", Seats: 1, Budget: 1_000_000_00, Currency: "MXN", Ties: "cost,votes,lot", Blank: true}
			if area == "" {
				q.Title, q.Form, q.Rule, q.Most = "Para todo el municipio", vote.Projects, "equal-shares/1", 4
			}
			for i := range 10 {
				name := fmt.Sprintf("%s %d", area, i+1)
				if area == "" {
					name = fmt.Sprintf("Municipio %d", i+1)
				}
				q.Options = append(q.Options, vote.Option{Title: name, Body: "Una obra.", Cost: int64(150_000_00 + 10_000_00*i), Place: "Centro"})
			}
			v.Questions = append(v.Questions, q)
		}
	})
}

// document is the number of somebody on the register of the test.
func document(n int) string { return fmt.Sprintf("OAXA%06dM", n) }

// registers puts ten people on the register of residents.
func (w *town) registers(t *testing.T) {
	t.Helper()
	rows := "document,birth_date\n"
	for n := range 10 {
		rows += document(n) + ",1980-02-03\n"
	}
	counts, err := w.Server.People.ImportCensus(context.Background(), 0, strings.NewReader(rows), false)
	if err != nil || counts.New != 10 {
		t.Fatal(counts, err)
	}
}

// matches checks the account against the register.
func (v *visitor) matches(n int) {
	v.t.Helper()
	v.open("/me/census?return=" + budgetAt + "/ballot")
	v.fill("Número de documento", strings.ToLower(document(n)))
	v.fill("Fecha de nacimiento", "3/2/1980")
	v.click("Comprobar")
	v.sees("¿En qué zona votas?")
}

// votesByCodeAndDesk has somebody without an account vote with a code, and somebody at the desk with
// their document; who has voted with an account is told so at the desk.
func (w *town) votesByCodeAndDesk(t *testing.T, staff *visitor, desk string, scripts bool) {
	t.Helper()
	staff.open(desk + "/codes")
	staff.fill("Para quién", document(7))
	staff.click("Para imprimir")
	code := votingCode.FindString(staff.text())
	v := w.visit(t, 390, scripts)
	v.open("/?lang=es")
	v.open(budgetAt + "/code")
	v.fill("Tu código", code)
	v.click("Abrir mi boleta")
	v.votesInArea("Sur", 1)
	v.stayedHome()
	staff.open(desk + "/desk")
	staff.fill("Número de documento", document(8))
	staff.click("Abrir su boleta")
	staff.votesInArea("Centro", 0)
	staff.shot("desk-receipt")
	staff.click("Terminar y dejar paso")
	staff.fill("Número de documento", document(0))
	staff.click("Abrir su boleta")
	staff.sees("Ya vot")
}

// tabTo presses the tab key until the focus is on a control with these words.
func (v *visitor) tabTo(words string) {
	v.t.Helper()
	for range 120 {
		v.do("tab", chromedp.KeyEvent(kb.Tab))
		if look[bool](v, v.js(`const e = document.activeElement, l = e.labels && e.labels[0];
return ((l ? l.innerText : '') + ' ' + e.innerText).replace(/\s+/g, ' ').includes(%[1]s)`, words)) {
			return
		}
	}
	v.shot("no-focus")
	v.t.Fatalf("the tab key never comes to %q on %s", words, v.path())
}

// enter presses the enter key, as a keyboard sends it, and waits for the page that follows.
func (v *visitor) enter() {
	v.t.Helper()
	v.do("mark", chromedp.Evaluate[chromedp.Void](`void (window.__old = true)`))
	if _, err := chromedp.Call(v.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13}); err != nil {
		v.t.Fatal(err)
	}
	v.settle()
}

// votesByKeyboard chooses the area and projects, reviews and casts, without a pointer.
func (v *visitor) votesByKeyboard() (code string) {
	v.t.Helper()
	v.open(budgetAt + "/ballot")
	v.tabTo("Norte")
	v.do("space", chromedp.KeyEvent(" "))
	v.tabTo("Continuar")
	v.enter()
	v.sees("Tu zona:", "Norte")
	chosen := 0
	for range 120 {
		v.do("tab", chromedp.KeyEvent(kb.Tab))
		if look[bool](v, `document.activeElement.type === 'checkbox' && ['norte-1', 'norte-3', 'municipio-2', 'municipio-5'].includes(document.activeElement.value)`) {
			v.do("space", chromedp.KeyEvent(" "))
			chosen++
		}
		if chosen == 4 {
			break
		}
	}
	v.tabTo("Revisar mi voto")
	v.enter()
	v.sees("Revisa tu voto", "Norte 1", "Norte 3", "Municipio 2", "Municipio 5")
	v.tabTo("Emitir mi voto")
	v.enter()
	v.sees("Recibimos tu voto")
	if code = receiptCode.FindString(v.text()); code == "" {
		v.t.Fatalf("no receipt: %.600s", v.text())
	}
	return code
}

// votesInArea votes by pointer, on the ballot that the window shows.
func (v *visitor) votesInArea(area string, n int) {
	v.t.Helper()
	v.tick(area)
	v.click("Continuar")
	v.tick(area + " 1")
	v.tick(area + " 3")
	v.tick(fmt.Sprint("Municipio ", 2+n%2))
	v.click("Revisar mi voto")
	v.click("Emitir mi voto")
	v.sees("Recibimos tu voto")
}

// changesByTwo extends the vote and withdraws a project: one asks, another confirms.
func (w *town) changesByTwo(staff, second *visitor, desk string) {
	staff.open(desk + "/changes")
	staff.click("Extender el plazo")
	staff.set("closes", staff.at(8, "18:00"))
	staff.fill("Motivo", "La carretera estuvo cerrada dos días.")
	staff.click("Pedir el cambio")
	staff.sees("El cambio espera a una segunda persona")
	second.open(desk + "/changes")
	second.click("Confirmar: extender el plazo")
	second.sees("El cambio está hecho y es público")
	staff.open(desk + "/changes")
	staff.click("Retirar una opción")
	staff.press(staff.js(`const e = document.querySelector('select[name=option]'); const o = [...e.options].find(o => o.text.includes('Norte 3')); e.value = o.value; e.dispatchEvent(new Event('change', {bubbles: true})); return true`), "the project")
	staff.fill("Motivo", "El terreno resultó ser de la escuela.")
	staff.click("Pedir el cambio")
	second.open(desk + "/changes")
	second.click("Confirmar: retirar la opción")
	second.sees("El cambio está hecho y es público")
}

// objects has a citizen object to the result, and staff answer.
func (w *town) objects(citizen, staff *visitor) {
	citizen.open(budgetAt + "/objections")
	citizen.fill("objeción", "El día dos no abrió la presidencia.")
	citizen.click("Publicar la objeción")
	citizen.sees("El día dos no abrió la presidencia.", "Espera respuesta")
	staff.open(budgetAt + "/objections")
	staff.fill("Respuesta", "Abrió, y por eso se extendió el plazo tres días.")
	staff.click("Publicar la respuesta")
	staff.sees("No procede", "se extendió el plazo tres días")
}

// archiveVerifies downloads the archive and verifies it as a stranger; a bit flipped in any of its files
// is seen.
func (w *town) archiveVerifies(t *testing.T, code string) {
	t.Helper()
	res, err := http.Get(w.address + budgetAt + "/archive.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	zipped, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		t.Fatal(res.Status, err)
	}
	o, err := w.Server.Votes.Outcome(context.Background(), strings.TrimPrefix(budgetAt, "/votes/"), "")
	if err != nil {
		t.Fatal(err)
	}
	key, err := w.Server.Votes.PublicKey(o.Vote)
	if err != nil {
		t.Fatal(err)
	}
	verify := func(content []byte) (int, string) {
		file := filepath.Join(t.TempDir(), "archivo.zip")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		return Main([]string{"verify", file, "--key", key, "--receipt", code}, &out, &errs), out.String() + errs.String()
	}
	if exit, said := verify(zipped); exit != 0 || !strings.Contains(said, "Every check passed") {
		t.Errorf("exit %d: %s", exit, said)
	}
	for name, broken := range flipped(t, zipped) {
		if exit, said := verify(broken); exit == 0 {
			t.Errorf("a bit flipped in %s goes unseen: %s", name, said)
		}
	}
}

// flipped packs an archive again as often as it has files, each time with a bit of one of them flipped.
func flipped(t *testing.T, zipped []byte) map[string][]byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(zipped), int64(len(zipped)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, victim := range in.File {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for _, f := range in.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(r)
			r.Close()
			if err != nil {
				t.Fatal(err)
			}
			if f == victim && len(content) > 0 {
				content[len(content)/2] ^= 4
			}
			to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: f.Modified})
			if err == nil {
				_, err = to.Write(content)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if victim.UncompressedSize64 > 0 {
			all[victim.Name] = out.Bytes()
		}
	}
	if len(all) < 10 {
		t.Fatalf("%d files to flip a bit in", len(all))
	}
	return all
}
