-- +goose Up
-- What waits for a moderator: something reported, held, handed in to be read, or an appeal. One case
-- is open for a target at a time; a later report joins it.
CREATE TABLE moderation_case (
  id          BIGINT PRIMARY KEY,
  kind        TEXT NOT NULL,
  thing_id    BIGINT REFERENCES thing(id),
  comment_id  BIGINT REFERENCES comment(id),
  decision_id BIGINT REFERENCES moderation_decision(id),
  why         TEXT NOT NULL DEFAULT '',
  reports     BIGINT NOT NULL DEFAULT 0,
  opened_at   BIGINT NOT NULL,
  promised_at BIGINT NOT NULL,
  taken_by    BIGINT REFERENCES person(id),
  taken_until BIGINT,
  closed_at   BIGINT
);
CREATE UNIQUE INDEX moderation_case_open ON moderation_case (kind, COALESCE(thing_id, 0), COALESCE(comment_id, 0), COALESCE(decision_id, 0)) WHERE closed_at IS NULL;
CREATE INDEX moderation_case_oldest ON moderation_case (opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX moderation_case_reported ON moderation_case (reports, id) WHERE closed_at IS NULL;
CREATE INDEX moderation_case_thing ON moderation_case (thing_id);
CREATE INDEX moderation_case_comment ON moderation_case (comment_id);
CREATE INDEX moderation_case_decision ON moderation_case (decision_id);
CREATE INDEX moderation_case_taken ON moderation_case (taken_by);

CREATE TABLE report (
  case_id   BIGINT NOT NULL REFERENCES moderation_case(id),
  person_id BIGINT NOT NULL REFERENCES person(id),
  code      TEXT NOT NULL,
  text      TEXT NOT NULL DEFAULT '',
  at        BIGINT NOT NULL,
  PRIMARY KEY (case_id, person_id)
); -- keyed
CREATE INDEX report_person ON report (person_id, at);

-- rule is the number of the rule that was broken, rule_text what it said that day. asked_at is since
-- when it waited. until ends a block by itself.
ALTER TABLE moderation_decision ADD COLUMN rule BIGINT NOT NULL DEFAULT 0;
ALTER TABLE moderation_decision ADD COLUMN rule_text TEXT NOT NULL DEFAULT '';
ALTER TABLE moderation_decision ADD COLUMN asked_at BIGINT;
ALTER TABLE moderation_decision ADD COLUMN until BIGINT;
ALTER TABLE moderation_decision ADD COLUMN batch_id BIGINT;
ALTER TABLE moderation_decision ADD COLUMN appeal TEXT NOT NULL DEFAULT '';
ALTER TABLE moderation_decision ADD COLUMN appealed_at BIGINT;
ALTER TABLE moderation_decision ADD COLUMN appeal_outcome TEXT NOT NULL DEFAULT '';
ALTER TABLE moderation_decision ADD COLUMN appeal_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE moderation_decision ADD COLUMN appeal_by BIGINT REFERENCES person(id);
ALTER TABLE moderation_decision ADD COLUMN appeal_decided_at BIGINT;
CREATE INDEX moderation_decision_batch ON moderation_decision (batch_id);
CREATE INDEX moderation_decision_appeal_by ON moderation_decision (appeal_by);

ALTER TABLE person ADD COLUMN blocked_until BIGINT;

-- +goose Down
