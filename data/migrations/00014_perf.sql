-- +goose Up
-- What pages ask of a long conversation, without reading its comments: what its viewer wrote that waits,
-- and how many are for and against.
CREATE INDEX comment_waits ON comment (thing_id, id) WHERE held_at IS NOT NULL;
CREATE INDEX comment_heard ON comment (thing_id, stance) WHERE depth = 0 AND stance <> '' AND deleted_at IS NULL AND hidden_at IS NULL AND held_at IS NULL;
-- What is hidden now, newest first, for moderators.
CREATE INDEX comment_hidden ON comment (hidden_at, id) WHERE hidden_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX thing_hidden ON thing (hidden_at, id) WHERE hidden_at IS NOT NULL;
-- The figures of the public log.
CREATE INDEX moderation_decision_tally ON moderation_decision (action, code);
CREATE INDEX moderation_decision_month ON moderation_decision (at, asked_at, appealed_at, appeal_outcome);

-- +goose Down
