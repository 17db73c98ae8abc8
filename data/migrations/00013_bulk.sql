-- +goose Up
-- Decisions on many comments and proposals at once: how they were chosen, why, and how far it is.
-- authors, network, words, from_at, until_at and part are the choice as it was made.
CREATE TABLE moderation_batch (
  id           BIGINT PRIMARY KEY,
  authors      TEXT NOT NULL DEFAULT '',
  network      TEXT NOT NULL DEFAULT '',
  words        TEXT NOT NULL DEFAULT '',
  part         TEXT NOT NULL DEFAULT '',
  from_at      BIGINT,
  until_at     BIGINT,
  code         TEXT NOT NULL,
  rule         BIGINT NOT NULL DEFAULT 0,
  rule_text    TEXT NOT NULL DEFAULT '',
  reason       TEXT NOT NULL,
  asked_by     BIGINT NOT NULL REFERENCES person(id),
  asked_at     BIGINT NOT NULL,
  accounts     BIGINT NOT NULL,
  found        BIGINT NOT NULL,
  hidden       BIGINT NOT NULL DEFAULT 0,
  skipped      BIGINT NOT NULL DEFAULT 0,
  finished_at  BIGINT,
  undone_by    BIGINT REFERENCES person(id),
  undone_at    BIGINT,
  undone_why   TEXT NOT NULL DEFAULT '',
  restored     BIGINT NOT NULL DEFAULT 0,
  kept         BIGINT NOT NULL DEFAULT 0,
  restored_at  BIGINT
);
CREATE INDEX moderation_batch_asked ON moderation_batch (asked_by);
CREATE INDEX moderation_batch_undone ON moderation_batch (undone_by);

-- What a batch is about; comment_id 0: the thing itself. outcome: '' waits, 'hidden', 'skipped'
-- (hidden or gone before, or undone first), 'restored', 'kept' (somebody decided on it since).
CREATE TABLE moderation_batch_item (
  batch_id    BIGINT NOT NULL REFERENCES moderation_batch(id),
  thing_id    BIGINT NOT NULL REFERENCES thing(id),
  comment_id  BIGINT NOT NULL,
  decision_id BIGINT REFERENCES moderation_decision(id),
  outcome     TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (batch_id, thing_id, comment_id)
); -- keyed
CREATE INDEX moderation_batch_item_outcome ON moderation_batch_item (batch_id, outcome, thing_id, comment_id);
CREATE INDEX moderation_batch_item_thing ON moderation_batch_item (thing_id);
CREATE INDEX moderation_batch_item_decision ON moderation_batch_item (decision_id);
CREATE INDEX comment_at ON comment (at, id);
CREATE INDEX comment_block ON comment (network, at) WHERE network <> '';

-- How often something happened in an hour, for what is usual: of the last days alone.
CREATE TABLE burst_hour (
  measure TEXT NOT NULL,
  key     TEXT NOT NULL,
  hour    BIGINT NOT NULL,
  n       BIGINT NOT NULL,
  PRIMARY KEY (measure, key, hour)
); -- keyed
CREATE INDEX burst_hour_hour ON burst_hour (hour);

-- Hours in which far more happened than is usual, until somebody looked. usual: the median.
CREATE TABLE burst (
  id       BIGINT PRIMARY KEY,
  measure  TEXT NOT NULL,
  key      TEXT NOT NULL,
  hour     BIGINT NOT NULL,
  n        BIGINT NOT NULL,
  usual    BIGINT NOT NULL,
  thing_id BIGINT REFERENCES thing(id),
  seen_at  BIGINT NOT NULL,
  noted_by BIGINT REFERENCES person(id),
  noted_at BIGINT,
  note     TEXT NOT NULL DEFAULT '',
  UNIQUE (measure, key, hour)
);
CREATE INDEX burst_open ON burst (hour, id) WHERE noted_at IS NULL;
CREATE INDEX burst_hour_of ON burst (hour, id);
CREATE INDEX burst_thing ON burst (thing_id);
CREATE INDEX burst_noted ON burst (noted_by);
CREATE INDEX support_at ON support (at);
CREATE INDEX person_created ON person (created_at);

-- +goose Down
