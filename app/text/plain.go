package text

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	gmast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// Plain returns the words of Markdown without its signs, a line for each
// paragraph, heading and item: for search, mail and counting. A link is its
// words, an image its description. It reads tables, whoever wrote src; a source
// that Markdown would not render is returned as it stands.
func Plain(src string) string {
	s := styles[Official]
	src = limit(Clean(src), s.runes)
	doc, _, err := s.parse([]byte(src))
	if err != nil {
		return src
	}
	return strings.TrimSpace(plain(doc, []byte(src)))
}

// Excerpt returns the beginning of Markdown as one line of plain text of at most
// that many runes, cut between words and ended with "…" where something was left
// out.
func Excerpt(src string, runes int) string {
	// A source as long as this shows more than enough words, so that a list of
	// fifty long texts need not read them whole.
	if enough := head(src, 4*runes+400); len(enough) < len(src) {
		src = enough + "…"
	}
	return shorten(strings.Join(strings.Fields(Plain(src)), " "), runes)
}

func shorten(line string, runes int) string {
	if utf8.RuneCountInString(line) <= runes {
		return line
	}
	if runes < 1 {
		return ""
	}
	cut := head(line, runes-1)
	if next, _ := utf8.DecodeRuneInString(line[len(cut):]); !unicode.IsSpace(next) {
		if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
			cut = cut[:i]
		}
	}
	return strings.TrimRightFunc(cut, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:.…–—-", r) }) + "…"
}

// ReadingMinutes returns how long Markdown takes to read, in whole minutes, at
// least one, at 200 words a minute: slower than novels, for these are plans and
// rules.
func ReadingMinutes(src string) int {
	return max(1, (wordCount(Plain(src))+100)/200)
}

// plain gathers the words under a node.
func plain(n ast.Node, source []byte) string {
	var out strings.Builder
	// The walk returns what the function does: no error.
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			writePlain(&out, n, source)
		} else if n.Type() == ast.TypeBlock && n.FirstChild() != nil {
			endBlock(&out, n)
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

func writePlain(out *strings.Builder, n ast.Node, source []byte) {
	switch n := n.(type) {
	case *ast.Text:
		value := n.Segment.Value(source)
		if n.Parent() == nil || n.Parent().Kind() != ast.KindCodeSpan {
			value = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(value)))
		}
		out.Write(value)
		if n.SoftLineBreak() || n.HardLineBreak() {
			out.WriteByte('\n')
		}
	case *ast.String:
		out.Write(n.Value)
	case *ast.AutoLink:
		out.Write(n.Label(source))
	case *gmast.TaskCheckBox:
		out.WriteString(box(n))
	case *ast.CodeBlock:
		out.Write(bytes.TrimRight(n.Lines().Value(source), "\n"))
		out.WriteByte('\n')
	case *ast.FencedCodeBlock:
		out.Write(bytes.TrimRight(n.Lines().Value(source), "\n"))
		out.WriteByte('\n')
	}
}

func endBlock(out *strings.Builder, n ast.Node) {
	switch n.Kind() {
	case gmast.KindTableCell:
		out.WriteByte(' ')
	case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading, gmast.KindTableRow, gmast.KindTableHeader:
		out.WriteByte('\n')
	}
}
