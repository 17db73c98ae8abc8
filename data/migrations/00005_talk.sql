-- +goose Up
-- held_at: waits for a moderator; until then its author and moderators alone see it and nothing counts
-- it. score: the lower bound of how many agree, in millionths. network: the block it came from,
-- forgotten by the retention clock.
ALTER TABLE comment ADD COLUMN held_at BIGINT;
ALTER TABLE comment ADD COLUMN held_for TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN agrees BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN disagrees BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN score BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN network TEXT NOT NULL DEFAULT '';
CREATE INDEX comment_best ON comment (thing_id, depth, score, id);
CREATE INDEX comment_replied ON comment (thing_id, depth, replies, id);
CREATE INDEX comment_stance ON comment (thing_id, stance, id) WHERE depth = 0;
CREATE INDEX comment_held ON comment (held_at, id) WHERE held_at IS NOT NULL;

CREATE TABLE reaction (
  comment_id BIGINT NOT NULL REFERENCES comment(id),
  person_id  BIGINT NOT NULL REFERENCES person(id),
  agrees     BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (comment_id, person_id)
); -- keyed
CREATE INDEX reaction_person ON reaction (person_id, comment_id);

-- Conversations that were closed, and why.
CREATE TABLE closed_thread (
  thing_id  BIGINT PRIMARY KEY REFERENCES thing(id),
  at        BIGINT NOT NULL,
  author_id BIGINT NOT NULL REFERENCES person(id),
  reason    TEXT NOT NULL
);
CREATE INDEX closed_thread_author ON closed_thread (author_id);

-- +goose Down
