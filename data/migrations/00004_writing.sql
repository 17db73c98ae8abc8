-- +goose Up
-- Who writes a thing together with its author, and who is asked to. An invitation without an address
-- is a link to hand on; its token is known to nobody but who holds it.
CREATE TABLE coauthor (
  thing_id  BIGINT NOT NULL REFERENCES thing(id),
  person_id BIGINT NOT NULL REFERENCES person(id),
  at        BIGINT NOT NULL,
  PRIMARY KEY (thing_id, person_id)
); -- keyed
CREATE INDEX coauthor_person ON coauthor (person_id);

CREATE TABLE coauthor_invitation (
  id          BIGINT PRIMARY KEY,
  thing_id    BIGINT NOT NULL REFERENCES thing(id),
  email       TEXT NOT NULL DEFAULT '',
  token_hash  BYTEA NOT NULL UNIQUE,
  invited_by  BIGINT NOT NULL REFERENCES person(id),
  at          BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL,
  accepted_by BIGINT REFERENCES person(id),
  accepted_at BIGINT
);
CREATE INDEX coauthor_invitation_thing ON coauthor_invitation (thing_id);
CREATE INDEX coauthor_invitation_by ON coauthor_invitation (invited_by);
CREATE INDEX coauthor_invitation_accepted ON coauthor_invitation (accepted_by);
CREATE INDEX coauthor_invitation_email ON coauthor_invitation (email);

-- Who wrote a part of a draft last, where several write it.
CREATE TABLE draft_part (
  proposal_id BIGINT NOT NULL REFERENCES proposal(id),
  part        TEXT NOT NULL,
  person_id   BIGINT NOT NULL REFERENCES person(id),
  PRIMARY KEY (proposal_id, part)
); -- keyed
CREATE INDEX draft_part_person ON draft_part (person_id);

-- The proposal from which a supporter carried their support over, when that was retired in favour of
-- the one they support now.
ALTER TABLE support ADD COLUMN carried_from BIGINT REFERENCES thing(id);
CREATE INDEX support_carried ON support (carried_from) WHERE carried_from IS NOT NULL;

-- Who supported a text before its later versions supports that version.
UPDATE support SET version = (SELECT max(v.version) FROM proposal_version v WHERE v.proposal_id = support.thing_id AND v.at <= support.at)
  WHERE EXISTS (SELECT 1 FROM proposal_version v WHERE v.proposal_id = support.thing_id AND v.version > 1 AND v.at <= support.at);

-- +goose Down
