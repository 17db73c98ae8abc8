-- +goose Up
-- What is listed, by where it is; what is nowhere in particular; and by its place.
CREATE INDEX thing_near ON thing (kind, lat, lon, published_at, hidden_at, state) WHERE state = 'published' AND hidden_at IS NULL AND lat IS NOT NULL;
CREATE INDEX thing_nowhere ON thing (kind, id) WHERE state = 'published' AND hidden_at IS NULL AND lat IS NULL;
CREATE INDEX thing_place ON thing (kind, place, published_at, hidden_at, state) WHERE state = 'published' AND hidden_at IS NULL;

-- +goose Down
