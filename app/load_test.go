package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/proposal"
	"tequio/app/talk"
	"tequio/app/thing"
	"tequio/app/vote"
)

// A crowd is an instance filled for load: people who are signed in, proposals, comments, and a vote.
type crowd struct {
	tokens   []identity.Token
	vote     string   // slug of the open vote, with the options a, b and c
	proposal thing.ID // one that is commented on
	slug     string   // its slug
}

// crowdSize says how much a crowd holds.
type crowdSize struct{ people, proposals, comments int }

// loadWords are what the texts of a crowd are made of.
var loadWords = strings.Fields("la calle necesita sombra para quienes caminan a la escuela y el agua de lluvia debe quedarse en el suelo pedimos al ayuntamiento un plan con fechas costos y lugares que se publique cada mes")

func loadText(seed, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = loadWords[(seed*7+i*(seed%5+1)+i)%len(loadWords)]
	}
	return strings.Join(words, " ")
}

// fill makes a crowd in an open instance.
func (a *App) fill(ctx context.Context, size crowdSize) (c crowd, err error) {
	now := a.DB.Now().UTC()
	var people []identity.ID
	err = a.DB.Write(ctx, func(tx *db.Tx) error {
		people, c.tokens = nil, nil
		for i := range size.people {
			p := identity.Person{Name: fmt.Sprint("Persona ", i+1), Level: identity.Resident}
			if err := identity.Insert(tx, &p); err != nil {
				return err
			}
			t, err := identity.Begin(tx, p.ID, "load", "", "", false)
			if err != nil {
				return err
			}
			people, c.tokens = append(people, p.ID), append(c.tokens, t)
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	for from := 0; from < size.proposals; from += 1000 {
		err := a.DB.Write(ctx, func(tx *db.Tx) error {
			for i := from; i < min(from+1000, size.proposals); i++ {
				at := now.Add(-time.Duration(i+1) * time.Minute)
				p := proposal.Proposal{Thing: thing.Thing{Author: people[i%len(people)], Lang: "es", Title: loadText(i, 8), Summary: loadText(i+3, 24),
					State: thing.Published, CreatedAt: at, PublishedAt: at, ClosesAt: now.Add(90 * 24 * time.Hour)}, Body: loadText(i+1, 60), Threshold: 500, AnswerDays: 30}
				if err := proposal.Insert(tx, &p); err != nil {
					return err
				}
				if i == 0 {
					c.proposal, c.slug = p.ID, p.Slug
				}
			}
			return nil
		})
		if err != nil {
			return c, err
		}
	}
	return c, a.DB.Write(ctx, func(tx *db.Tx) error {
		for i := range size.comments {
			n := talk.Comment{Thing: c.proposal, Author: people[i%len(people)], Body: loadText(i, 30), HTML: "<p>" + loadText(i, 30) + "</p>", At: now.Add(-time.Duration(size.comments-i) * time.Second)}
			if err := talk.InsertComment(tx, &n); err != nil {
				return err
			}
		}
		v := vote.Vote{Thing: thing.Thing{Author: people[0], Lang: "es", Title: "Una pregunta a todos", Summary: "Elige una.", State: thing.Published,
			CreatedAt: now, PublishedAt: now, OpensAt: now, ClosesAt: now.Add(30 * 24 * time.Hour)},
			Questions: []vote.Question{{Form: vote.One, Rule: "plurality/1", Seats: 1, Ties: "votes", Blank: true,
				Options: []vote.Option{{Code: "a", Title: "Esto"}, {Code: "b", Title: "Eso"}, {Code: "c", Title: "Aquello"}}}}}
		err := a.Server.Votes.Load(tx, &v, nil)
		c.vote = v.Slug
		return err
	})
}

// TestFillForLoad makes the instance that .ci/load drives, in the folder that TEQUIO_LOAD names, and
// writes the sessions' tokens beside it, with the token that each one's forms need.
func TestFillForLoad(t *testing.T) {
	dir := os.Getenv("TEQUIO_LOAD")
	if dir == "" {
		t.Skip("TEQUIO_LOAD names no folder to prepare for a load test; .ci/load sets it")
	}
	a, err := Open(context.Background(), Options{Instance: filepath.Join(dir, "instance"), Database: os.Getenv("TEQUIO_LOAD_DATABASE"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	c, err := a.fill(context.Background(), crowdSize{people: 2000, proposals: 10_000, comments: 100})
	if err != nil {
		t.Fatal(err)
	}
	var tokens strings.Builder
	for _, token := range c.tokens {
		fmt.Fprintf(&tokens, "%s\t%s\n", token, a.Server.FormToken(token))
	}
	for name, text := range map[string]string{"tokens": tokens.String(), "vote": c.vote, "proposal": fmt.Sprint(c.proposal), "slug": c.slug} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
