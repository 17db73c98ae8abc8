package mail

import (
	"bytes"
	"html/template"
	"strings"
	"sync"

	"tequio/app/i18n"
	"tequio/views"
)

// sheet is the model of views/mail/letter.html.
type sheet struct {
	Lang, Dir, Subject, Site string
	Parts                    []part
	Button, Link             string
	Foot, Stop, StopLink     string
}

// part is a paragraph, or something to be copied: a code.
type part struct {
	Text string
	Code bool
}

var layout = sync.OnceValues(func() (*template.Template, error) {
	return template.ParseFS(views.FS, "mail/letter.html")
})

// Compose writes a mail in a language from the catalogue's mail.KEY.subject, mail.KEY.body (empty
// lines between paragraphs; one that begins with "# " is a code to copy) and, where link is not "",
// mail.KEY.button. args are name, value pairs for all of them; "site" (the instance's name) is
// always needed, "unsubscribe" (an address) adds the line and the header with which one stops such
// mails. To, Person, Key and Secret of the message are the caller's to fill.
func Compose(l *i18n.Language, key string, args []any, link string) (Message, error) {
	s := sheet{Lang: l.Tag(), Dir: l.Dir(), Subject: l.T("mail."+key+".subject", args...), Foot: l.T("mail.foot", args...), Link: link}
	s.Site, _ = argument(args, "site")
	if link != "" {
		s.Button = l.T("mail."+key+".button", args...)
	}
	m := Message{Subject: oneLine(s.Subject)}
	if stop, ok := argument(args, "unsubscribe"); ok {
		s.Stop, s.StopLink = l.T("mail.unsubscribe"), stop
		m.Headers = map[string]string{"List-Unsubscribe": "<" + stop + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
	}
	for _, p := range strings.Split(l.T("mail."+key+".body", args...), "\n\n") {
		code, ok := strings.CutPrefix(p, "# ")
		s.Parts = append(s.Parts, part{code, ok})
	}
	t, err := layout()
	if err != nil {
		return Message{}, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, s); err != nil {
		return Message{}, err
	}
	m.HTML, m.Text = b.String(), s.plain()
	return m, nil
}

// plain is the sheet without any markup.
func (s sheet) plain() string {
	var b strings.Builder
	for _, p := range s.Parts {
		if p.Code {
			b.WriteString("    ")
		}
		b.WriteString(p.Text + "\n\n")
	}
	if s.Link != "" {
		b.WriteString(s.Button + ":\n" + s.Link + "\n\n")
	}
	b.WriteString("-- \n" + s.Foot + "\n")
	if s.Stop != "" {
		b.WriteString(s.Stop + ": " + s.StopLink + "\n")
	}
	return b.String()
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
