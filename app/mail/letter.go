package mail

import (
	"bytes"
	"html/template"
	"strings"
	"sync"

	"tequio/app/i18n"
	"tequio/views"
)

// Letter is a mail before it is put into words. Its texts are those of the catalogue under mail.KEY:
// KEY.subject, KEY.body (empty lines between paragraphs; one that begins with "# " is a code to copy)
// and, where Link is not "", KEY.button.
type Letter struct {
	Key     string
	Args    []any    // name, value pairs for all of them; "site" (the instance's name) is always needed
	Link    string   // where the button leads; "": there is none
	Subject string   // instead of the catalogue's
	HTML    string   // instead of the catalogue's body: safe HTML, and …
	Text    string   // … the same without any markup
	Groups  []Group  // what happened, below the body
	Rest    string   // what is left out of the groups: "and 12 more on the site"
	Foot    string   // instead of the usual reason for the mail
	Stop    Stop     // how one stops such mails
	Manage  []Anchor // more links at the foot: one's settings
}

// Group is news of one thing.
type Group struct {
	Title, Link string
	Lines       []Line
	Rest        string // "and 3 more"
}

// Line is one piece of news, and when it was.
type Line struct{ Text, When string }

// Anchor is words that lead somewhere.
type Anchor struct{ Text, Link string }

// Stop is how one stops mails of a kind: words of its own ("": the usual), an address that takes one
// click, and the list's name for mail programs: "digest.example.org".
type Stop struct{ Text, Link, List string }

// sheet is the model of views/mail/letter.html.
type sheet struct {
	Letter
	Lang, Dir, Site string
	Button          string
	Safe            template.HTML
	Parts           []part
}

// part is a paragraph, or something to be copied: a code.
type part struct {
	Text string
	Code bool
}

var layout = sync.OnceValues(func() (*template.Template, error) {
	return template.ParseFS(views.FS, "mail/letter.html")
})

// Compose writes a mail in a language from the catalogue's texts under a key; see Letter. "unsubscribe"
// among the args (an address) adds the line and the headers with which one stops such mails. To,
// Person, Key and Secret of the message are the caller's to fill.
func Compose(l *i18n.Language, key string, args []any, link string) (Message, error) {
	stop, _ := argument(args, "unsubscribe")
	return Letter{Key: key, Args: args, Link: link, Stop: Stop{Link: stop}}.Compose(l)
}

// Compose writes the letter in a language, as HTML and as plain text.
func (t Letter) Compose(l *i18n.Language) (m Message, err error) {
	s := sheet{Letter: t, Lang: l.Tag(), Dir: l.Dir(), Safe: template.HTML(t.HTML)}
	s.Site, _ = argument(t.Args, "site")
	if s.Subject == "" {
		s.Subject = l.T("mail."+t.Key+".subject", t.Args...)
	}
	if s.Foot == "" {
		s.Foot = l.T("mail.foot", t.Args...)
	}
	if t.Link != "" {
		s.Button = l.T("mail."+t.Key+".button", t.Args...)
	}
	m.Subject = oneLine(s.Subject)
	if t.Stop.Link != "" {
		if s.Stop.Text == "" {
			s.Stop.Text = l.T("mail.unsubscribe")
		}
		m.Headers = t.Stop.headers(s.Site)
	}
	if t.HTML == "" {
		for _, p := range strings.Split(l.T("mail."+t.Key+".body", t.Args...), "\n\n") {
			code, ok := strings.CutPrefix(p, "# ")
			s.Parts = append(s.Parts, part{code, ok})
		}
	}
	sheets, err := layout()
	if err != nil {
		return Message{}, err
	}
	var b bytes.Buffer
	if err := sheets.Execute(&b, s); err != nil {
		return Message{}, err
	}
	m.HTML, m.Text = b.String(), s.plain()
	return m, nil
}

// headers let a mail program stop such mails with one click (RFC 8058) and sort them (RFC 2919).
func (s Stop) headers(site string) map[string]string {
	h := map[string]string{"List-Unsubscribe": "<" + s.Link + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
	if s.List != "" {
		name := strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' || strings.ContainsRune(`<>"\\`, r) {
				return -1
			}
			return r
		}, site)
		h["List-Id"] = `"` + oneLine(name) + `" <` + s.List + ">"
	}
	return h
}

// plain is the sheet without any markup.
func (s sheet) plain() string {
	var b strings.Builder
	if s.Text != "" {
		b.WriteString(strings.TrimSpace(s.Text) + "\n\n")
	}
	for _, p := range s.Parts {
		if p.Code {
			b.WriteString("    ")
		}
		b.WriteString(p.Text + "\n\n")
	}
	for _, g := range s.Groups {
		g.plain(&b)
	}
	if s.Rest != "" {
		b.WriteString(s.Rest + "\n\n")
	}
	if s.Link != "" {
		b.WriteString(s.Button + ":\n" + s.Link + "\n\n")
	}
	b.WriteString("-- \n" + s.Foot + "\n")
	if s.Stop.Link != "" {
		b.WriteString(s.Stop.Text + ": " + s.Stop.Link + "\n")
	}
	for _, a := range s.Manage {
		b.WriteString(a.Text + ": " + a.Link + "\n")
	}
	return b.String()
}

func (g Group) plain(b *strings.Builder) {
	b.WriteString(g.Title + "\n" + g.Link + "\n")
	for _, l := range g.Lines {
		b.WriteString("  * " + l.Text + " (" + l.When + ")\n")
	}
	if g.Rest != "" {
		b.WriteString("  " + g.Rest + "\n")
	}
	b.WriteString("\n")
}

func argument(args []any, name string) (string, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			s, ok := args[i+1].(string)
			return s, ok
		}
	}
	return "", false
}

// oneLine keeps what people write (a title, a name) from breaking a mail's head.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)), " ")
	if r := []rune(s); len(r) > 150 {
		s = string(r[:149]) + "…"
	}
	return s
}
