package vote

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/tally"
)

// archived holds a vote with two questions in which somebody changes their mind, and returns its archive,
// the receipt of a counted ballot and that of a voided one.
func (h *hall) archived(disclosure string) (v Vote, zipped []byte, counted, voided Receipt) {
	h.t.Helper()
	plan := h.plan(chooseOne(), Question{Form: Ranking, Rule: "borda/1", Seats: 1, Ties: "votes,lot", Blank: true, Options: options("x", "y", "z")})
	plan.Disclosure, plan.Lot.Source, plan.Electorate = disclosure, Committed, 100
	if disclosure == Sealed {
		h.auditor("Ana Ruiz", "ana@pueblo.example")
		h.auditor("Beto Lara", "beto@pueblo.example")
		plan.Auditors = []Auditor{{Email: "ana@pueblo.example"}, {Email: "beto@pueblo.example"}}
	}
	v, err := h.Draft(context.Background(), h.staff, plan)
	if err == nil {
		err = h.Publish(context.Background(), h.staff, v.ID, v.PublishedAt)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.clock.Set(v.OpensAt)
	for i := range 40 {
		b := Ballot{{{string("abc"[i%3]), 1}}, {{string("xyz"[i%3]), 1}, {string("xyz"[(i+1)%3]), 2}}}
		if i%10 == 9 {
			b = Ballot{{}, {}}
		}
		a := h.person(identity.Level(1 + i%2))
		counted = h.cast(a, v, b)
		if i%7 == 0 {
			voided = counted
			counted = h.cast(a, v, Ballot{{{"a", 1}}, {{"z", 1}}})
		}
		if i == 20 {
			h.clock.Advance(2 * batchEvery)
			h.runJobs()
		}
	}
	h.change(Change{Vote: v.ID, Kind: CloseNow})
	h.runJobs()
	return h.vote(v.ID), h.archive(v), counted, voided
}

func (h *hall) archive(v Vote) []byte {
	h.t.Helper()
	var b bytes.Buffer
	if err := h.WriteArchive(context.Background(), v.Slug, "Tequio test", &b); err != nil {
		h.t.Fatal(err)
	}
	return b.Bytes()
}

// verified returns what a verification says, a line for each check.
func verified(t testing.TB, zipped []byte, ask Asked) (ok bool, said string) {
	t.Helper()
	var b strings.Builder
	ok, err := Verify(bytes.NewReader(zipped), int64(len(zipped)), ask, func(f Finding) { fmt.Fprintf(&b, "%s %s\n", f.Verdict, f.Text) })
	if err != nil {
		t.Fatal(err)
	}
	return ok, b.String()
}

// unpacked is the content of a zip.
type unpacked struct {
	names []string
	files map[string][]byte
}

func unpack(t testing.TB, zipped []byte) unpacked {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(zipped), int64(len(zipped)))
	if err != nil {
		t.Fatal(err)
	}
	u := unpacked{files: map[string][]byte{}}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if u.files[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
		u.names = append(u.names, f.Name)
	}
	return u
}

// pack makes a zip again, as another program would.
func (u unpacked) pack(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range u.names {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(u.files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchive(t *testing.T) {
	for _, disclosure := range Disclosures {
		t.Run(disclosure, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
				h := newHall(t, d, clock)
				v, zipped, counted, voided := h.archived(disclosure)
				if !bytes.Equal(zipped, h.archive(v)) {
					t.Error("two downloads differ")
				}
				key, _ := h.PublicKey(v)
				ok, said := verified(t, zipped, Asked{Key: key, Receipts: []string{counted.Code()}})
				if !ok || strings.Contains(said, "not confirmed") || !strings.Contains(said, "is in the ledger and counted") {
					t.Errorf("verified %v:\n%s", ok, said)
				}
				if ok, said := verified(t, unpack(t, zipped).pack(t), Asked{}); !ok || !strings.Contains(said, "note signed by a key you have not confirmed") {
					t.Errorf("packed again, without a key: %v\n%s", ok, said)
				}
				if ok, said := verified(t, zipped, Asked{Receipts: []string{voided.Code()}}); ok || !strings.Contains(said, "is voided") {
					t.Errorf("a voided receipt: %v\n%s", ok, said)
				}
				h.recounted(zipped, v)
			})
		})
	}
}

// recounted counts the archive's elections as "tequio count" does.
func (h *hall) recounted(zipped []byte, v Vote) {
	h.t.Helper()
	a, err := ReadArchive(bytes.NewReader(zipped), int64(len(zipped)))
	if err != nil {
		h.t.Fatal(err)
	}
	elections, err := a.Elections()
	if err != nil || len(elections) != 2 {
		h.t.Fatalf("%d elections, %v", len(elections), err)
	}
	o, err := h.Outcome(context.Background(), v.Slug, "")
	if err != nil {
		h.t.Fatal(err)
	}
	for i, e := range elections {
		rule, p, err := a.Params(i)
		if err != nil {
			h.t.Fatal(err)
		}
		r, err := tally.Count(e, rule, p)
		if err != nil || !slices.Equal(r.Winners, o.Result.Questions[i].Winners) || r.Totals.Ballots != 40 {
			h.t.Errorf("question %d: %v, %+v", i, err, r)
		}
	}
	if _, err := tally.Count(elections[1], "irv", tally.Params{}); err != nil {
		h.t.Errorf("by another rule: %v", err)
	}
}
