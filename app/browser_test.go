package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A town is an instance with the demo loaded, served on loopback, whose clock the test moves.
type town struct {
	*App
	address string
	mu      sync.Mutex
	ahead   time.Duration
}

// now is the wall's clock, moved forward by advance.
func (w *town) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.ahead)
}

// advance moves the clock and lets the jobs that became due run.
func (w *town) advance(t *testing.T, d time.Duration) {
	t.Helper()
	w.mu.Lock()
	w.ahead += d
	w.mu.Unlock()
	w.settle(t)
}

// settle runs jobs until none is due.
func (w *town) settle(t *testing.T) {
	t.Helper()
	for range 100 {
		n, err := w.Jobs.RunDue(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	t.Fatal("the jobs never come to rest")
}

// newTown serves a demo town of the test's own.
func newTown(t *testing.T, change ...func(*Options)) *town {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &town{address: "http://" + strings.Replace(ln.Addr().String(), "127.0.0.1", "localhost", 1)}
	o := Options{Instance: t.TempDir(), BaseURL: w.address, Demo: true, Town: true, Now: w.now}
	for _, c := range change {
		c(&o)
	}
	w.App, err = Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	fiber := w.Server.App()
	done := make(chan error, 1)
	go func() { done <- fiber.Listener(ln) }()
	t.Cleanup(func() {
		w.Server.Shutdown(fiber)
		<-done
		w.Close()
	})
	w.settle(t)
	return w
}

var (
	browserOnce sync.Once
	browserCtx  context.Context
	browserErr  error
)

// browser starts one Chromium for all tests of the package, or skips where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := os.Getenv("TEQUIO_TEST_CHROMIUM")
	if path == "" {
		for _, p := range []string{"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"} {
			if _, err := os.Stat(p); err == nil {
				path = p
				break
			}
		}
	}
	if path == "" {
		t.Skip("browser tests need Chromium: install it or name it in TEQUIO_TEST_CHROMIUM")
	}
	browserOnce.Do(func() {
		opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("disable-background-networking", true),
			chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true))
		alloc, _ := chromedp.NewExecAllocator(context.Background(), opts...)
		browserCtx, _ = chromedp.NewContext(alloc, chromedp.WithLogf(func(string, ...any) {}))
		browserErr = chromedp.Do(browserCtx, chromedp.Navigate("about:blank"))
	})
	if browserErr != nil {
		t.Fatalf("start %s: %v", path, browserErr)
	}
	return browserCtx
}

// TestMain ends the browser with the tests.
func TestMain(m *testing.M) {
	code := m.Run()
	if browserCtx != nil {
		chromedp.Cancel(browserCtx)
	}
	os.Exit(code)
}

// A visitor is a person with a browser window of their own (cookies apart), who looks for words on
// the page as people do.
type visitor struct {
	t       *testing.T
	ctx     context.Context
	town    *town
	scripts bool
	foreign []string // requests that left the origin
	refused []string // what the page's policy or a script complained of
	mu      sync.Mutex
}

// stepTime is how long one step may take before the test gives up on it.
const stepTime = 30 * time.Second

// visit opens a window of the given width.
func (w *town) visit(t *testing.T, width int64, scripts bool) *visitor {
	t.Helper()
	parent := browser(t)
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	v := &visitor{t: t, ctx: ctx, town: w, scripts: scripts}
	// The window lives as long as the context of its first step, which therefore has no deadline.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	v.do("width", chromedp.EmulateViewport(width, 900))
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, v.hear); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *visitor) hear(ev any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := ev.(type) {
	case *log.EventEntryAdded:
		if strings.Contains(e.Entry.Text, "Content Security Policy") {
			v.refused = append(v.refused, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		v.refused = append(v.refused, e.ExceptionDetails.Text)
	case *network.EventRequestWillBeSent:
		u := e.Request.URL
		if !strings.HasPrefix(u, v.town.address) && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") && !strings.HasPrefix(u, "about:") {
			v.foreign = append(v.foreign, u)
		}
	}
}

func (v *visitor) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, stepTime)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		v.shot("failed")
		v.t.Fatalf("%s: %v", what, err)
	}
}

// look evaluates a JavaScript expression in the page (scripts of the page itself may be off).
func look[T any](v *visitor, expression string) T {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, stepTime)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		v.shot("failed")
		v.t.Fatalf("evaluate %.80s: %v", expression, err)
	}
	return got
}

// open goes to an address of the site.
func (v *visitor) open(path string) {
	v.t.Helper()
	v.do("open "+path, chromedp.Navigate(v.town.address+path))
}

// path is the address the window shows.
func (v *visitor) path() string {
	return strings.TrimPrefix(look[string](v, `location.href`), v.town.address)
}

// text is what the page says.
func (v *visitor) text() string { return look[string](v, `document.body.innerText`) }

// sees fails the test unless the page holds the words.
func (v *visitor) sees(words ...string) {
	v.t.Helper()
	page := v.text()
	for _, w := range words {
		if !strings.Contains(strings.ToLower(page), strings.ToLower(w)) {
			v.shot("missing")
			v.t.Fatalf("%s does not say %q; it says:\n%.1500s", v.path(), w, page)
		}
	}
}

// finder is JavaScript that finds a control by its visible words, as a person would: exactly, or
// else by how it begins, or else by what it contains.
const finder = `(() => {
const words = e => (e.innerText || e.value || e.getAttribute('aria-label') || '').replace(/\s+/g, ' ').trim();
const seen = e => e.getClientRects().length > 0;
const pick = (all, w) => all.find(e => words(e) === w) || all.find(e => words(e).startsWith(w)) || all.find(e => words(e).includes(w));
const find = (selector, w) => pick([...document.querySelectorAll(selector)].filter(seen), w);
const control = w => {
  const label = pick([...document.querySelectorAll('label')].filter(seen), w);
  if (label) return label.control;
  const legend = pick([...document.querySelectorAll('legend')], w);
  return legend && legend.closest('fieldset').querySelector('input,select,textarea');
};
%s})()`

func (v *visitor) js(body string, args ...any) string {
	quoted := make([]any, len(args))
	for i, a := range args {
		b, err := json.Marshal(a)
		if err != nil {
			v.t.Fatal(err)
		}
		quoted[i] = string(b)
	}
	return fmt.Sprintf(finder, fmt.Sprintf(body, quoted...))
}

// click presses the link, button or summary that says words, and waits for where it leads.
func (v *visitor) click(words string) {
	v.t.Helper()
	v.press(v.js(`const e = find('main a, main button, main summary', %[1]s) || find('a, button, summary', %[1]s); if (!e) return false; e.scrollIntoView(); window.__old = true; e.click(); return true`, words), words)
}

// clickIn presses a control within the first element of a selector that holds the text near.
func (v *visitor) clickIn(selector, near, words string) {
	v.t.Helper()
	v.press(v.js(`const box = [...document.querySelectorAll(%[1]s)].find(b => b.innerText.includes(%[2]s));
const e = box && pick([...box.querySelectorAll('a, button, summary')].filter(seen), %[3]s); if (!e) return false; window.__old = true; e.click(); return true`, selector, near, words), words)
}

func (v *visitor) press(script, words string) {
	v.t.Helper()
	if !look[bool](v, script) {
		v.shot("no-control")
		v.t.Fatalf("%s has nothing to press that says %q; it says:\n%.1500s", v.path(), words, v.text())
	}
	v.settle()
}

// settle waits until a navigation that was begun has ended; a press that leads nowhere (a menu, a
// script's button) is over at once.
func (v *visitor) settle() {
	v.t.Helper()
	deadline := time.Now().Add(stepTime)
	quiet := 0
	for time.Now().Before(deadline) && quiet < 3 {
		ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
		state, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.readyState + (window.__old ? ' old' : ' new')`))
		cancel()
		switch {
		case err != nil || !strings.HasPrefix(state, "complete"):
			quiet = 0
		case state == "complete new":
			return
		default:
			quiet++
		}
		<-time.After(60 * time.Millisecond) // lets the browser work: a condition is looked at again
	}
}

// fill types text into the field whose label says words.
func (v *visitor) fill(words, text string) {
	v.t.Helper()
	if !look[bool](v, v.js(`const e = control(%[1]s); if (!e) return false; e.focus(); e.value = %[2]s;
e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true})); return true`, words, text)) {
		v.shot("no-field")
		v.t.Fatalf("%s has no field %q; it says:\n%.1500s", v.path(), words, v.text())
	}
}

// tick chooses the box or button whose label says words.
func (v *visitor) tick(words string) {
	v.t.Helper()
	if !look[bool](v, v.js(`const e = control(%[1]s); if (!e) return false; e.scrollIntoView(); if (!e.checked) e.click(); return true`, words)) {
		v.shot("no-choice")
		v.t.Fatalf("%s has no choice %q; it says:\n%.1500s", v.path(), words, v.text())
	}
}

// choose picks an option of the list whose label says words.
func (v *visitor) choose(words, option string) {
	v.t.Helper()
	if !look[bool](v, v.js(`const e = control(%[1]s); if (!e) return false; const o = [...e.options].find(o => o.text.includes(%[2]s)); if (!o) return false;
e.value = o.value; e.dispatchEvent(new Event('change', {bubbles: true})); return true`, words, option)) {
		v.t.Fatalf("%s has no list %q with %q", v.path(), words, option)
	}
}

// attach puts files into the field with an id.
func (v *visitor) attach(id string, files ...string) {
	v.t.Helper()
	v.do("attach", chromedp.SetUploadFiles("#"+id, files))
}

// signIn enters as one of the demo's people, by a part of their name.
func (v *visitor) signIn(name string) {
	v.t.Helper()
	v.open("/login")
	v.click(name)
	if strings.HasPrefix(v.path(), "/login") {
		v.t.Fatalf("%s could not sign in: %.600s", name, v.text())
	}
}

// shot keeps a picture of the page where TEQUIO_TEST_SHOTS names a folder.
func (v *visitor) shot(name string) {
	dir := os.Getenv("TEQUIO_TEST_SHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(v.ctx, stepTime)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return
	}
	file := strings.NewReplacer("/", "_", " ", "_").Replace(v.t.Name()+"-"+name) + ".png"
	os.WriteFile(filepath.Join(dir, file), png, 0o600)
}

// stayedHome fails the test when a page asked another host for anything, when one of its scripts
// failed, or when its content policy refused something.
func (v *visitor) stayedHome() {
	v.t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.foreign) > 0 {
		v.t.Errorf("requests left the origin: %v", v.foreign)
	}
	if len(v.refused) > 0 {
		v.t.Errorf("scripts failed, or the content policy refused something: %v", v.refused)
	}
}

// bypassCSP lets the test's own script into the page, for axe.
func (v *visitor) bypassCSP() {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, cdppage.SetBypassCSP, cdppage.SetBypassCSPParams{Enabled: true}); err != nil {
		v.t.Fatal(err)
	}
}

// scheme shows the page as people see it who prefer light or dark.
func (v *visitor) scheme(name string) {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}}}); err != nil {
		v.t.Fatal(err)
	}
}
