package web

import (
	"bytes"
	"encoding/json"
	"strconv"

	"tequio/app/db"
	"tequio/app/fault"
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

// outcomeToKeep is the outcome of a vote for a download; of a vote that was annulled there is none.
func (s *Server) outcomeToKeep(v *Visit) (vote.Outcome, error) {
	o, err := s.Votes.Outcome(v.ctx, v.Param("slug"), "")
	if err == nil && !o.AnnulledAt.IsZero() {
		err = fault.New(fault.Closed, "vote.annulled")
	}
	return o, err
}

func (s *Server) resultFile(v *Visit) error {
	o, err := s.outcomeToKeep(v)
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
	o, err := s.outcomeToKeep(v)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	name, kind := o.Slug+"-ballots.", ""
	err = s.DB.Read(v.ctx, func(tx *db.Tx) error {
		switch v.Param("format") {
		case "json":
			name, kind = name+"jsonl", "application/jsonl"
			return vote.WriteLines(tx, &b, o.Vote)
		case "csv":
			name, kind = name+"csv", "text/csv; charset=utf-8"
			return vote.WriteCSV(tx, &b, o.Vote)
		case "pb":
			name, kind = o.Slug+".pb", "text/plain; charset=utf-8"
			return vote.WritePabulib(tx, &b, o.Vote, o.Result)
		}
		return fault.New(fault.NotFound, "fault.missing")
	})
	if err != nil {
		return err
	}
	return v.download(name, kind, b.Bytes())
}
