-- +goose Up
-- Supports that one person asks to be found invalid and a second confirms: which they are, why, and
-- what became of it. reached_at is what the proposal's was before, so that undoing restores it.
CREATE TABLE support_batch (
  id          BIGINT PRIMARY KEY,
  proposal_id BIGINT NOT NULL REFERENCES proposal(id),
  network     TEXT NOT NULL DEFAULT '',
  domain      TEXT NOT NULL DEFAULT '',
  from_at     BIGINT,
  until_at    BIGINT,
  young_days  BIGINT NOT NULL DEFAULT 0,
  reason      TEXT NOT NULL,
  supports    BIGINT NOT NULL,
  asked_by    BIGINT NOT NULL REFERENCES person(id),
  asked_at    BIGINT NOT NULL,
  outcome     TEXT NOT NULL DEFAULT '',
  decided_by  BIGINT REFERENCES person(id),
  decided_at  BIGINT,
  reached_at  BIGINT,
  undone_by   BIGINT REFERENCES person(id),
  undone_at   BIGINT
);
CREATE INDEX support_batch_proposal ON support_batch (proposal_id, id);
CREATE INDEX support_batch_asked ON support_batch (asked_by);
CREATE INDEX support_batch_decided ON support_batch (decided_by);
CREATE INDEX support_batch_undone ON support_batch (undone_by);
CREATE INDEX support_batch_of ON support (batch_id) WHERE batch_id IS NOT NULL;

-- +goose Down
