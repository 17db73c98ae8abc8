-- +goose Up
-- Kinds of proposals: each sets what its proposals need. What is frozen into a proposal when it is
-- published stands in the proposal itself.
CREATE TABLE proposal_kind (
  id          BIGINT PRIMARY KEY,
  key         TEXT NOT NULL UNIQUE,
  names       TEXT NOT NULL,
  about       TEXT NOT NULL DEFAULT '{}',
  happens     TEXT NOT NULL DEFAULT '{}',
  threshold   BIGINT NOT NULL,
  period      BIGINT NOT NULL,
  answer_days BIGINT NOT NULL,
  checked     BIGINT NOT NULL DEFAULT 0,
  sponsors    BIGINT NOT NULL DEFAULT 0,
  level       BIGINT NOT NULL DEFAULT 1,
  fields      TEXT NOT NULL DEFAULT '[]',
  position    BIGINT NOT NULL DEFAULT 0,
  retired_at  BIGINT
);

ALTER TABLE proposal ADD COLUMN kind_id BIGINT REFERENCES proposal_kind(id);
ALTER TABLE proposal ADD COLUMN happens TEXT NOT NULL DEFAULT '';
ALTER TABLE proposal ADD COLUMN fields TEXT NOT NULL DEFAULT '[]';
ALTER TABLE proposal ADD COLUMN level BIGINT NOT NULL DEFAULT 1;
ALTER TABLE proposal ADD COLUMN sponsors BIGINT NOT NULL DEFAULT 0;
ALTER TABLE proposal ADD COLUMN submitted_at BIGINT;
ALTER TABLE proposal ADD COLUMN residents BIGINT NOT NULL DEFAULT 0;
ALTER TABLE proposal ADD COLUMN paper BIGINT NOT NULL DEFAULT 0;
ALTER TABLE proposal ADD COLUMN voided BIGINT NOT NULL DEFAULT 0;
ALTER TABLE proposal ADD COLUMN withdrawal_code TEXT NOT NULL DEFAULT '';
ALTER TABLE proposal ADD COLUMN successor_id BIGINT REFERENCES thing(id);
ALTER TABLE proposal ADD COLUMN carried_out_at BIGINT;
CREATE INDEX proposal_kind_id ON proposal (kind_id);
CREATE INDEX proposal_successor ON proposal (successor_id);
UPDATE proposal SET residents = (SELECT count(*) FROM support s WHERE s.thing_id = proposal.id AND s.level >= 3);

-- version: of the text that was supported. network: the block the support came from, forgotten by the
-- retention clock. batch_id: the decision that made it invalid; NULL: it counts.
ALTER TABLE support ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE support ADD COLUMN network TEXT NOT NULL DEFAULT '';
ALTER TABLE support ADD COLUMN batch_id BIGINT;

ALTER TABLE proposal_version ADD COLUMN substantial BIGINT NOT NULL DEFAULT 1;

-- checked: a moderator reads it before it is published, as decided when it was handed in. returned: why
-- a moderator sent it back. invite: the secret of the link with which its author asks for sponsors.
-- answered_at: of the first decision. due_at: by when the answer that holds promises to have it done.
ALTER TABLE proposal ADD COLUMN checked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE proposal ADD COLUMN returned TEXT NOT NULL DEFAULT '';
ALTER TABLE proposal ADD COLUMN invite TEXT NOT NULL DEFAULT '';
ALTER TABLE proposal ADD COLUMN answered_at BIGINT;
ALTER TABLE proposal ADD COLUMN due_at BIGINT;
UPDATE proposal SET
  answered_at = (SELECT min(a.at) FROM answer a WHERE a.thing_id = proposal.id AND a.part_kind = '' AND a.verdict <> 'review'),
  due_at = (SELECT a.due_at FROM answer a WHERE a.thing_id = proposal.id AND a.part_kind = '' ORDER BY a.id DESC LIMIT 1);
CREATE INDEX proposal_invite ON proposal (invite) WHERE invite <> '';

-- Those who stand behind a proposal before it is published.
CREATE TABLE proposal_sponsor (
  proposal_id BIGINT NOT NULL REFERENCES proposal(id),
  person_id   BIGINT NOT NULL REFERENCES person(id),
  at          BIGINT NOT NULL,
  PRIMARY KEY (proposal_id, person_id)
); -- keyed
CREATE INDEX proposal_sponsor_person ON proposal_sponsor (person_id);

-- How what was promised is carried out. Evidence are the thing's files of use "followup:id".
CREATE TABLE proposal_followup (
  id          BIGINT PRIMARY KEY,
  proposal_id BIGINT NOT NULL REFERENCES proposal(id),
  agency_id   BIGINT REFERENCES thing(id),
  author_id   BIGINT NOT NULL REFERENCES person(id),
  state       TEXT NOT NULL,
  lang        TEXT NOT NULL,
  body        TEXT NOT NULL,
  html        TEXT NOT NULL,
  at          BIGINT NOT NULL
);
CREATE INDEX proposal_followup_proposal ON proposal_followup (proposal_id, id);
CREATE INDEX proposal_followup_agency ON proposal_followup (agency_id);
CREATE INDEX proposal_followup_author ON proposal_followup (author_id);

-- What an answer corrects in the one before it, and why.
ALTER TABLE answer ADD COLUMN correction TEXT NOT NULL DEFAULT '';

-- Those entitled, by a keyed hash of the document they show; person_id: whose account was matched.
CREATE TABLE census (
  hash        BYTEA PRIMARY KEY,
  place       TEXT NOT NULL DEFAULT '',
  person_id   BIGINT REFERENCES person(id),
  imported_at BIGINT NOT NULL
);
CREATE INDEX census_person ON census (person_id);

-- Sheets of signatures on paper, typed in at a desk. kind of a line: "counted", or why it does not
-- count ("duplicate", "online", "stranger"); against: the line that it repeats.
CREATE TABLE sheet (
  id        BIGINT PRIMARY KEY,
  thing_id  BIGINT NOT NULL REFERENCES thing(id),
  number    BIGINT NOT NULL,
  opened_by BIGINT NOT NULL REFERENCES person(id),
  opened_at BIGINT NOT NULL,
  closed_by BIGINT REFERENCES person(id),
  closed_at BIGINT,
  UNIQUE (thing_id, number)
);
CREATE INDEX sheet_opened_by ON sheet (opened_by);
CREATE INDEX sheet_closed_by ON sheet (closed_by);
CREATE TABLE sheet_line (
  id        BIGINT PRIMARY KEY,
  sheet_id  BIGINT NOT NULL REFERENCES sheet(id),
  thing_id  BIGINT NOT NULL REFERENCES thing(id),
  number    BIGINT NOT NULL,
  hash      BYTEA NOT NULL,
  kind      TEXT NOT NULL,
  matched   BIGINT NOT NULL DEFAULT 0,
  against   BIGINT REFERENCES sheet_line(id),
  entered_by BIGINT NOT NULL REFERENCES person(id),
  at        BIGINT NOT NULL,
  struck_at BIGINT,
  struck    TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX sheet_line_number ON sheet_line (sheet_id, number) WHERE struck_at IS NULL;
CREATE UNIQUE INDEX sheet_line_counted ON sheet_line (thing_id, hash) WHERE struck_at IS NULL AND kind = 'counted';
CREATE INDEX sheet_line_against ON sheet_line (against);
CREATE INDEX sheet_line_entered_by ON sheet_line (entered_by);

-- +goose Down
