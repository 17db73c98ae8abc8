package notice

import (
	"fmt"
	"strings"

	"tequio/app/db"
	"tequio/app/i18n"
	"tequio/app/identity"
	"tequio/app/mail"
	"tequio/app/thing"
)

// Letters are what notices need to be mailed. Without Words none is.
type Letters struct {
	Words *i18n.Catalogues
	Site  func() (name, address string) // the instance's name and its address without a final slash
}

// write mails somebody the news of an event, in their language; those whose address we do not know
// have their notice alone. A second letter of the same event is the first.
func (l Letters) write(tx *db.Tx, p identity.ID, e thing.Event, t thing.Thing) error {
	if l.Words == nil {
		return nil
	}
	person, err := identity.Get(tx, p)
	if err != nil || person.Email == "" || person.Deleted() {
		return err
	}
	tag := person.Lang
	if tag == "" {
		tag = t.Lang
	}
	words := l.Words.Language(tag)
	site, address := l.Site()
	said := Say(words, e.Verb, t.Title, words.T("notice.someone"))
	m, err := mail.Compose(words, "notice", []any{"site", site, "said", said}, address+t.Path())
	if err != nil {
		return err
	}
	m.To, m.Person, m.Key = person.Email, int64(p), fmt.Sprintf("notice:%d:%d", e.ID, p)
	return mail.Send(tx, m)
}

// Say puts an event into words: what happened to the thing with a title, and who did it.
func Say(l *i18n.Language, verb, title, who string) string {
	key := "notice.say." + verb
	if !l.Has(key) {
		key = "notice.say." + Word(verb)
	}
	return l.T(key, "title", strings.TrimSpace(title), "who", who)
}
