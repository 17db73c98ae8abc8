-- +goose Up
-- How people take part in the statements of a consultation, as JSON of consultation.Opinions.
ALTER TABLE consultation ADD COLUMN opinions TEXT NOT NULL DEFAULT '{}';

-- Short statements on which people agree, disagree or pass. state: 'waiting', 'shown', 'refused'.
CREATE TABLE statement (
  id         BIGINT PRIMARY KEY,
  thing_id   BIGINT NOT NULL REFERENCES thing(id),
  author_id  BIGINT NOT NULL REFERENCES person(id),
  official   BIGINT NOT NULL DEFAULT 0,
  lang       TEXT NOT NULL,
  body       TEXT NOT NULL,
  state      TEXT NOT NULL,
  reason     TEXT NOT NULL DEFAULT '',
  at         BIGINT NOT NULL,
  decided_by BIGINT REFERENCES person(id),
  decided_at BIGINT
);
CREATE INDEX statement_thing ON statement (thing_id, state, id);
CREATE INDEX statement_author ON statement (author_id, thing_id);
CREATE INDEX statement_decided ON statement (decided_by);

-- Who takes part, by a number that is nobody's elsewhere: with an account, or with a browser, of whose
-- secret the hash is kept. Who leaves stays as a number.
CREATE TABLE voice (
  id        BIGINT PRIMARY KEY,
  thing_id  BIGINT NOT NULL REFERENCES thing(id),
  person_id BIGINT REFERENCES person(id),
  browser   BYTEA,
  at        BIGINT NOT NULL
);
CREATE UNIQUE INDEX voice_person ON voice (person_id, thing_id);
CREATE UNIQUE INDEX voice_browser ON voice (browser, thing_id);
CREATE INDEX voice_thing ON voice (thing_id);

-- say: 1 agrees, -1 disagrees, 0 passes.
CREATE TABLE statement_vote (
  voice_id     BIGINT NOT NULL REFERENCES voice(id),
  statement_id BIGINT NOT NULL REFERENCES statement(id),
  thing_id     BIGINT NOT NULL REFERENCES thing(id),
  say          BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  PRIMARY KEY (voice_id, statement_id)
); -- keyed
CREATE INDEX statement_vote_thing ON statement_vote (thing_id, at);
CREATE INDEX statement_vote_statement ON statement_vote (statement_id);

-- The opinion map as it was drawn last, as JSON of consultation.Drawn.
CREATE TABLE opinion_map (
  thing_id BIGINT PRIMARY KEY REFERENCES thing(id),
  at       BIGINT NOT NULL,
  drawn    TEXT NOT NULL
);

-- +goose Down
