-- +goose Up
-- A change of a vote whose rules everybody can read: one person asks, a second confirms or refuses.
-- outcome: '' waits (until the close), 'confirmed', 'refused'. Names are kept by the amendment.
CREATE TABLE vote_change (
  id         BIGINT PRIMARY KEY,
  vote_id    BIGINT NOT NULL REFERENCES vote(id),
  kind       TEXT NOT NULL,
  opens_at   BIGINT,
  closes_at  BIGINT,
  option_id  BIGINT REFERENCES vote_option(id),
  reason     TEXT NOT NULL,
  asked_by   BIGINT NOT NULL REFERENCES person(id),
  asked_at   BIGINT NOT NULL,
  outcome    TEXT NOT NULL DEFAULT '',
  decided_by BIGINT REFERENCES person(id),
  decided_at BIGINT
);
CREATE INDEX vote_change_vote ON vote_change (vote_id, id);
CREATE INDEX vote_change_option ON vote_change (option_id);
CREATE INDEX vote_change_asked ON vote_change (asked_by);
CREATE INDEX vote_change_decided ON vote_change (decided_by);

-- What stands of a change for good: what was changed, and the two people by the names they had.
ALTER TABLE vote_amendment ADD COLUMN kind TEXT NOT NULL DEFAULT 'close';
ALTER TABLE vote_amendment ADD COLUMN opens_at BIGINT;
ALTER TABLE vote_amendment ADD COLUMN option_code TEXT NOT NULL DEFAULT '';
ALTER TABLE vote_amendment ADD COLUMN asked_by TEXT NOT NULL DEFAULT '';
ALTER TABLE vote_amendment ADD COLUMN confirmed_by TEXT NOT NULL DEFAULT '';

-- What was published as the result before a correction, which the amendment at the same instant tells of.
CREATE TABLE vote_correction (
  vote_id BIGINT NOT NULL REFERENCES vote(id),
  amended BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  earlier TEXT NOT NULL,
  PRIMARY KEY (vote_id, amended)
);

ALTER TABLE vote_option ADD COLUMN withdrawn_at BIGINT;
ALTER TABLE vote ADD COLUMN annulled_at BIGINT;

-- Objections to a result: one a person, public, each answered. outcome: '' waits, 'upheld', 'rejected'.
CREATE TABLE vote_objection (
  id          BIGINT PRIMARY KEY,
  vote_id     BIGINT NOT NULL REFERENCES vote(id),
  person_id   BIGINT NOT NULL REFERENCES person(id),
  at          BIGINT NOT NULL,
  body        TEXT NOT NULL,
  outcome     TEXT NOT NULL DEFAULT '',
  answer      TEXT NOT NULL DEFAULT '',
  answered_by BIGINT REFERENCES person(id),
  answered_at BIGINT,
  UNIQUE (vote_id, person_id)
);
CREATE INDEX vote_objection_person ON vote_objection (person_id);
CREATE INDEX vote_objection_answered ON vote_objection (answered_by);

-- Who certified a result, by the name they had; result_sha256 tells which result they saw.
CREATE TABLE vote_certificate (
  vote_id       BIGINT NOT NULL REFERENCES vote(id),
  person_id     BIGINT NOT NULL REFERENCES person(id),
  at            BIGINT NOT NULL,
  name          TEXT NOT NULL,
  statement     TEXT NOT NULL,
  result_sha256 BYTEA NOT NULL,
  PRIMARY KEY (vote_id, person_id)
);
CREATE INDEX vote_certificate_person ON vote_certificate (person_id);
ALTER TABLE vote ADD COLUMN certified_at BIGINT;

-- +goose Down
