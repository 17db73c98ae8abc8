-- +goose Up
-- Other rules by which a question's ballots are counted as well, for information: ids with a comma between.
ALTER TABLE vote_question ADD COLUMN also TEXT NOT NULL DEFAULT '';

-- A rehearsal is a vote of its own, in no list, with its own key and ledger. rehearses is the vote that it
-- takes through, and wiped_at the instant from which nobody can reach it and its rows are removed.
ALTER TABLE vote ADD COLUMN rehearses BIGINT REFERENCES vote(id);
ALTER TABLE vote ADD COLUMN wiped_at BIGINT;
CREATE UNIQUE INDEX vote_rehearses ON vote (rehearses);

-- +goose Down
