-- +goose Up
-- The census knows the year of birth, and by a keyed hash the second fact that its document's owner
-- knows besides the number. One person has one document. Rows lie by their hash, in one place each, so
-- that millions are put in within a minute.
DROP INDEX census_person;
ALTER TABLE census RENAME TO census_before;
CREATE TABLE census (
  hash        BYTEA PRIMARY KEY,
  second      BYTEA,
  place       TEXT NOT NULL DEFAULT '',
  birth_year  BIGINT NOT NULL DEFAULT 0,
  person_id   BIGINT REFERENCES person(id),
  imported_at BIGINT NOT NULL
); -- keyed
INSERT INTO census (hash, place, person_id, imported_at) SELECT hash, place, person_id, imported_at FROM census_before;
DROP TABLE census_before;
CREATE UNIQUE INDEX census_person ON census (person_id) WHERE person_id IS NOT NULL;

-- When somebody tried to be matched with it.
CREATE TABLE census_try (
  person_id BIGINT NOT NULL REFERENCES person(id),
  at        BIGINT NOT NULL,
  PRIMARY KEY (person_id, at)
); -- keyed

-- Who may vote and by which ways, as JSON of vote.Roll; the list of those named for one vote. hash is
-- that of a document or an address, entry the person whom it stands for.
ALTER TABLE vote ADD COLUMN roll TEXT NOT NULL DEFAULT '{}';
CREATE TABLE vote_listed (
  vote_id BIGINT NOT NULL REFERENCES vote(id),
  hash    BYTEA NOT NULL,
  entry   BYTEA NOT NULL,
  PRIMARY KEY (vote_id, hash)
); -- keyed

-- By which way a ballot came: "web", "code", "desk", "paper".
ALTER TABLE ballot ADD COLUMN channel TEXT NOT NULL DEFAULT 'web';
ALTER TABLE ledger_pending ADD COLUMN channel TEXT NOT NULL DEFAULT 'web';
ALTER TABLE ledger_pending ADD COLUMN former_channel TEXT NOT NULL DEFAULT '';

-- One-time codes, by keyed hashes. number stands on the slip; entry: of the census or list, where the
-- code is for one person of it.
CREATE TABLE vote_code (
  vote_id      BIGINT NOT NULL REFERENCES vote(id),
  hash         BYTEA NOT NULL,
  number       BIGINT NOT NULL,
  place        TEXT NOT NULL DEFAULT '',
  entry        BYTEA,
  issued_at    BIGINT NOT NULL,
  cancelled_at BIGINT,
  reason       TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (vote_id, hash)
); -- keyed
CREATE UNIQUE INDEX vote_code_number ON vote_code (vote_id, number);

-- How many people each of the staff served at a desk: those of the batch to come, and all before.
CREATE TABLE vote_desk (
  vote_id   BIGINT NOT NULL REFERENCES vote(id),
  person_id BIGINT NOT NULL REFERENCES person(id),
  waiting   BIGINT NOT NULL DEFAULT 0,
  served    BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (vote_id, person_id)
);
CREATE INDEX vote_desk_person ON vote_desk (person_id);

-- The links of those who were handed a ballot on paper: they cast no other.
CREATE TABLE vote_handed (
  vote_id BIGINT NOT NULL REFERENCES vote(id),
  link    BYTEA NOT NULL,
  PRIMARY KEY (vote_id, link)
); -- keyed

-- What is typed in of ballots on paper, by two people each; NULL: spoiled. Then the ballots taken, by
-- the number on the paper; commitment NULL: spoiled.
CREATE TABLE vote_paper_entry (
  vote_id   BIGINT NOT NULL REFERENCES vote(id),
  batch     BIGINT NOT NULL,
  serial    BIGINT NOT NULL,
  person_id BIGINT NOT NULL REFERENCES person(id),
  content   BYTEA,
  PRIMARY KEY (vote_id, batch, serial, person_id)
); -- keyed
CREATE INDEX vote_paper_entry_person ON vote_paper_entry (person_id);
CREATE TABLE vote_paper (
  vote_id    BIGINT NOT NULL REFERENCES vote(id),
  serial     BIGINT NOT NULL,
  batch      BIGINT NOT NULL,
  commitment BYTEA,
  PRIMARY KEY (vote_id, serial)
); -- keyed

-- +goose Down
