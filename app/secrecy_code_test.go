package app

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
	"tequio/app/vote"
)

// codeVoter is somebody who voted with a code, as an attacker knows them who saw the slip.
type codeVoter struct {
	typed   string
	number  int64
	hash    []byte
	link    []byte
	commits [][]byte
}

// codesVote holds a second vote in which people come with codes alone; every fourth changes their ballot.
func (b *booth) codesVote() {
	b.Helper()
	ctx := context.Background()
	v := vote.Vote{Thing: thing.Thing{Author: b.people[0], Lang: "es", Title: "Con código", Summary: "Elige.", State: thing.Published,
		CreatedAt: b.now, PublishedAt: b.now, OpensAt: b.now, ClosesAt: b.vote.ClosesAt}, ObjectionsAt: b.vote.ObjectionsAt, Roll: vote.Roll{Who: vote.Coded, Codes: true},
		Questions: []vote.Question{{Form: vote.One, Rule: "plurality/1", Seats: 1, Ties: "votes", Blank: true,
			Options: []vote.Option{{Code: "a", Title: "Esto"}, {Code: "b", Title: "Eso"}}}}}
	if err := b.DB.Write(ctx, func(tx *db.Tx) error { return b.Server.Votes.Load(tx, &v, nil) }); err != nil {
		b.Fatal(err)
	}
	b.coded = v
	staff := identity.Actor{ID: b.people[0], Level: identity.Resident, Grants: []identity.Grant{{Role: identity.Administrator}}}
	staff.Session.FactorAt = b.now
	issued, err := b.Server.Votes.IssueCodes(ctx, staff, v.ID, vote.CodeOrder{Number: 20})
	if err != nil {
		b.Fatal(err)
	}
	for i, one := range issued {
		c := codeVoter{typed: one.Code, number: one.Number}
		hash, known, err := b.Server.Votes.OpenCode(ctx, v.Slug, one.Code)
		if err != nil || !known {
			b.Fatalf("code %d opens nothing: %v", i, err)
		}
		c.hash = hash
		for range 1 + (i+1)%4/3 {
			var form [16]byte
			rand.Read(form[:])
			links := b.linksOf(v.ID)
			got, err := b.Server.Votes.CastAs(ctx, vote.Bearer{Code: hash}, v.Slug, vote.Ballot{{{Option: string("ab"[i%2]), Value: 1}}}, form[:])
			if err != nil {
				b.Fatal(err)
			}
			c.commits = append(c.commits, got.Commitment[:])
			for _, l := range b.linksOf(v.ID) {
				if !slices.ContainsFunc(links, func(x []byte) bool { return bytes.Equal(x, l) }) {
					c.link = l
				}
			}
		}
		b.withCode = append(b.withCode, c)
	}
}

func (b *booth) linksOf(id thing.ID) (all [][]byte) {
	b.Helper()
	err := b.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		all, err = db.All(tx, db.Value[[]byte], `SELECT link FROM ballot WHERE vote_id = $1`, id)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return all
}

// codesNotLinkedWithoutKeys tries every value of the database as the key that makes a code, its hash or its
// number the link of a ballot.
func (b *booth) codesNotLinkedWithoutKeys() {
	b.Helper()
	secrets := map[string]bool{"": true}
	for _, r := range b.everything() {
		for _, v := range r.values {
			if len(v) >= 16 {
				secrets[v] = true
			}
		}
	}
	for i, c := range b.withCode {
		plain := strings.ReplaceAll(c.typed, "-", "")
		for _, known := range []string{c.typed, plain, string(c.hash), strconv.FormatInt(c.number, 10)} {
			for secret := range secrets {
				for _, domain := range []string{"", "code\x00", "entry\x00", "code-hash\x00"} {
					m := hmac.New(sha256.New, []byte(secret))
					m.Write([]byte(domain + known))
					if bytes.Equal(m.Sum(nil), c.link) {
						b.Fatalf("code %d is linked to its ballot by what the database holds", i)
					}
				}
			}
		}
	}
}

// codesLinkedWithTheKey checks that the vote's key does link them: the search itself can find.
func (b *booth) codesLinkedWithTheKey() {
	b.Helper()
	key, err := os.ReadFile(filepath.Join(b.Keys, fmt.Sprintf("vote-%d.key", b.coded.ID)))
	if err != nil {
		b.Fatal(err)
	}
	for i, c := range b.withCode {
		m := hmac.New(sha256.New, key)
		m.Write([]byte("code\x00" + string(c.hash)))
		if !bytes.Equal(m.Sum(nil), c.link) {
			b.Errorf("not even the key links code %d to its ballot: this test looks for the wrong thing", i)
		}
	}
}

// codesGone looks, after the objections, for what a code or its slip's number still leads to.
func (b *booth) codesGone(files bool) {
	b.Helper()
	all := b.everything()
	for i, c := range b.withCode {
		for _, r := range all {
			for _, v := range r.values {
				if v == c.typed || v == strings.ReplaceAll(c.typed, "-", "") || v == string(c.hash) || v == string(c.link) {
					b.Errorf("code %d, its hash or its link is still in %s", i, r.table)
				}
			}
		}
	}
	for table, want := range map[string]int{"vote_code": 0, "ballot": 0, "published_ballot": len(b.withCode)} {
		n := 0
		for _, r := range all {
			if r.table == table && slices.Contains(r.values, fmt.Sprint(b.coded.ID)) {
				n++
			}
		}
		if n != want {
			b.Errorf("%d rows of the vote by code in %s, want %d", n, table, want)
		}
	}
	if files {
		for _, c := range b.withCode {
			b.nowhere(c.hash, "the hash of a code")
			b.nowhere(c.link, "the link of a code")
		}
	}
}
