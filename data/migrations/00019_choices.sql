-- +goose Up
-- Choices that a person has not cast yet, under a key that their browser alone holds. That there are
-- some is all that anybody else can see, and all that the one reminder goes by.
CREATE TABLE vote_choices (
  vote_id   BIGINT NOT NULL REFERENCES vote(id),
  person_id BIGINT NOT NULL REFERENCES person(id),
  sealed    BYTEA NOT NULL,
  reminded  BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (vote_id, person_id)
); -- keyed
CREATE INDEX vote_choices_person ON vote_choices (person_id);

-- +goose Down
