-- +goose Up
-- Written in PostgreSQL's words; app/db translates them for SQLite. Instants are microseconds since
-- 1970 UTC, truths 0 and 1, money minor units, ids made by the program.

-- The instance and its people ----------------------------------------------------------------

CREATE TABLE setting (
  key        TEXT PRIMARY KEY,
  value      TEXT NOT NULL
);

CREATE TABLE static_page (
  slug       TEXT NOT NULL,
  lang       TEXT NOT NULL,
  title      TEXT NOT NULL,
  body       TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (slug, lang)
);

CREATE TABLE person (
  id             BIGINT PRIMARY KEY,
  name           TEXT NOT NULL,
  email          TEXT UNIQUE,
  lang           TEXT NOT NULL DEFAULT '',
  place          TEXT NOT NULL DEFAULT '',
  level          BIGINT NOT NULL DEFAULT 0,
  voter          BIGINT NOT NULL DEFAULT 0,
  demo_role      TEXT NOT NULL DEFAULT '',
  created_at     BIGINT NOT NULL,
  seen_at        BIGINT NOT NULL,
  blocked_at     BIGINT,
  blocked_reason TEXT NOT NULL DEFAULT '',
  deleted_at     BIGINT
);

CREATE TABLE departed (
  hash  BYTEA PRIMARY KEY,
  voter BIGINT NOT NULL,
  at    BIGINT NOT NULL
);
CREATE INDEX departed_at ON departed (at);

CREATE TABLE sign_in (
  issuer     TEXT NOT NULL,
  subject    TEXT NOT NULL,
  person_id  BIGINT NOT NULL REFERENCES person(id),
  label      TEXT NOT NULL,
  level      BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX sign_in_person ON sign_in (person_id);

CREATE TABLE email_code (
  id         BIGINT PRIMARY KEY,
  email      TEXT NOT NULL,
  purpose    TEXT NOT NULL,
  person_id  BIGINT REFERENCES person(id),
  code_hash  BYTEA NOT NULL,
  link_hash  BYTEA NOT NULL UNIQUE,
  tries      BIGINT NOT NULL DEFAULT 0,
  return_to  TEXT NOT NULL DEFAULT '',
  expires_at BIGINT NOT NULL,
  used_at    BIGINT
);
CREATE INDEX email_code_email ON email_code (email, id);
CREATE INDEX email_code_person ON email_code (person_id);
CREATE INDEX email_code_expires ON email_code (expires_at);

CREATE TABLE sign_in_flow (
  state_hash BYTEA PRIMARY KEY,
  flow       TEXT NOT NULL,
  person_id  BIGINT REFERENCES person(id),
  tries      BIGINT NOT NULL DEFAULT 0,
  return_to  TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_flow_person ON sign_in_flow (person_id);
CREATE INDEX sign_in_flow_expires ON sign_in_flow (expires_at);

CREATE TABLE session (
  hash         BYTEA PRIMARY KEY,
  id           BIGINT NOT NULL UNIQUE,
  person_id    BIGINT NOT NULL REFERENCES person(id),
  issuer       TEXT NOT NULL,
  agent        TEXT NOT NULL,
  network      TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  seen_at      BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  factor_at    BIGINT,
  confirmed_at BIGINT
);
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE second_factor (
  person_id    BIGINT PRIMARY KEY REFERENCES person(id),
  secret       BYTEA NOT NULL,
  last_step    BIGINT NOT NULL DEFAULT 0,
  failures     BIGINT NOT NULL DEFAULT 0,
  failed_at    BIGINT,
  confirmed_at BIGINT
);

CREATE TABLE recovery_code (
  person_id BIGINT NOT NULL REFERENCES person(id),
  hash      BYTEA NOT NULL,
  used_at   BIGINT,
  PRIMARY KEY (person_id, hash)
);

CREATE TABLE rules_acceptance (
  person_id BIGINT NOT NULL REFERENCES person(id),
  sha256    BYTEA NOT NULL,
  text      TEXT NOT NULL,
  at        BIGINT NOT NULL,
  PRIMARY KEY (person_id, sha256)
);

CREATE TABLE erasure (
  id    BIGINT PRIMARY KEY,
  what  TEXT NOT NULL,
  count BIGINT NOT NULL,
  at    BIGINT NOT NULL
);

-- Things ------------------------------------------------------------------------------------------

CREATE TABLE thing (
  id            BIGINT PRIMARY KEY,
  kind          TEXT NOT NULL,
  agency_id     BIGINT REFERENCES thing(id),
  parent_id     BIGINT REFERENCES thing(id),
  author_id     BIGINT REFERENCES person(id),
  slug          TEXT NOT NULL,
  lang          TEXT NOT NULL,
  title         TEXT NOT NULL,
  summary       TEXT NOT NULL,
  subject       TEXT NOT NULL DEFAULT '',
  place         TEXT NOT NULL DEFAULT '',
  state         TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  published_at  BIGINT,
  opens_at      BIGINT,
  closes_at     BIGINT,
  hidden_at     BIGINT,
  hidden_code   TEXT NOT NULL DEFAULT '',
  hidden_reason TEXT NOT NULL DEFAULT '',
  comments      BIGINT NOT NULL DEFAULT 0,
  supports      BIGINT NOT NULL DEFAULT 0,
  followers     BIGINT NOT NULL DEFAULT 0,
  UNIQUE (kind, slug)
);
-- What lists show: published and not hidden. Counting and paging then touch the index alone.
CREATE INDEX thing_new ON thing (kind, published_at, id) WHERE state = 'published' AND hidden_at IS NULL;
CREATE INDEX thing_supported ON thing (kind, supports, id) WHERE state = 'published' AND hidden_at IS NULL;
CREATE INDEX thing_discussed ON thing (kind, comments, id) WHERE state = 'published' AND hidden_at IS NULL;
CREATE INDEX thing_closing ON thing (kind, COALESCE(closes_at, 9000000000000000), id) WHERE state = 'published' AND hidden_at IS NULL;
CREATE INDEX thing_closes ON thing (kind, closes_at) WHERE state = 'published' AND hidden_at IS NULL;
CREATE INDEX thing_opening ON thing (kind, opens_at) WHERE state = 'published' AND hidden_at IS NULL;
CREATE INDEX thing_subject ON thing (kind, subject, published_at, id) WHERE state = 'published' AND hidden_at IS NULL;
CREATE INDEX thing_agency ON thing (agency_id, kind, published_at);
CREATE INDEX thing_parent ON thing (parent_id, kind, id);
CREATE INDEX thing_author ON thing (author_id, id);

CREATE TABLE translation (
  thing_id BIGINT NOT NULL REFERENCES thing(id) ON DELETE CASCADE,
  lang     TEXT NOT NULL,
  field    TEXT NOT NULL,
  text     TEXT NOT NULL,
  PRIMARY KEY (thing_id, lang, field)
);

CREATE TABLE phase (
  thing_id  BIGINT NOT NULL REFERENCES thing(id) ON DELETE CASCADE,
  position  BIGINT NOT NULL,
  kind      TEXT NOT NULL,
  name      TEXT NOT NULL,
  opens_at  BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  PRIMARY KEY (thing_id, position)
);

CREATE TABLE event (
  id        BIGINT PRIMARY KEY,
  at        BIGINT NOT NULL,
  actor_id  BIGINT REFERENCES person(id),
  verb      TEXT NOT NULL,
  thing_id  BIGINT REFERENCES thing(id),
  person_id BIGINT REFERENCES person(id),
  note      TEXT NOT NULL DEFAULT '',
  place     BIGINT,
  hash      BYTEA
);
CREATE UNIQUE INDEX event_place ON event (place);
CREATE INDEX event_thing ON event (thing_id, id);
CREATE INDEX event_actor ON event (actor_id, id);
CREATE INDEX event_person ON event (person_id, id);

CREATE TABLE job (
  id      BIGINT PRIMARY KEY,
  kind    TEXT NOT NULL,
  key     TEXT NOT NULL,
  payload TEXT NOT NULL,
  run_at  BIGINT NOT NULL,
  attempt BIGINT NOT NULL DEFAULT 0,
  failure TEXT NOT NULL DEFAULT '',
  UNIQUE (kind, key)
);
CREATE INDEX job_due ON job (run_at, id);

CREATE TABLE agency (
  id       BIGINT PRIMARY KEY REFERENCES thing(id),
  short    TEXT NOT NULL,
  about    TEXT NOT NULL,
  contact  TEXT NOT NULL,
  email    TEXT NOT NULL,
  position BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE role (
  id         BIGINT PRIMARY KEY,
  person_id  BIGINT NOT NULL REFERENCES person(id),
  role       TEXT NOT NULL,
  agency_id  BIGINT REFERENCES thing(id),
  granted_by BIGINT REFERENCES person(id),
  at         BIGINT NOT NULL
);
CREATE UNIQUE INDEX role_once ON role (person_id, role, COALESCE(agency_id, 0));
CREATE INDEX role_agency ON role (agency_id);
CREATE INDEX role_granted ON role (granted_by);

CREATE TABLE invitation (
  id          BIGINT PRIMARY KEY,
  email       TEXT NOT NULL,
  role        TEXT NOT NULL,
  agency_id   BIGINT REFERENCES thing(id),
  token_hash  BYTEA NOT NULL UNIQUE,
  invited_by  BIGINT REFERENCES person(id),
  expires_at  BIGINT NOT NULL,
  accepted_at BIGINT
);
CREATE INDEX invitation_email ON invitation (email);
CREATE INDEX invitation_agency ON invitation (agency_id);
CREATE INDEX invitation_by ON invitation (invited_by);

-- What attaches to any thing -------------------------------------------------------------------

CREATE TABLE support (
  thing_id  BIGINT NOT NULL REFERENCES thing(id),
  person_id BIGINT NOT NULL REFERENCES person(id),
  level     BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  PRIMARY KEY (thing_id, person_id)
); -- keyed
CREATE INDEX support_person ON support (person_id, at);

CREATE TABLE comment (
  id            BIGINT PRIMARY KEY,
  thing_id      BIGINT NOT NULL REFERENCES thing(id),
  parent_id     BIGINT REFERENCES comment(id),
  root_id       BIGINT NOT NULL,
  depth         BIGINT NOT NULL,
  author_id     BIGINT NOT NULL REFERENCES person(id),
  agency_id     BIGINT REFERENCES thing(id),
  stance        TEXT NOT NULL,
  body          TEXT NOT NULL,
  html          TEXT NOT NULL,
  at            BIGINT NOT NULL,
  edited_at     BIGINT,
  deleted_at    BIGINT,
  hidden_at     BIGINT,
  hidden_code   TEXT NOT NULL DEFAULT '',
  hidden_reason TEXT NOT NULL DEFAULT '',
  replies       BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX comment_thread ON comment (thing_id, root_id, id);
CREATE INDEX comment_root ON comment (thing_id, depth, id);
CREATE INDEX comment_parent ON comment (parent_id);
CREATE INDEX comment_author ON comment (author_id, id);
CREATE INDEX comment_agency ON comment (agency_id);

CREATE TABLE comment_version (
  comment_id BIGINT NOT NULL REFERENCES comment(id),
  at         BIGINT NOT NULL,
  body       TEXT NOT NULL,
  PRIMARY KEY (comment_id, at)
);

CREATE TABLE answer (
  id         BIGINT PRIMARY KEY,
  thing_id   BIGINT NOT NULL REFERENCES thing(id),
  part_kind  TEXT NOT NULL DEFAULT '',
  part_id    BIGINT NOT NULL DEFAULT 0,
  agency_id  BIGINT REFERENCES thing(id),
  author_id  BIGINT NOT NULL REFERENCES person(id),
  verdict    TEXT NOT NULL,
  lang       TEXT NOT NULL,
  body       TEXT NOT NULL,
  html       TEXT NOT NULL,
  cost       BIGINT,
  unit       TEXT NOT NULL DEFAULT '',
  due_at     BIGINT,
  at         BIGINT NOT NULL
);
CREATE INDEX answer_thing ON answer (thing_id, part_kind, part_id, id);
CREATE INDEX answer_agency ON answer (agency_id, id);
CREATE INDEX answer_author ON answer (author_id);

CREATE TABLE follow (
  person_id BIGINT NOT NULL REFERENCES person(id),
  thing_id  BIGINT NOT NULL REFERENCES thing(id),
  at        BIGINT NOT NULL,
  PRIMARY KEY (person_id, thing_id)
); -- keyed
CREATE INDEX follow_thing ON follow (thing_id, person_id);

CREATE TABLE notice (
  id        BIGINT PRIMARY KEY,
  person_id BIGINT NOT NULL REFERENCES person(id),
  event_id  BIGINT NOT NULL REFERENCES event(id),
  thing_id  BIGINT NOT NULL REFERENCES thing(id),
  verb      TEXT NOT NULL,
  at        BIGINT NOT NULL,
  read_at   BIGINT,
  UNIQUE (person_id, event_id)
);
CREATE INDEX notice_person ON notice (person_id, id);
CREATE INDEX notice_unread ON notice (person_id) WHERE read_at IS NULL;
CREATE INDEX notice_event ON notice (event_id);
CREATE INDEX notice_thing ON notice (thing_id);

CREATE TABLE mail (
  id         BIGINT PRIMARY KEY,
  key        TEXT UNIQUE,
  person_id  BIGINT REFERENCES person(id),
  recipient  TEXT NOT NULL,
  subject    TEXT NOT NULL,
  text       TEXT NOT NULL,
  html       TEXT NOT NULL,
  headers    TEXT NOT NULL DEFAULT '{}',
  secret     BIGINT NOT NULL DEFAULT 0,
  state      TEXT NOT NULL,
  tries      BIGINT NOT NULL DEFAULT 0,
  next_at    BIGINT NOT NULL,
  answer     TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  sent_at    BIGINT
);
CREATE INDEX mail_due ON mail (state, next_at, id);
CREATE INDEX mail_person ON mail (person_id);

CREATE TABLE file (
  id         BIGINT PRIMARY KEY,
  thing_id   BIGINT REFERENCES thing(id),
  person_id  BIGINT NOT NULL REFERENCES person(id),
  name       TEXT NOT NULL,
  type       TEXT NOT NULL,
  size       BIGINT NOT NULL,
  sha256     BYTEA NOT NULL,
  storage    TEXT NOT NULL UNIQUE,
  alt        TEXT NOT NULL DEFAULT '',
  width      BIGINT NOT NULL DEFAULT 0,
  height     BIGINT NOT NULL DEFAULT 0,
  use        TEXT NOT NULL DEFAULT '',
  at         BIGINT NOT NULL
);
CREATE INDEX file_thing ON file (thing_id, id);
CREATE INDEX file_person ON file (person_id);

CREATE TABLE moderation_decision (
  id         BIGINT PRIMARY KEY,
  thing_id   BIGINT REFERENCES thing(id),
  comment_id BIGINT REFERENCES comment(id),
  person_id  BIGINT REFERENCES person(id),
  action     TEXT NOT NULL,
  code       TEXT NOT NULL,
  reason     TEXT NOT NULL,
  author_id  BIGINT NOT NULL REFERENCES person(id),
  at         BIGINT NOT NULL
);
CREATE INDEX moderation_decision_thing ON moderation_decision (thing_id);
CREATE INDEX moderation_decision_comment ON moderation_decision (comment_id);
CREATE INDEX moderation_decision_person ON moderation_decision (person_id);
CREATE INDEX moderation_decision_author ON moderation_decision (author_id);

-- only sqlite
CREATE VIRTUAL TABLE search USING fts5 (title, body, tokenize = 'unicode61 remove_diacritics 0');
-- end
-- only postgres
CREATE TABLE search (
  thing_id BIGINT PRIMARY KEY,
  stems    TSVECTOR NOT NULL
);
CREATE INDEX search_stems ON search USING gin (stems);
-- end

-- Proposals -------------------------------------------------------------------------------------

CREATE TABLE proposal (
  id           BIGINT PRIMARY KEY REFERENCES thing(id),
  body         TEXT NOT NULL,
  html         TEXT NOT NULL,
  version      BIGINT NOT NULL DEFAULT 1,
  threshold    BIGINT NOT NULL DEFAULT 0,
  answer_days  BIGINT NOT NULL DEFAULT 0,
  reached_at   BIGINT,
  verdict      TEXT NOT NULL DEFAULT '',
  withdrawn_at BIGINT,
  withdrawal   TEXT NOT NULL DEFAULT '',
  wanting      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX proposal_wanting ON proposal (wanting, reached_at, id);

CREATE TABLE proposal_version (
  proposal_id BIGINT NOT NULL REFERENCES proposal(id),
  version     BIGINT NOT NULL,
  title       TEXT NOT NULL,
  summary     TEXT NOT NULL,
  body        TEXT NOT NULL,
  note        TEXT NOT NULL DEFAULT '',
  author_id   BIGINT NOT NULL REFERENCES person(id),
  at          BIGINT NOT NULL,
  PRIMARY KEY (proposal_id, version)
);
CREATE INDEX proposal_version_author ON proposal_version (author_id);

-- Consultations and questionnaires ----------------------------------------------------------------

CREATE TABLE consultation (
  id          BIGINT PRIMARY KEY REFERENCES thing(id),
  body        TEXT NOT NULL,
  html        TEXT NOT NULL,
  deciding    TEXT NOT NULL,
  undecided   TEXT NOT NULL,
  decider     TEXT NOT NULL,
  decision_at BIGINT,
  contact     TEXT NOT NULL DEFAULT '',
  offline     TEXT NOT NULL DEFAULT '',
  stances     BIGINT NOT NULL DEFAULT 0,
  closing     TEXT NOT NULL DEFAULT '',
  outcome     TEXT NOT NULL DEFAULT '',
  outcome_html TEXT NOT NULL DEFAULT '',
  outcome_at  BIGINT
);

CREATE TABLE topic (
  id      BIGINT PRIMARY KEY REFERENCES thing(id),
  body    TEXT NOT NULL,
  html    TEXT NOT NULL,
  stances BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE survey (
  id      BIGINT PRIMARY KEY REFERENCES thing(id),
  answers BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE survey_question (
  id        BIGINT PRIMARY KEY,
  survey_id BIGINT NOT NULL REFERENCES survey(id),
  position  BIGINT NOT NULL,
  form      TEXT NOT NULL,
  label     TEXT NOT NULL,
  hint      TEXT NOT NULL DEFAULT '',
  required  BIGINT NOT NULL DEFAULT 0,
  least     BIGINT NOT NULL DEFAULT 0,
  most      BIGINT NOT NULL DEFAULT 0,
  options   TEXT NOT NULL DEFAULT '[]',
  words     TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX survey_question_survey ON survey_question (survey_id, position);

CREATE TABLE survey_response (
  id        BIGINT PRIMARY KEY,
  survey_id BIGINT NOT NULL REFERENCES survey(id),
  person_id BIGINT REFERENCES person(id),
  at        BIGINT NOT NULL,
  edited_at BIGINT,
  sent_at   BIGINT,
  UNIQUE (survey_id, person_id)
);
CREATE INDEX survey_response_person ON survey_response (person_id);

CREATE TABLE survey_answer (
  response_id BIGINT NOT NULL REFERENCES survey_response(id) ON DELETE CASCADE,
  question_id BIGINT NOT NULL REFERENCES survey_question(id),
  position    BIGINT NOT NULL,
  choice      TEXT NOT NULL DEFAULT '',
  text        TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (response_id, question_id, position)
);
CREATE INDEX survey_answer_question ON survey_answer (question_id, choice);

-- Challenges --------------------------------------------------------------------------------------

CREATE TABLE challenge (
  id          BIGINT PRIMARY KEY REFERENCES thing(id),
  body        TEXT NOT NULL,
  prize       BIGINT NOT NULL DEFAULT 0,
  seed        BIGINT NOT NULL DEFAULT 0,
  currency    TEXT NOT NULL DEFAULT 'MXN',
  prize_text  TEXT NOT NULL DEFAULT '',
  eligibility TEXT NOT NULL DEFAULT '',
  rules       TEXT NOT NULL DEFAULT '',
  rights      TEXT NOT NULL DEFAULT '',
  privacy     TEXT NOT NULL DEFAULT '',
  success     TEXT NOT NULL DEFAULT '',
  declaration TEXT NOT NULL DEFAULT '',
  data        TEXT NOT NULL DEFAULT '[]',
  sealed      BIGINT NOT NULL DEFAULT 0,
  finalists   BIGINT NOT NULL DEFAULT 5,
  winners     BIGINT NOT NULL DEFAULT 3,
  closing     TEXT NOT NULL DEFAULT '',
  named_at    BIGINT,
  outcome     TEXT NOT NULL DEFAULT '',
  decision    TEXT NOT NULL DEFAULT '',
  departure   TEXT NOT NULL DEFAULT '',
  decided_at  BIGINT
);

CREATE TABLE criterion (
  challenge_id BIGINT NOT NULL REFERENCES challenge(id),
  position     BIGINT NOT NULL,
  name         TEXT NOT NULL,
  description  TEXT NOT NULL,
  weight       BIGINT NOT NULL,
  PRIMARY KEY (challenge_id, position)
);

CREATE TABLE challenge_question (
  id           BIGINT PRIMARY KEY,
  challenge_id BIGINT NOT NULL REFERENCES challenge(id),
  author_id    BIGINT REFERENCES person(id),
  question     TEXT NOT NULL,
  answer       TEXT NOT NULL DEFAULT '',
  at           BIGINT NOT NULL,
  answered_at  BIGINT
);
CREATE INDEX challenge_question_challenge ON challenge_question (challenge_id, id);
CREATE INDEX challenge_question_author ON challenge_question (author_id);

CREATE TABLE entry (
  id           BIGINT PRIMARY KEY REFERENCES thing(id),
  team         TEXT NOT NULL,
  body         TEXT NOT NULL,
  html         TEXT NOT NULL,
  links        TEXT NOT NULL DEFAULT '[]',
  declaration  TEXT NOT NULL DEFAULT '',
  submitted_at BIGINT,
  receipt      TEXT NOT NULL DEFAULT '',
  sha256       BYTEA,
  validity     TEXT NOT NULL DEFAULT '',
  reason       TEXT NOT NULL DEFAULT '',
  standing     TEXT NOT NULL DEFAULT '',
  place        BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX entry_standing ON entry (standing);
CREATE UNIQUE INDEX entry_once ON thing (parent_id, author_id) WHERE kind = 'entry';

-- Votes ---------------------------------------------------------------------------------------------

CREATE TABLE vote (
  id            BIGINT PRIMARY KEY REFERENCES thing(id),
  body          TEXT NOT NULL,
  html          TEXT NOT NULL,
  who           TEXT NOT NULL DEFAULT '',
  effect        TEXT NOT NULL DEFAULT '',
  least_level   BIGINT NOT NULL DEFAULT 1,
  disclosure    TEXT NOT NULL DEFAULT 'checkable',
  electorate    BIGINT NOT NULL DEFAULT 0,
  rules         TEXT NOT NULL DEFAULT '',
  rules_sha256  BYTEA,
  origin        TEXT NOT NULL DEFAULT '',
  key_check     BYTEA,
  imported      TEXT NOT NULL DEFAULT '',
  closed_at     BIGINT,
  counted_at    BIGINT,
  result        TEXT NOT NULL DEFAULT '',
  objections_at BIGINT,
  unlinked_at   BIGINT
);

CREATE TABLE vote_question (
  id       BIGINT PRIMARY KEY,
  vote_id  BIGINT NOT NULL REFERENCES vote(id),
  position BIGINT NOT NULL,
  title    TEXT NOT NULL,
  form     TEXT NOT NULL,
  rule     TEXT NOT NULL,
  least    BIGINT NOT NULL DEFAULT 0,
  most     BIGINT NOT NULL DEFAULT 0,
  points   BIGINT NOT NULL DEFAULT 0,
  seats    BIGINT NOT NULL DEFAULT 1,
  budget   BIGINT NOT NULL DEFAULT 0,
  currency TEXT NOT NULL DEFAULT 'MXN',
  ties     TEXT NOT NULL DEFAULT '',
  blank    BIGINT NOT NULL DEFAULT 1,
  params   TEXT NOT NULL DEFAULT '{}',
  words    TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX vote_question_vote ON vote_question (vote_id, position);

CREATE TABLE vote_amendment (
  vote_id    BIGINT NOT NULL REFERENCES vote(id),
  at         BIGINT NOT NULL,
  closes_at  BIGINT NOT NULL,
  reason     TEXT NOT NULL,
  sheet      TEXT NOT NULL,
  commitment BYTEA NOT NULL,
  PRIMARY KEY (vote_id, at)
);

CREATE TABLE vote_option (
  id          BIGINT PRIMARY KEY,
  question_id BIGINT NOT NULL REFERENCES vote_question(id),
  position    BIGINT NOT NULL,
  code        TEXT NOT NULL,
  title       TEXT NOT NULL,
  body        TEXT NOT NULL DEFAULT '',
  html        TEXT NOT NULL DEFAULT '',
  cost        BIGINT NOT NULL DEFAULT 0,
  place       TEXT NOT NULL DEFAULT '',
  unit        TEXT NOT NULL DEFAULT '',
  category    TEXT NOT NULL DEFAULT '',
  thing_id    BIGINT REFERENCES thing(id),
  words       TEXT NOT NULL DEFAULT '{}',
  UNIQUE (question_id, code)
);
CREATE INDEX vote_option_thing ON vote_option (thing_id);

CREATE TABLE ballot (
  vote_id    BIGINT NOT NULL REFERENCES vote(id),
  link       BYTEA NOT NULL,
  content    BYTEA NOT NULL,
  nonce      BYTEA NOT NULL,
  commitment BYTEA NOT NULL,
  level      BIGINT NOT NULL,
  PRIMARY KEY (vote_id, link)
); -- keyed

CREATE TABLE ballot_form (
  vote_id    BIGINT NOT NULL REFERENCES vote(id),
  key        BYTEA NOT NULL,
  commitment BYTEA NOT NULL,
  PRIMARY KEY (vote_id, key)
); -- keyed

-- What waits for the next batch. level is that of who cast it, former that of the ballot it replaces;
-- -1: none. Only the sums outlive the batch.
CREATE TABLE ledger_pending (
  vote_id    BIGINT NOT NULL REFERENCES vote(id),
  commitment BYTEA NOT NULL,
  level      BIGINT NOT NULL,
  former     BIGINT NOT NULL,
  PRIMARY KEY (vote_id, commitment)
); -- keyed

CREATE TABLE ledger_voided (
  vote_id    BIGINT NOT NULL REFERENCES vote(id),
  commitment BYTEA NOT NULL,
  PRIMARY KEY (vote_id, commitment)
); -- keyed

CREATE TABLE ledger_entry (
  vote_id    BIGINT NOT NULL REFERENCES vote(id),
  place      BIGINT NOT NULL,
  commitment BYTEA NOT NULL,
  PRIMARY KEY (vote_id, place)
); -- keyed
CREATE UNIQUE INDEX ledger_entry_commitment ON ledger_entry (vote_id, commitment);

CREATE TABLE ledger_tile (
  vote_id BIGINT NOT NULL REFERENCES vote(id),
  level   BIGINT NOT NULL,
  place   BIGINT NOT NULL,
  hashes  BYTEA NOT NULL,
  PRIMARY KEY (vote_id, level, place)
); -- keyed

CREATE TABLE checkpoint (
  vote_id BIGINT NOT NULL REFERENCES vote(id),
  size    BIGINT NOT NULL,
  note    TEXT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (vote_id, size)
);

CREATE TABLE turnout (
  vote_id BIGINT NOT NULL REFERENCES vote(id),
  batch   BIGINT NOT NULL,
  level   BIGINT NOT NULL,
  channel TEXT NOT NULL,
  count   BIGINT NOT NULL,
  PRIMARY KEY (vote_id, batch, level, channel)
);

CREATE TABLE published_ballot (
  vote_id    BIGINT NOT NULL REFERENCES vote(id),
  commitment BYTEA NOT NULL,
  nonce      BYTEA NOT NULL,
  content    BYTEA NOT NULL,
  PRIMARY KEY (vote_id, commitment)
); -- keyed

-- +goose Down
