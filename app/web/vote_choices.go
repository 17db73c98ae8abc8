package web

import (
	"encoding/base64"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"tequio/app/vote"
)

// choicesCookie holds the key of the choices that are kept and not cast; it lives as long as the vote.
const (
	choicesCookie = "choices"
	choicesLife   = 60 * 24 * time.Hour
)

// choicesKey is the key that this browser holds; ok is false while it has none.
func (v *Visit) choicesKey() (k vote.ChoicesKey, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(v.remembered(choicesCookie))
	if err != nil || len(b) != len(k) {
		return k, false
	}
	copy(k[:], b)
	return k, true
}

// keepChoices keeps what stands on the ballot, while its voter goes on or is away.
func (s *Server) keepChoices(v *Visit) error {
	t, err := s.Votes.Open(v.ctx, v.Param("slug"))
	if err != nil {
		return err
	}
	if err := s.keep(v, t); err != nil {
		return err
	}
	return v.c.SendStatus(204)
}

// keep seals the choices of a form with the browser's key, which it gets with the first.
func (s *Server) keep(v *Visit, t vote.Vote) error {
	chosen := url.Values{}
	for name, values := range v.Form.values {
		if name == "area" || strings.HasPrefix(name, "q") {
			chosen[name] = values
		}
	}
	k, has := v.choicesKey()
	if !has {
		k = vote.NewChoicesKey()
		left := max(time.Minute, min(t.ClosesAt.Sub(v.Now), choicesLife))
		v.cookieAt(t.Path(), choicesCookie, base64.RawURLEncoding.EncodeToString(k[:]), left)
	}
	return s.Votes.KeepChoices(v.ctx, v.Actor, t.Slug, k, []byte(chosen.Encode()))
}

// keepOn keeps the choices on the way to another page. A failure to keep them is no reason not to go
// there: the form carries them on.
func (s *Server) keepOn(v *Visit, p vote.Paper) {
	if p.Voted || v.booth.door != "" {
		return
	}
	if err := s.keep(v, p.Vote); err != nil {
		slog.Warn("choices are not kept", "vote", p.ID, "err", err)
	}
}

// kept reads the choices that this browser left on the ballot.
func (s *Server) kept(v *Visit, p vote.Paper) (b vote.Ballot, area string, found bool) {
	k, has := v.choicesKey()
	if !has || p.Voted || v.booth.door != "" {
		return nil, "", false
	}
	text, err := s.Votes.Choices(v.ctx, v.Actor, p.ID, k)
	if err != nil || text == nil {
		return nil, "", false
	}
	values, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, "", false
	}
	b, area, _ = readBallot(&Form{values: values}, p.Vote)
	return b, area, true
}

// forgetChoices takes the key from the browser: what it sealed says nothing to anybody any more.
func (v *Visit) forgetChoices(slug string) {
	if _, has := v.choicesKey(); has {
		v.cookieAt("/votes/"+slug, choicesCookie, "", -1)
	}
}
