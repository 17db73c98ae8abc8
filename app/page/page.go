// Package page renders typed pages. A page has a main part, which handlers fill with a model whose
// type the compiler checks, and a frame around it (header, footer) that the web layer fills.
// Templates print; Go decides. Everything is rendered into a buffer first, so a failing template
// never sends half a page.
package page

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"sort"
	"sync"
)

// A Tmpl is a page whose model is a T: the compiler checks the handler, a test checks the template.
type Tmpl[T any] struct{ name string }

// Name is the path of the template below views/page, without its ending.
func (t Tmpl[T]) Name() string { return t.name }

var registry = map[string]any{}

// All returns every page's name with the zero value of its model, for the test that checks them all.
func All() map[string]any { return registry }

// Names returns every page's name in order.
func Names() []string {
	var names []string
	for n := range registry {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// New declares the page in views/page/NAME.html, which defines "main". Each name is declared once.
func New[T any](name string) Tmpl[T] {
	if _, twice := registry[name]; twice {
		panic("page: declared twice: " + name)
	}
	registry[name] = *new(T)
	return Tmpl[T]{name}
}

// A Set is the templates with the functions of one language bound to them.
type Set struct {
	fsys fs.FS
	base *template.Template // frame and parts, never executed, only cloned
	once sync.Map           // name → func() (*template.Template, error)
}

// Load reads layout.html and part/*.html; pages are read when they are first needed.
func Load(fsys fs.FS, funcs template.FuncMap) (*Set, error) {
	base, err := template.New("").Funcs(funcs).Option("missingkey=error").ParseFS(fsys, "layout.html", "part/*.html")
	if err != nil {
		return nil, err
	}
	return &Set{fsys: fsys, base: base}, nil
}

// Lookup returns the template of a page.
func (s *Set) Lookup(name string) (*template.Template, error) {
	f, _ := s.once.LoadOrStore(name, sync.OnceValues(func() (*template.Template, error) {
		t, err := s.base.Clone()
		if err != nil {
			return nil, err
		}
		if name == "" {
			return t, nil
		}
		return t.ParseFS(s.fsys, path.Join("page", name+".html"))
	}))
	return f.(func() (*template.Template, error))()
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (s *Set) execute(name, block string, v any) ([]byte, error) {
	t, err := s.Lookup(name)
	if err != nil {
		return nil, err
	}
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := t.ExecuteTemplate(b, block, v); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return bytes.Clone(b.Bytes()), nil
}

// Main renders the main part of a page.
func (t Tmpl[T]) Main(s *Set, v T) ([]byte, error) { return s.execute(t.name, "main", v) }

// Frame renders the frame, whose model holds the main part.
func (s *Set) Frame(v any) ([]byte, error) { return s.execute("", "layout", v) }

// Part renders a part alone, for answers that replace a piece of a page.
func (s *Set) Part(name string, v any) ([]byte, error) { return s.execute("", name, v) }
