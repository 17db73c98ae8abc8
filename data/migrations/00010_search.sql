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

-- +goose Down
