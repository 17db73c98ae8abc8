-- +goose Up
-- Answers that were given together, to several contributions, share a batch: the id of the first of them.
-- about_id is where an answer leads: a proposal, a vote, a challenge.
ALTER TABLE answer ADD COLUMN batch BIGINT;
ALTER TABLE answer ADD COLUMN about_id BIGINT REFERENCES thing(id);
CREATE INDEX answer_about ON answer (about_id);

-- Words by which staff group the contributions to a consultation.
CREATE TABLE contribution_tag (
  thing_id  BIGINT NOT NULL REFERENCES thing(id),
  tag       TEXT NOT NULL,
  part_kind TEXT NOT NULL,
  part_id   BIGINT NOT NULL,
  PRIMARY KEY (thing_id, tag, part_kind, part_id)
);
CREATE INDEX contribution_tag_part ON contribution_tag (thing_id, part_kind, part_id);

-- Who was told, once, what became of what they said.
CREATE TABLE disposition_told (
  thing_id  BIGINT NOT NULL REFERENCES thing(id),
  person_id BIGINT NOT NULL REFERENCES person(id),
  at        BIGINT NOT NULL,
  PRIMARY KEY (thing_id, person_id)
);
CREATE INDEX disposition_told_person ON disposition_told (person_id);

-- +goose Down
