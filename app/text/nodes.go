package text

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
	gmast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// policy is the second lock: it lets through what our own renderer writes and
// nothing else, should the first ever fail.
var policy = newPolicy()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "em", "strong", "del", "code", "pre", "blockquote",
		"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "span")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,9}$`)).OnElements("ol")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|center|right)$`)).OnElements("th", "td")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[A-Za-z0-9_+-]{1,30}$`)).OnElements("code")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^host$`)).OnElements("span")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^(nofollow ugc )?noopener$`)).OnElements("a")
	p.AllowAttrs("src").Matching(ownFile).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("loading").Matching(regexp.MustCompile(`^lazy$`)).OnElements("img")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	return p
}

// ownFile is the address of a file that somebody uploaded here.
var ownFile = regexp.MustCompile(`^/files/[A-Za-z0-9][A-Za-z0-9._/-]*$`)

// nodes renders the parts of a document about which a voice decides.
type nodes struct {
	shift int    // how many levels headings go down
	rel   string // of links
	hosts bool   // whether a link shows where it leads
}

// RegisterFuncs tells goldmark which nodes are rendered here.
func (n *nodes) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHeading, n.heading)
	reg.Register(ast.KindLink, n.link)
	reg.Register(ast.KindAutoLink, n.autoLink)
	reg.Register(ast.KindImage, n.image)
	reg.Register(gmast.KindTaskCheckBox, n.task)
}

func (n *nodes) heading(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	level := min(node.(*ast.Heading).Level+n.shift, 6)
	if entering {
		fmt.Fprintf(w, "<h%d>", level)
	} else {
		fmt.Fprintf(w, "</h%d>\n", level)
	}
	return ast.WalkContinue, nil
}

func (n *nodes) link(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	href, host := destination(string(util.URLEscape(node.(*ast.Link).Destination, true)))
	if href == "" {
		return ast.WalkContinue, nil // its words stay
	}
	if entering {
		n.open(w, href)
		return ast.WalkContinue, nil
	}
	words := plain(node, source)
	if strings.TrimSpace(words) == "" { // a link must have a name
		words = href
		w.Write(util.EscapeHTML([]byte(href)))
	}
	w.WriteString("</a>")
	if n.hosts && host != "" && !strings.Contains(strings.ToLower(words), host) {
		fmt.Fprintf(w, ` <span class="host">(%s)</span>`, util.EscapeHTML([]byte(host)))
	}
	return ast.WalkContinue, nil
}

func (n *nodes) autoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	a := node.(*ast.AutoLink)
	address := string(util.URLEscape(a.URL(source), false))
	if a.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(address), "mailto:") {
		address = "mailto:" + address
	}
	href, _ := destination(address)
	if href != "" {
		n.open(w, href)
	}
	w.Write(util.EscapeHTML(a.Label(source)))
	if href != "" {
		w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func (n *nodes) open(w util.BufWriter, href string) {
	fmt.Fprintf(w, `<a href="%s" rel="%s">`, util.EscapeHTML([]byte(href)), n.rel)
}

// destination returns where a link may lead, "" when it may not, and the host
// when that is another site.
func destination(address string) (href, host string) {
	u, err := url.Parse(address)
	if err != nil {
		return "", ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Hostname() == "" || u.User != nil { // https://bank.example@evil.example
			return "", ""
		}
		return address, strings.ToLower(u.Host)
	case "mailto", "tel":
		return address, ""
	case "":
		within := strings.HasPrefix(address, "#") && address != "#"
		ours := strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") && !strings.Contains(address, `\`)
		if u.Host == "" && (within || ours) {
			return address, ""
		}
	}
	return "", ""
}

func (n *nodes) image(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	src := string(util.URLEscape(node.(*ast.Image).Destination, true))
	alt := util.EscapeHTML([]byte(strings.TrimSpace(plain(node, source))))
	if ownFile.MatchString(src) && path.Clean(src) == src {
		fmt.Fprintf(w, `<img src="%s" alt="%s" loading="lazy">`, src, alt)
	} else {
		w.Write(alt)
	}
	return ast.WalkSkipChildren, nil
}

// task writes a character in place of a field: a field would need a label.
func (n *nodes) task(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString(box(node.(*gmast.TaskCheckBox)))
	}
	return ast.WalkContinue, nil
}

func box(t *gmast.TaskCheckBox) string {
	if t.IsChecked {
		return "☑ "
	}
	return "☐ "
}
