package notice

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"tequio/app/i18n"
	"tequio/app/mail"
	"tequio/app/thing"
)

// Letters are what notices need to be mailed. Without Words none is.
type Letters struct {
	Words *i18n.Catalogues
	Site  func() (name, address string)                // the instance's name and its address without a final slash
	Zone  func() *time.Location                        // the town's; nil: UTC
	Named func(family, key, lang string) (name string) // of a place or subject; nil: its key
	Lang  func() string                                // of those who chose none
	Key   []byte                                       // signs the links that stop mails
}

func (l Letters) zone() *time.Location {
	if l.Zone == nil {
		return time.UTC
	}
	return l.Zone()
}

func (l Letters) named(family, key, lang string) string {
	if l.Named == nil {
		return key
	}
	return l.Named(family, key, lang)
}

// list is the name of a list for mail programs: "digest.example.org".
func (l Letters) list(name string) string {
	_, address := l.Site()
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return name + ".localhost"
	}
	return name + "." + u.Hostname()
}

// manyPrompt is from how many on the letters that are due at one instant, after a night for instance,
// come as one.
const manyPrompt = 3

// write puts what is due for a reader into words, in their language. Nobody whose address is unknown or
// sent mail back gets any.
func (l Letters) write(r reader, m dueMail, words titles, now time.Time) (all []mail.Message, err error) {
	if l.Words == nil || r.email == "" || r.stopped {
		return nil, nil
	}
	w := writer{l, r, l.Words.Language(r.tag(m)), words[r.lang], now}
	if len(m.prompt) < manyPrompt {
		for _, i := range m.prompt {
			one, err := w.letter(i)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
	} else {
		one, err := w.summary("gathered", prompt, m.prompt)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	if len(m.digest) > 0 {
		one, err := w.summary("digest", digest, m.digest)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// tag is the language in which somebody is written to: theirs, else that of the first thing.
func (r reader) tag(m dueMail) string {
	if r.lang != "" {
		return r.lang
	}
	for _, i := range append(slices.Clip(m.prompt), m.digest...) {
		return i.t.Lang
	}
	return ""
}

// A writer writes to one reader.
type writer struct {
	Letters
	reader
	*i18n.Language
	words map[thing.ID]thing.Words
	now   time.Time
}

// say puts an item into words.
func (w writer) say(i item) string {
	who := i.Actor
	if who == "" {
		who = w.T("notice.someone")
	}
	return Say(w.Language, i.Verb, w.title(i.t), who)
}

func (w writer) title(t thing.Thing) string {
	return strings.TrimSpace(t.In(w.Tag(), w.words[t.ID]).Title)
}

// stop is the foot of a mail: how one ends such mails with one click, and where the settings are.
func (w writer) stop(what, text, list string) (mail.Stop, []mail.Anchor) {
	_, address := w.Site()
	s := stop{w.id, what}
	return mail.Stop{Text: text, Link: address + "/stop/" + s.sign(w.Key), List: w.list(list)},
		[]mail.Anchor{{Text: w.T("mail.settings"), Link: address + "/me/notices/settings"}}
}

// letter is the mail of one item.
func (w writer) letter(i item) (m mail.Message, err error) {
	site, address := w.Site()
	l := mail.Letter{Key: "notice", Args: []any{"site", site, "said", w.say(i)}, Link: address + i.t.Path()}
	l.Foot = w.T("mail.why", "site", site, "why", w.why(i.via, i.t))
	l.Stop, l.Manage = w.stop(i.via, w.T("mail.stop."+family(i.via)), "notices")
	if m, err = l.Compose(w.Language); err != nil {
		return m, err
	}
	m.To, m.Person, m.Key = w.email, int64(w.id), fmt.Sprintf("notice:%d:%d", i.event, w.id)
	return m, nil
}

// family is the first part of why somebody is told: a key of the catalogues.
func family(via string) string {
	f, _, _ := strings.Cut(via, ":")
	return f
}

// why says why somebody is mailed of t.
func (w writer) why(via string, t thing.Thing) string {
	f, key, _ := strings.Cut(via, ":")
	switch {
	case f == Place || f == Subject:
		return w.T("notice.why."+f, "name", w.named(f, key, w.Tag()))
	case via == fmt.Sprint(ofThing, t.ID):
		return w.T("notice.why.thing", "title", w.title(t))
	case f == own:
		return w.T("notice.why.own")
	}
	return w.T("notice.why.agency")
}

// summary is one mail of many items, newest first, grouped by thing.
func (w writer) summary(key, what string, items []item) (m mail.Message, err error) {
	site, address := w.Site()
	bundles, rest := bundled(items)
	l := mail.Letter{Key: key, Args: []any{"site", site, "n", int64(len(items)), "title", w.title(bundles[0].t)}, Link: address + "/me/notices"}
	for _, b := range bundles {
		g := mail.Group{Title: w.title(b.t), Link: address + b.t.Path()}
		for _, i := range b.items {
			g.Lines = append(g.Lines, mail.Line{Text: w.say(i), When: w.ShortDate(i.At, w.Habits.Zone) + ", " + w.Clock(i.At, w.Habits.Zone)})
		}
		if b.rest > 0 {
			g.Rest = w.T("mail.digest.more", "n", b.rest)
		}
		l.Groups = append(l.Groups, g)
	}
	if rest > 0 {
		l.Rest = w.T("mail.digest.rest", "n", rest)
	}
	l.Foot = w.T("mail."+key+".foot", "site", site)
	l.Stop, l.Manage = w.stop(what, w.T("mail.stop."+what), what)
	if m, err = l.Compose(w.Language); err != nil {
		return m, err
	}
	m.To, m.Person = w.email, int64(w.id)
	m.Key = fmt.Sprintf("%s:%d:%d", what, w.id, items[0].due.UnixMicro())
	return m, nil
}

// Say puts an event into words: what happened to the thing with a title, and who did it.
func Say(l *i18n.Language, verb, title, who string) string {
	key := "notice.say." + verb
	if !l.Has(key) {
		key = "notice.say." + Word(verb)
	}
	return l.T(key, "title", strings.TrimSpace(title), "who", who)
}
