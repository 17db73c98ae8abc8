package text

import (
	"bytes"
	"errors"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	gmast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Voice is who speaks: it decides what Markdown may do and what limits hold.
type Voice int

// The voices.
const (
	// Participant is anybody with an account: no tables, at most 10,000 runes,
	// line ends kept, headings from h3 down, links that vouch for nothing and
	// show where they lead.
	Participant Voice = iota
	// Official is an agency: tables too, at most 200,000 runes, headings from
	// h2 down.
	Official
)

// The limits of what Markdown makes of one text.
const (
	maxDepth = 20      // of nested quotes, lists and emphasis
	maxCells = 20_000  // of all tables together: a table can grow with the square of its source
	maxHTML  = 1 << 18 // bytes of a participant's HTML
	maxLinks = 2e8     // steps that unfinished links may cost
)

// style is how one voice's Markdown is rendered.
type style struct {
	runes    int // of the source, the rest is cut off
	bytes    int // of the HTML; what would be longer is shown as plain text
	tables   bool
	markdown goldmark.Markdown
}

var styles = [...]*style{
	Participant: {runes: 10_000, bytes: maxHTML, markdown: newMarkdown(&nodes{shift: 2, rel: "nofollow ugc noopener", hosts: true}, false, gmhtml.WithHardWraps())},
	Official:    {runes: 200_000, bytes: 4 * maxHTML, tables: true, markdown: newMarkdown(&nodes{shift: 1, rel: "noopener"}, true)},
}

// untabled renders officials' texts whose tables would grow out of hand.
var untabled = newMarkdown(&nodes{shift: 1, rel: "noopener"}, false)

// newMarkdown builds a renderer that has no raw HTML: what looks like a tag is
// text, so that nothing anybody wrote is lost. Headings get no ids.
func newMarkdown(n *nodes, tables bool, options ...renderer.Option) goldmark.Markdown {
	p := parser.NewParser(
		parser.WithBlockParsers(without(parser.DefaultBlockParsers(), 900)...),   // 900: HTML block
		parser.WithInlineParsers(without(parser.DefaultInlineParsers(), 400)...), // 400: raw HTML
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...))
	extensions := []goldmark.Extender{
		extension.NewLinkify(extension.WithLinkifyAllowedProtocols([]string{"http", "https"})),
		extension.Strikethrough, extension.TaskList,
	}
	if tables {
		extensions = append(extensions, extension.NewTable(
			extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)))
	}
	options = append(options, renderer.WithNodeRenderers(util.Prioritized(n, 100)))
	return goldmark.New(goldmark.WithParser(p), goldmark.WithExtensions(extensions...), goldmark.WithRendererOptions(options...))
}

func without(parsers []util.PrioritizedValue, priority int) []util.PrioritizedValue {
	var kept []util.PrioritizedValue
	for _, p := range parsers {
		if p.Priority != priority {
			kept = append(kept, p)
		}
	}
	return kept
}

// Markdown returns src as safe HTML. It knows CommonMark without raw HTML, bare
// links, ~~struck~~ text, task lists and, for officials, tables. Links lead to
// http, https, mailto, tel, to this site ("/…") or within the page ("#…"), or
// are no links; images come from /files/ or are their description. Elements
// carry no ids and no styles.
//
// Whatever src is, it returns: a source longer than its voice may have is cut;
// one nested deeper than 20 or whose HTML would exceed 256 KB (an official's:
// 1 MB) is shown as plain paragraphs. The result is well-formed; the cost grows
// with the length of src.
func Markdown(src string, v Voice) string {
	s := styles[v]
	src = limit(Clean(src), s.runes)
	out, err := s.render([]byte(src))
	if err != nil {
		out = []byte(paragraphs(limit(src, styles[Participant].runes)))
	}
	html := string(policy.SanitizeBytes(out))
	if s.tables {
		html = scrolling.Replace(emptyHeading.ReplaceAllString(html, "<td></td>"))
	}
	return html
}

// A table may be wider than a phone: it scrolls by itself, by keyboard too. The corner of a table
// heads nothing, so it is no heading.
var (
	scrolling    = strings.NewReplacer("<table>", `<div class="table-scroll" tabindex="0"><table>`, "</table>", "</table></div>")
	emptyHeading = regexp.MustCompile(`<th(?: align="[a-z]+")?></th>`)
)

func limit(s string, runes int) string {
	if short := head(s, runes); len(short) < len(s) {
		return short + "…"
	}
	return s
}

var errBeyond = errors.New("text: beyond the limits of Markdown")

func (s *style) render(src []byte) ([]byte, error) {
	doc, md, err := s.parse(src)
	if err != nil {
		return nil, err
	}
	out := &capped{left: s.bytes}
	if err := md.Renderer().Render(out, src, doc); err != nil {
		return nil, err
	}
	return out.buf.Bytes(), nil
}

func (s *style) parse(src []byte) (ast.Node, goldmark.Markdown, error) {
	if nesting(src) > maxDepth || linkSteps(src) > maxLinks {
		return nil, nil, errBeyond
	}
	md := s.markdown
	if s.tables && cells(src) > maxCells {
		md = untabled
	}
	doc := md.Parser().Parse(text.NewReader(src))
	if deeper(doc, maxDepth) {
		return nil, nil, errBeyond
	}
	levelHeadings(doc)
	return doc, md, nil
}

// levelHeadings gives headings the levels 1, 2 … by how they nest, whatever their writer began with,
// so that a page never skips a level (WCAG 1.3.1).
func levelHeadings(doc ast.Node) {
	var open []int // the written levels of the headings above
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			for len(open) > 0 && open[len(open)-1] >= h.Level {
				open = open[:len(open)-1]
			}
			open = append(open, h.Level)
			h.Level = len(open)
		}
		return ast.WalkContinue, nil
	})
}

// nesting returns how many quotes and lists open on the line that opens most:
// found before parsing, whose cost grows with it.
func nesting(src []byte) int {
	most := 0
	for line := range bytes.Lines(src) {
		opened := 0
		for i := 0; i < len(line); i++ {
			switch c := line[i]; {
			case c == '>':
				opened++
			case (c == '-' || c == '*' || c == '+') && i+1 < len(line) && isSpace(line[i+1]):
				opened++
			case (c == '.' || c == ')') && i > 0 && line[i-1] >= '0' && line[i-1] <= '9' && i+1 < len(line) && isSpace(line[i+1]):
				opened++
			case isSpace(c) || c >= '0' && c <= '9':
			default:
				i = len(line)
			}
		}
		most = max(most, opened)
	}
	return most
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

// deeper tells whether quotes, items, emphasis and links nest deeper than limit.
func deeper(n ast.Node, limit int) bool {
	switch n.Kind() {
	case ast.KindBlockquote, ast.KindListItem, ast.KindEmphasis, ast.KindLink, ast.KindImage, gmast.KindStrikethrough:
		limit--
	}
	if limit < 0 {
		return true
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if deeper(c, limit) {
			return true
		}
	}
	return false
}

// cells returns how many cells the tables of src might get: each row is filled
// up to the width of its header, which may be far wider than its own source.
func cells(src []byte) int {
	total, width := 0, 0
	for line := range bytes.Lines(src) {
		if len(bytes.TrimSpace(line)) == 0 {
			width = 0
			continue
		}
		if pipes := bytes.Count(line, []byte{'|'}); pipes > 0 {
			width = max(width, pipes+1)
		}
		total += width
	}
	return total
}

// linkSteps returns how many bytes the parser may read while it looks for the
// ends of links: for each beginning of one, the rest of its paragraph.
func linkSteps(src []byte) int {
	total, links, length := 0, 0, 0
	for line := range bytes.Lines(src) {
		if len(bytes.TrimSpace(line)) == 0 {
			total, links, length = total+links*length, 0, 0
			continue
		}
		links += bytes.Count(line, []byte("]("))
		length += len(line)
	}
	return total + links*length
}

// capped is a writer that fails when it is full.
type capped struct {
	buf  bytes.Buffer
	left int
}

func (c *capped) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		return 0, errBeyond
	}
	return c.buf.Write(p)
}

// paragraphs shows a source as it stands.
func paragraphs(src string) string {
	var out strings.Builder
	for _, p := range strings.Split(src, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(p), "\n", "<br>\n") + "</p>\n")
		}
	}
	return out.String()
}
