-- +goose Up
-- Where a thing is, in millionths of a degree; NULL: nowhere in particular.
ALTER TABLE thing ADD COLUMN lat BIGINT;
ALTER TABLE thing ADD COLUMN lon BIGINT;

-- +goose Down
