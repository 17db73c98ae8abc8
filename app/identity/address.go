package identity

import (
	"net/mail"
	"strings"

	"tequio/app/fault"
	"tequio/app/text"
)

// addressMost is the longest address that mail can be sent to (RFC 5321, 4.5.3.1.3), in bytes.
const addressMost = 254

// Address returns an e-mail address in the one form in which it is kept: small letters, no white
// space around it. Dots and +words stay: whether they matter is known to the server alone. It
// refuses what is no address with login.email.invalid on the field email.
func Address(s string) (string, error) {
	s = strings.ToLower(text.Clean(s))
	a, err := mail.ParseAddress(s)
	at := strings.LastIndexByte(s, '@')
	if err != nil || a.Address != s || len(s) > addressMost || at < 1 || strings.ContainsAny(s, " \"\\(),:;<>[]") {
		return "", fault.On("email", "login.email.invalid")
	}
	domain := s[at+1:]
	if !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, "..") {
		return "", fault.On("email", "login.email.invalid")
	}
	return s, nil
}

// nameMost bounds a person's name, in characters.
const nameMost = 60

// cleanName returns a name as it may be shown.
func cleanName(c *fault.Check, name string) string {
	name = strings.Join(strings.Fields(text.Clean(name)), " ")
	n := len([]rune(name))
	c.That(n >= 2, "name", "login.name.short")
	c.That(n <= nameMost, "name", "login.name.long", "max", nameMost)
	return name
}
