-- +goose Up
-- What is listed, by where it is, and what is nowhere in particular.
CREATE INDEX thing_near ON thing (kind, lat, lon, published_at, hidden_at, state) WHERE state = 'published' AND hidden_at IS NULL AND lat IS NOT NULL;
CREATE INDEX thing_nowhere ON thing (kind, id) WHERE state = 'published' AND hidden_at IS NULL AND lat IS NULL;

-- +goose Down
