-- +goose Up
-- How news reaches somebody by mail. pace and own are '' (as the news deserves), 'now', 'day', 'week'
-- or 'never'; quiet_from and quiet_to minutes of the reader's day, equal: never quiet; weekday 0 is
-- Sunday; digests and prompts 0: no summaries, nothing at once. Who has no row has chosen nothing.
CREATE TABLE notice_setting (
  person_id  BIGINT PRIMARY KEY REFERENCES person(id),
  pace       TEXT NOT NULL DEFAULT '',
  own        TEXT NOT NULL DEFAULT '',
  zone       TEXT NOT NULL DEFAULT '',
  quiet_from BIGINT NOT NULL DEFAULT 1320,
  quiet_to   BIGINT NOT NULL DEFAULT 420,
  weekday    BIGINT NOT NULL DEFAULT 1,
  digests    BIGINT NOT NULL DEFAULT 1,
  prompts    BIGINT NOT NULL DEFAULT 1
);

ALTER TABLE follow ADD COLUMN pace TEXT NOT NULL DEFAULT '';

-- Follows of a place or a subject of the instance.
CREATE TABLE follow_term (
  family    TEXT NOT NULL,
  term      TEXT NOT NULL,
  person_id BIGINT NOT NULL REFERENCES person(id),
  pace      TEXT NOT NULL DEFAULT '',
  at        BIGINT NOT NULL,
  PRIMARY KEY (family, term, person_id)
); -- keyed
CREATE INDEX follow_term_person ON follow_term (person_id);

-- via: why somebody is told ('thing:12', 'place:centro', 'subject:agua', 'own'). due_at: when the mail
-- of it is due; NULL: none is, or it was written. mailed_at: when it was written.
ALTER TABLE notice ADD COLUMN via TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN pace TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN due_at BIGINT;
ALTER TABLE notice ADD COLUMN mailed_at BIGINT;
CREATE INDEX notice_due ON notice (due_at, person_id) WHERE due_at IS NOT NULL;
CREATE INDEX notice_pending ON notice (person_id) WHERE due_at IS NOT NULL;

-- Addresses that sent mail back. stopped_at: nothing but codes goes there any more.
CREATE TABLE mail_bounce (
  address    TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  diagnostic TEXT NOT NULL,
  times      BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  stopped_at BIGINT
);
CREATE INDEX mail_bounce_at ON mail_bounce (at);
-- campaign: the newsletter a message belongs to.
ALTER TABLE mail ADD COLUMN campaign BIGINT;
CREATE INDEX mail_campaign ON mail (campaign, state) WHERE campaign IS NOT NULL;
CREATE INDEX mail_waiting ON mail (recipient) WHERE state = 'queued';

CREATE TABLE newsletter (
  id         BIGINT PRIMARY KEY,
  agency_id  BIGINT REFERENCES thing(id),
  author_id  BIGINT NOT NULL REFERENCES person(id),
  slug       TEXT NOT NULL UNIQUE,
  audience   TEXT NOT NULL,
  thing_id   BIGINT REFERENCES thing(id),
  term       TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL,
  send_at    BIGINT,
  sent_at    BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  queued     BIGINT NOT NULL DEFAULT 0,
  sent       BIGINT NOT NULL DEFAULT 0,
  failed     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX newsletter_agency ON newsletter (agency_id);
CREATE INDEX newsletter_author ON newsletter (author_id);
CREATE INDEX newsletter_thing ON newsletter (thing_id);
CREATE INDEX newsletter_sent ON newsletter (sent_at, id);

CREATE TABLE newsletter_text (
  newsletter_id BIGINT NOT NULL REFERENCES newsletter(id) ON DELETE CASCADE,
  lang          TEXT NOT NULL,
  subject       TEXT NOT NULL,
  body          TEXT NOT NULL,
  html          TEXT NOT NULL,
  PRIMARY KEY (newsletter_id, lang)
);

-- Newsletters that somebody does not want: '*' (none at all), 'town', 'agency:12'.
CREATE TABLE newsletter_refusal (
  person_id BIGINT NOT NULL REFERENCES person(id),
  kind      TEXT NOT NULL,
  at        BIGINT NOT NULL,
  PRIMARY KEY (person_id, kind)
); -- keyed

-- +goose Down
