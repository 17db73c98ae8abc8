-- +goose Up
-- What was written lately, by a hash of its folded words, so that the same text in many places is
-- noticed; why: for what reasons it was held, separated by commas. Forgotten by the retention clock.
CREATE TABLE screened (
  id        BIGINT PRIMARY KEY,
  hash      BIGINT NOT NULL,
  thing_id  BIGINT NOT NULL REFERENCES thing(id),
  person_id BIGINT NOT NULL REFERENCES person(id),
  why       TEXT NOT NULL DEFAULT '',
  at        BIGINT NOT NULL
);
CREATE INDEX screened_hash ON screened (hash, at);
CREATE INDEX screened_thing ON screened (thing_id, id);
CREATE INDEX screened_person ON screened (person_id);
CREATE INDEX screened_at ON screened (at);

CREATE INDEX support_network ON support (at) WHERE network <> '';
CREATE INDEX comment_network ON comment (at) WHERE network <> '';

-- +goose Down
