-- +goose Up
-- What a ballot may say: grades (one to a line, best first), equal places in a ranking, the area that a
-- question is about, and in how many areas a ballot votes.
ALTER TABLE vote ADD COLUMN area_rule TEXT NOT NULL DEFAULT '';
ALTER TABLE vote_question ADD COLUMN area TEXT NOT NULL DEFAULT '';
ALTER TABLE vote_question ADD COLUMN grades TEXT NOT NULL DEFAULT '';
ALTER TABLE vote_question ADD COLUMN equal BIGINT NOT NULL DEFAULT 0;

-- The technical review of projects before the ballot: whether there is one, and how far it came.
ALTER TABLE vote_question ADD COLUMN reviewed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE vote_option ADD COLUMN review TEXT NOT NULL DEFAULT '';
ALTER TABLE vote_option ADD COLUMN review_reason TEXT NOT NULL DEFAULT '';

-- The lot that breaks ties: where its seed comes from, and the SHA-256 of one that is committed. Numbers
-- drawn in public are typed by two people; each has a row.
ALTER TABLE vote ADD COLUMN lot_source TEXT NOT NULL DEFAULT '';
ALTER TABLE vote ADD COLUMN lot_sha256 TEXT NOT NULL DEFAULT '';
CREATE TABLE vote_lot (
  vote_id   BIGINT NOT NULL REFERENCES vote(id),
  person_id BIGINT NOT NULL REFERENCES person(id),
  numbers   TEXT NOT NULL,
  at        BIGINT NOT NULL,
  PRIMARY KEY (vote_id, person_id)
);

-- +goose Down
