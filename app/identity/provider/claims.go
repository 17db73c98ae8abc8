package provider

import (
	"fmt"
	"math"
	"net/mail"
	"strconv"
	"strings"
	"time"
)

const (
	maxSubject = 255 // bytes, OpenID Connect Core, 2
	maxName    = 200 // characters
	maxAddress = 254 // bytes, RFC 5321
)

// claim returns a claim by its name, or by a path with dots through objects
// ("reliability_info.level"). A name that itself contains dots goes first.
func claim(claims map[string]any, path string) any {
	if v, ok := claims[path]; ok {
		return v
	}
	head, rest, found := strings.Cut(path, ".")
	if inner, ok := claims[head].(map[string]any); ok && found {
		return claim(inner, rest)
	}
	return nil
}

// levelOf returns the assurance level that the claims give.
func (c Config) levelOf(claims map[string]any) int {
	if c.LevelClaim == "" {
		return c.Level
	}
	value := claim(claims, c.LevelClaim)
	if len(c.Levels) == 0 {
		if value == nil {
			return 1
		}
		return c.Level
	}
	values, ok := value.([]any)
	if !ok {
		values = []any{value}
	}
	level := 1
	for _, v := range values {
		level = max(level, c.Levels[fmt.Sprint(v)])
	}
	return level
}

// recent refuses a sign-in older than the max_age that was asked for (ASVS
// 6.8.4): a provider may ignore the parameter.
func (c Config) recent(at, now time.Time) error {
	asked, ok := c.Params["max_age"]
	if !ok {
		return nil
	}
	seconds, err := strconv.Atoi(asked)
	if err != nil {
		return unsuitable{fmt.Errorf("params: max_age %q is no number", asked)}
	}
	if oldest := now.Add(-time.Duration(seconds)*time.Second - leeway); at.Before(oldest) {
		return fmt.Errorf("signed in there at %s, asked for at most %d seconds ago", at.UTC(), seconds)
	}
	return nil
}

// truth reads a boolean claim; gov.br and others write it as text.
func truth(v any) (value, said bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		return strings.EqualFold(v, "true"), true
	case nil:
		return false, false
	default:
		return false, true
	}
}

// instant reads seconds since 1970; zero when there are none.
func instant(v any) time.Time {
	seconds, ok := v.(float64)
	if !ok || seconds <= 0 || seconds > math.MaxInt32*64 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

func word(claims map[string]any, name string) string {
	s, _ := claims[name].(string)
	return strings.TrimSpace(s)
}

// fullName prefers the name that people chose for themselves (gov.br's
// social_name) to the one in the register.
func fullName(claims map[string]any) string {
	for _, name := range []string{"social_name", "name"} {
		if s := word(claims, name); s != "" {
			return s
		}
	}
	return strings.TrimSpace(word(claims, "given_name") + " " + word(claims, "family_name"))
}

// address returns the text if it is a bare e-mail address, else "". Microsoft
// and Facebook may give a login name or nothing.
func address(s string) string {
	s = strings.TrimSpace(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > maxAddress || clip(s, maxAddress) != s {
		return ""
	}
	return s
}
