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

-- +goose Down
