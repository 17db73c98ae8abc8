package identity

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"tequio/app/db"
	"tequio/app/fault"
)

// holding is a place where the database holds something about a person: what of it they may
// download, and what becomes of it when they leave. A test compares the list with the schema, so
// that no table is forgotten.
type holding struct {
	table  string
	column string // refers to the person
	shown  string // columns they download; "": nothing beyond what other holdings show
	erase  string // statement that takes it away, with the person as $1; "": it stays, see keeps
	keeps  string // why it stays
}

const drafts = `(SELECT id FROM thing WHERE author_id = $1 AND state = 'draft')`

// holdings are everything that is held about people. A ballot is not among them: it has no name, so
// nobody, its voter included, can look it up by one.
var holdings = []holding{
	{table: "sign_in", column: "person_id", shown: "issuer, subject, label, level, created_at, used_at", erase: `DELETE FROM sign_in WHERE person_id = $1`},
	{table: "email_code", column: "person_id", shown: "purpose, email, expires_at, used_at", erase: `DELETE FROM email_code WHERE person_id = $1`},
	{table: "sign_in_flow", column: "person_id", shown: "expires_at", erase: `DELETE FROM sign_in_flow WHERE person_id = $1`},
	{table: "session", column: "person_id", shown: "issuer, agent, network, created_at, seen_at, expires_at", erase: `DELETE FROM session WHERE person_id = $1`},
	{table: "second_factor", column: "person_id", shown: "confirmed_at", erase: `DELETE FROM second_factor WHERE person_id = $1`},
	{table: "recovery_code", column: "person_id", shown: "used_at", erase: `DELETE FROM recovery_code WHERE person_id = $1`},
	{table: "rules_acceptance", column: "person_id", shown: "at, text", erase: `DELETE FROM rules_acceptance WHERE person_id = $1`},
	{table: "role", column: "person_id", shown: "role, agency_id, at", erase: `DELETE FROM role WHERE person_id = $1`},
	{table: "role", column: "granted_by", keeps: "who gave a role is part of the office's record"},
	{table: "invitation", column: "invited_by", keeps: "who invited is part of the office's record"},
	{table: "thing", column: "author_id", shown: "id, kind, slug, title, summary, state, created_at, published_at",
		erase: `UPDATE thing SET title = '', summary = '' WHERE author_id = $1 AND state = 'draft'`},
	{table: "proposal", column: "", erase: `UPDATE proposal SET body = '', html = '' WHERE id IN ` + drafts},
	{table: "proposal_version", column: "author_id", shown: "proposal_id, version, title, summary, body, at",
		erase: `UPDATE proposal_version SET title = '', summary = '', body = '' WHERE proposal_id IN ` + drafts},
	{table: "entry", column: "", erase: `UPDATE entry SET team = '', body = '', html = '', links = '[]' WHERE id IN ` + drafts},
	{table: "coauthor", column: "person_id", shown: "thing_id, at", erase: `DELETE FROM coauthor WHERE person_id = $1`},
	{table: "draft_part", column: "person_id", erase: `DELETE FROM draft_part WHERE person_id = $1`},
	{table: "coauthor_invitation", column: "invited_by", shown: "thing_id, email, at, expires_at", erase: `DELETE FROM coauthor_invitation WHERE invited_by = $1`},
	{table: "coauthor_invitation", column: "accepted_by", shown: "thing_id, accepted_at", erase: `UPDATE coauthor_invitation SET accepted_by = NULL, email = '' WHERE accepted_by = $1`},
	{table: "support", column: "person_id", shown: "thing_id, at, network", keeps: "taken back one by one, since each changes a count"},
	{table: "proposal_sponsor", column: "person_id", shown: "proposal_id, at", erase: `DELETE FROM proposal_sponsor WHERE person_id = $1`},
	{table: "proposal_followup", column: "author_id", shown: "proposal_id, state, body, at", keeps: "how a promise is kept is the agency's to say"},
	{table: "census_try", column: "person_id", shown: "at", erase: `DELETE FROM census_try WHERE person_id = $1`},
	{table: "vote_desk", column: "person_id", shown: "vote_id, served", keeps: "how many each desk served is part of the office's record"},
	{table: "vote_lot", column: "person_id", keeps: "who typed drawn numbers in is part of the vote's record"},
	{table: "vote_paper_entry", column: "person_id", keeps: "who typed ballots in is part of the office's record"},
	{table: "census", column: "person_id", shown: "place, birth_year, imported_at", erase: `UPDATE census SET person_id = NULL WHERE person_id = $1`},
	{table: "sheet", column: "opened_by", keeps: "who typed signatures in is part of the office's record"},
	{table: "sheet", column: "closed_by", keeps: "who typed signatures in is part of the office's record"},
	{table: "sheet_line", column: "entered_by", keeps: "who typed signatures in is part of the office's record"},
	{table: "follow", column: "person_id", shown: "thing_id, pace, at", keeps: "taken back one by one, since each changes a count"},
	{table: "comment", column: "author_id", shown: "id, thing_id, parent_id, stance, body, at, network, held_at, edited_at, deleted_at, hidden_at, hidden_reason",
		erase: `UPDATE comment SET network = '' WHERE author_id = $1`, keeps: "published words stay, without the name"},
	{table: "screened", column: "person_id", shown: "thing_id, why, at", erase: `DELETE FROM screened WHERE person_id = $1`},
	{table: "reaction", column: "person_id", shown: "comment_id, agrees, at", keeps: "taken back one by one, since each changes a count"},
	{table: "closed_thread", column: "author_id", keeps: "who closed a conversation stays accountable"},
	{table: "answer", column: "author_id", shown: "thing_id, verdict, body, at", keeps: "an official answer is the agency's"},
	{table: "notice", column: "person_id", shown: "thing_id, verb, via, pace, at, read_at, due_at, mailed_at", erase: `DELETE FROM notice WHERE person_id = $1`},
	{table: "follow_term", column: "person_id", shown: "family, term, pace, at", erase: `DELETE FROM follow_term WHERE person_id = $1`},
	{table: "notice_setting", column: "person_id", shown: "pace, own, zone, quiet_from, quiet_to, weekday, digests, prompts",
		erase: `DELETE FROM notice_setting WHERE person_id = $1`},
	{table: "newsletter", column: "author_id", shown: "slug, audience, term, created_at", keeps: "a newsletter is its sender's, not its writer's"},
	{table: "newsletter_refusal", column: "person_id", shown: "kind, at", erase: `DELETE FROM newsletter_refusal WHERE person_id = $1`},
	{table: "mail_bounce", column: "(SELECT p.id FROM person p WHERE p.email = address)", shown: "address, kind, diagnostic, times, at, stopped_at",
		erase: `DELETE FROM mail_bounce WHERE address = (SELECT email FROM person WHERE id = $1)`},
	{table: "mail", column: "person_id", shown: "recipient, subject, state, created_at, sent_at", erase: `DELETE FROM mail WHERE person_id = $1`},
	{table: "file", column: "person_id", shown: "thing_id, name, type, size, at", keeps: "a published file is part of what it is attached to"},
	{table: "moderation_decision", column: "person_id", shown: "action, code, reason, at", keeps: "why something was hidden stays accountable"},
	{table: "support_batch", column: "asked_by", keeps: "who asked that supports not count stays accountable"},
	{table: "support_batch", column: "decided_by", keeps: "who decided stays accountable"},
	{table: "support_batch", column: "undone_by", keeps: "who decided stays accountable"},
	{table: "moderation_batch", column: "asked_by", keeps: "who decided stays accountable"},
	{table: "moderation_batch", column: "undone_by", keeps: "who decided stays accountable"},
	{table: "burst", column: "noted_by", keeps: "who looked at it stays accountable"},
	{table: "moderation_decision", column: "appeal_by", keeps: "who decided stays accountable"},
	{table: "moderation_case", column: "taken_by", erase: `UPDATE moderation_case SET taken_by = NULL, taken_until = NULL WHERE taken_by = $1`},
	{table: "report", column: "person_id", shown: "code, text, at", erase: `UPDATE report SET text = '' WHERE person_id = $1`},
	{table: "moderation_decision", column: "author_id", keeps: "who decided stays accountable"},
	{table: "vote_lot", column: "person_id", shown: "vote_id, numbers, at", keeps: "who typed what was drawn stays accountable"},
	{table: "vote_objection", column: "person_id", shown: "vote_id, at, body, outcome, answer, answered_at", keeps: "published words stay, without the name"},
	{table: "vote_objection", column: "answered_by", keeps: "who answered stays accountable"},
	{table: "vote_certificate", column: "person_id", shown: "vote_id, at, name, statement", keeps: "who certified a result stays accountable"},
	{table: "vote_auditor", column: "person_id", shown: "vote_id, name, statement, stated_at", keeps: "who examined a vote stays accountable"},
	{table: "vote_change", column: "asked_by", keeps: "who changed a vote stays accountable"},
	{table: "vote_change", column: "decided_by", keeps: "who changed a vote stays accountable"},
	{table: "vote_choices", column: "person_id", shown: "vote_id", erase: `DELETE FROM vote_choices WHERE person_id = $1`},
	{table: "survey_response", column: "person_id", shown: "id, survey_id, at, edited_at, sent_at", erase: `UPDATE survey_response SET person_id = NULL WHERE person_id = $1`},
	{table: "disposition_told", column: "person_id", shown: "thing_id, at", erase: `DELETE FROM disposition_told WHERE person_id = $1`},
	{table: "statement", column: "author_id", shown: "thing_id, body, state, reason, at", keeps: "published words stay, without the name"},
	{table: "statement", column: "decided_by", keeps: "who decided stays accountable"},
	{table: "statement_vote", column: "(SELECT v.person_id FROM voice v WHERE v.id = voice_id)", shown: "thing_id, statement_id, say, at", keeps: "what was said counts on, under a number that is nobody's"},
	{table: "voice", column: "person_id", shown: "thing_id, at", erase: `UPDATE voice SET person_id = NULL WHERE person_id = $1`},
	{table: "challenge_question", column: "author_id", shown: "challenge_id, question, answer, at", keeps: "published words stay, without the name"},
	{table: "event", column: "actor_id", shown: "at, verb, thing_id, note", keeps: "the sealed trail of what happened names ids, never names"},
	{table: "event", column: "person_id", shown: "at, verb, note", keeps: "the sealed trail of what happened names ids, never names"},
}

const personShown = "id, name, email, lang, place, level, created_at, seen_at, blocked_at, blocked_reason"

// heldMost bounds the rows of one table in a download.
const heldMost = 100_000

// Held is everything held about the actor, for downloading as JSON: table names to rows, rows as
// column names to values, instants in RFC 3339. A blocked person may read it too.
func (s *Service) Held(ctx context.Context, a Actor) (all map[string][]map[string]any, err error) {
	if !a.SignedIn() {
		return nil, fault.New(fault.SignIn, "policy.signin")
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all = map[string][]map[string]any{}
		if err := held(tx, all, holding{table: "person", column: "id", shown: personShown}, a.ID); err != nil {
			return err
		}
		for _, h := range holdings {
			if err := held(tx, all, h, a.ID); err != nil {
				return err
			}
		}
		if err := entries(tx, all, a.ID); err != nil {
			return err
		}
		return surveyAnswers(tx, all, a.ID)
	})
	return all, err
}

// entries hang on a thing, not on the person.
func entries(tx *db.Tx, all map[string][]map[string]any, p ID) error {
	rows, err := heldRows(tx, "id, team, body, links, declaration, submitted_at, receipt, validity, reason, standing, place",
		`SELECT id, team, body, links, declaration, submitted_at, receipt, validity, reason, standing, place FROM entry
		WHERE id IN (SELECT id FROM thing WHERE author_id = $1 AND kind = 'entry') LIMIT $2`, p)
	all["entry"] = rows
	return err
}

func held(tx *db.Tx, all map[string][]map[string]any, h holding, p ID) error {
	if h.shown == "" {
		return nil
	}
	rows, err := heldRows(tx, h.shown, `SELECT `+h.shown+` FROM `+h.table+` WHERE `+h.column+` = $1 LIMIT $2`, p)
	all[h.table] = append(all[h.table], rows...)
	return err
}

// surveyAnswers hang on a response, not on the person.
func surveyAnswers(tx *db.Tx, all map[string][]map[string]any, p ID) error {
	rows, err := heldRows(tx, "response_id, question_id, choice, text", `SELECT response_id, question_id, choice, text FROM survey_answer
		WHERE response_id IN (SELECT id FROM survey_response WHERE person_id = $1) LIMIT $2`, p)
	all["survey_answer"] = rows
	return err
}

func heldRows(tx *db.Tx, columns, query string, p ID) ([]map[string]any, error) {
	names := strings.Split(columns, ", ")
	rows, err := db.All(tx, func(r db.Row) (map[string]any, error) {
		values, places := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		if err := r.Scan(places...); err != nil {
			return nil, err
		}
		row := map[string]any{}
		for i, name := range names {
			row[name] = readable(name, values[i])
		}
		return row, nil
	}, query, p, heldMost)
	if rows == nil {
		rows = []map[string]any{}
	}
	return rows, err
}

// readable writes a value as people read it: instants are kept as microseconds in columns named at
// or something_at.
func readable(name string, v any) any {
	switch v := v.(type) {
	case int64:
		if name == "at" || strings.HasSuffix(name, "_at") {
			return time.UnixMicro(v).UTC().Format(time.RFC3339)
		}
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	}
	return v
}

// Delete deletes the actor's account: their personal data and sign-ins go, their supports are taken
// back, what they published stays without a name. Faults: policy.confirm, account.delete.last (the
// only administrator).
func (s *Service) Delete(ctx context.Context, a Actor) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := Fresh(a, tx.Now); err != nil {
			return err
		}
		if err := replaced(tx, a); err != nil {
			return err
		}
		p, err := Get(tx, a.ID)
		if err != nil {
			return err
		}
		return s.erase(tx, p)
	})
	s.sessions.Forget(a.ID)
	return err
}

// replaced keeps the last administrator from leaving the house without one.
func replaced(tx *db.Tx, a Actor) error {
	if !a.Has(Administrator) {
		return nil
	}
	n, err := administrators(tx)
	if err == nil && n < 2 {
		err = fault.New(fault.Conflict, "account.delete.last")
	}
	return err
}

func (s *Service) erase(tx *db.Tx, p Person) error {
	for _, bye := range s.Farewells {
		if err := bye(tx, p.ID); err != nil {
			return err
		}
	}
	if err := s.departAll(tx, p); err != nil {
		return err
	}
	for _, h := range holdings {
		if h.erase == "" {
			continue
		}
		if _, err := tx.Exec(h.erase, p.ID); err != nil {
			return err
		}
	}
	if p.Email != "" {
		for _, q := range []string{`DELETE FROM email_code WHERE email = $1`, `DELETE FROM invitation WHERE email = $1`, `DELETE FROM coauthor_invitation WHERE email = $1`, `DELETE FROM mail WHERE recipient = $1`} {
			if _, err := tx.Exec(q, p.Email); err != nil {
				return err
			}
		}
		if err := s.write(tx, p.Email, 0, p.Lang, "deleted", "", false); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(`UPDATE person SET name = '', email = NULL, lang = '', place = '', demo_role = '', level = 0, blocked_reason = '', deleted_at = $1
		WHERE id = $2`, tx.Now, p.ID); err != nil {
		return err
	}
	if err := erased(tx, "account", 1); err != nil {
		return err
	}
	return s.record(tx, Act{Actor: p.ID, Verb: "person.delete", Person: p.ID})
}
