-- +goose Up
-- The index holds bags of words, made by the program: the stems of a text, those of its title marked
-- with "=", and what it is filtered by ("k:proposal", "s:agua"). It keeps no positions and no text, so
-- that going through the matches of a common word costs next to nothing. What was indexed before is
-- indexed again at the next start.
DROP TABLE search;
-- only sqlite
CREATE VIRTUAL TABLE search USING fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = "ascii tokenchars '=:-'");
CREATE VIRTUAL TABLE search_said USING fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = "ascii tokenchars '=:-'");
CREATE TABLE search_word (
  word TEXT NOT NULL,
  stem TEXT NOT NULL,
  PRIMARY KEY (word, stem)
); -- keyed
-- end
-- only postgres
CREATE TABLE search (
  id    BIGINT PRIMARY KEY,
  words TSVECTOR NOT NULL
);
CREATE TABLE search_said (
  id    BIGINT PRIMARY KEY,
  words TSVECTOR NOT NULL
);
-- The words lie apart from the rows, so that reading the ids of many matches touches few pages.
ALTER TABLE search ALTER COLUMN words SET STORAGE EXTERNAL;
ALTER TABLE search SET (toast_tuple_target = 128);
ALTER TABLE search_said ALTER COLUMN words SET STORAGE EXTERNAL;
ALTER TABLE search_said SET (toast_tuple_target = 128);
-- Rare words must be told from common ones: the matches of these are read newest first until there are
-- enough, of those all at once.
ALTER TABLE search ALTER COLUMN words SET STATISTICS 1000;
ALTER TABLE search_said ALTER COLUMN words SET STATISTICS 1000;
CREATE INDEX search_words ON search USING gin (words);
CREATE INDEX search_said_words ON search_said USING gin (words);
CREATE TABLE search_word (
  word TEXT COLLATE "C" NOT NULL,
  stem TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (word, stem)
);
-- end

-- That everything is indexed in this way.
CREATE TABLE search_made (
  version BIGINT PRIMARY KEY,
  at      BIGINT NOT NULL
);

-- What lists are narrowed by, so that a list of a hundred thousand is counted and paged in the index alone.
-- None begins with the kind or the state, so that none is taken for a list that asks for nothing but a kind.
CREATE INDEX thing_facets ON thing (place, subject, agency_id, kind, published_at, closes_at, opens_at, id) WHERE state = 'published' AND hidden_at IS NULL;
CREATE INDEX thing_of_agency ON thing (agency_id, published_at, kind, closes_at, opens_at, id) WHERE state = 'published' AND hidden_at IS NULL;
DROP INDEX thing_agency;
CREATE INDEX thing_agency ON thing (agency_id, id);
CREATE INDEX thing_dealt ON thing ((id % 997), kind, id) WHERE state = 'published' AND hidden_at IS NULL;
CREATE INDEX thing_said ON thing (comments, state, hidden_at) WHERE state = 'published' AND hidden_at IS NULL;
CREATE INDEX thing_authored ON thing (author_id, created_at, id);
CREATE INDEX proposal_verdict ON proposal (verdict, reached_at, id);
CREATE INDEX proposal_done ON proposal (id) WHERE carried_out_at IS NOT NULL;
CREATE INDEX follow_latest ON follow (person_id, at, thing_id);
CREATE INDEX support_latest ON support (person_id, at, thing_id);
CREATE INDEX answer_latest ON answer (at, id);
CREATE INDEX person_here ON person (deleted_at);
DROP INDEX support_person;

-- +goose Down
