-- +goose Up
-- The contents of the ballots of a vote that publishes them sealed, in random order; published_ballot then
-- holds the commitments alone. What pairs them lies in ballot, until the links are destroyed.
CREATE TABLE shuffled_ballot (
  vote_id BIGINT NOT NULL REFERENCES vote(id),
  place   BIGINT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (vote_id, place)
); -- keyed

-- The two people who check the pairs, by the names that the rules sheet gives, and what they found.
CREATE TABLE vote_auditor (
  vote_id   BIGINT NOT NULL REFERENCES vote(id),
  person_id BIGINT NOT NULL REFERENCES person(id),
  name      TEXT NOT NULL,
  statement TEXT NOT NULL DEFAULT '',
  stated_at BIGINT,
  PRIMARY KEY (vote_id, person_id)
);
CREATE INDEX vote_auditor_person ON vote_auditor (person_id);

-- Others who watch that the ledgers only grow, and what they signed.
CREATE TABLE witness (
  id       BIGINT PRIMARY KEY,
  name     TEXT NOT NULL,
  vkey     TEXT NOT NULL UNIQUE,
  added_at BIGINT NOT NULL,
  ended_at BIGINT
);

CREATE TABLE cosignature (
  vote_id    BIGINT NOT NULL REFERENCES vote(id),
  size       BIGINT NOT NULL,
  witness_id BIGINT NOT NULL REFERENCES witness(id),
  line       TEXT NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (vote_id, size, witness_id)
);
CREATE INDEX cosignature_witness ON cosignature (witness_id);

-- +goose Down
