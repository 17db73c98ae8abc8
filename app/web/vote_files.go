package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/tally"
	"tequio/app/thing"
	"tequio/app/vote"
)

// archive is a vote's outcome as JSON: with the published ballots, all that a recount needs.
type archive struct {
	Vote       string            `json:"vote"`
	Title      string            `json:"title"`
	Rules      json.RawMessage   `json:"rules"`
	RulesSum   string            `json:"rules_sha256"`
	Result     vote.Result       `json:"result"`
	Amendments []json.RawMessage `json:"amendments,omitempty"`
	Checkpoint string            `json:"checkpoint"`
	Key        string            `json:"key"`
}

func (s *Server) resultFile(v *Visit) error {
	o, err := s.Votes.Outcome(v.ctx, v.Param("slug"), "")
	if err != nil {
		return err
	}
	a := archive{Vote: strconv.FormatInt(int64(o.ID), 10), Title: o.Title, Rules: json.RawMessage(o.Rules), RulesSum: hexOf(o.RulesSum),
		Result: o.Result, Checkpoint: o.Log.Note}
	for _, change := range o.Amendments {
		a.Amendments = append(a.Amendments, json.RawMessage(change.Sheet))
	}
	if a.Key, err = s.Votes.PublicKey(o.Vote); err != nil {
		return err
	}
	b, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		return err
	}
	return v.download(o.Slug+"-result.json", "application/json", b)
}

// ballotsFile gives every published ballot, in the order of the commitments, as JSON lines, CSV or,
// for a budget, in the Pabulib format.
func (s *Server) ballotsFile(v *Visit) error {
	o, err := s.Votes.Outcome(v.ctx, v.Param("slug"), "")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	name, kind := o.Slug+"-ballots.", ""
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		switch v.Param("format") {
		case "json":
			name, kind = name+"jsonl", "application/jsonl"
			return vote.EachBallot(tx, o.ID, func(p vote.Published) error {
				_, err := fmt.Fprintf(&b, `{"commitment":"%x","nonce":"%x","ballot":%s}`+"\n", p.Commitment, p.Nonce, p.Content)
				return err
			})
		case "csv":
			name, kind = name+"csv", "text/csv; charset=utf-8"
			return ballotsCSV(tx, &b, o.ID)
		case "pb":
			name, kind = o.Slug+".pb", "text/plain; charset=utf-8"
			f, err := vote.Pabulib(tx, o.Vote, o.Result)
			if err != nil {
				return err
			}
			return tally.WritePabulib(&b, f)
		}
		return fault.New(fault.NotFound, "fault.missing")
	})
	if err != nil {
		return err
	}
	return v.download(name, kind, b.Bytes())
}

// ballotsCSV writes a line for each choice: receipt, question, option, value. No field begins like a
// formula: codes are letters and digits.
func ballotsCSV(tx *db.Tx, b *bytes.Buffer, id thing.ID) error {
	w := csv.NewWriter(b)
	w.Write([]string{"receipt", "question", "option", "value"})
	err := vote.EachBallot(tx, id, func(p vote.Published) error {
		ballot, err := vote.ParseBallot(p.Content)
		if err != nil {
			return err
		}
		for i, marks := range ballot {
			for _, m := range marks {
				w.Write([]string{p.Receipt(), strconv.Itoa(i + 1), plainCell(m.Option), strconv.FormatInt(m.Value, 10)})
			}
			if marks != nil && len(marks) == 0 {
				w.Write([]string{p.Receipt(), strconv.Itoa(i + 1), "", ""})
			}
		}
		return nil
	})
	w.Flush()
	return err
}
