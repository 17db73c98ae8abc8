package notice

import (
	"tequio/app/db"
	"tequio/app/identity"
	"tequio/app/thing"
)

// habitColumns are somebody's habits, of a notice_setting s that may be missing; a test compares what
// stands instead with usual.
const habitColumns = `COALESCE(s.pace, ''), COALESCE(s.own, ''), COALESCE(s.zone, ''), COALESCE(s.quiet_from, 1320), COALESCE(s.quiet_to, 420),
	COALESCE(s.weekday, 1), COALESCE(s.digests, 1), COALESCE(s.prompts, 1)`

// habitFields are where habitColumns are scanned to; the zone's name is to be resolved.
func habitFields(h *Habits, zone *string) []any {
	return []any{&h.Pace, &h.Own, zone, &h.QuietFrom, &h.QuietTo, &h.Weekday, db.Bool(&h.Digests), db.Bool(&h.Prompts)}
}

const memberColumns = `p.id, CASE WHEN p.email IS NULL OR p.deleted_at IS NOT NULL THEN 0 ELSE 1 END, ` + habitColumns + `, `

func (s *Service) scanMember(r db.Row) (m member, err error) {
	var zone string
	fields := append([]any{&m.person, db.Bool(&m.reachable)}, habitFields(&m.Habits, &zone)...)
	err = r.Scan(append(fields, &m.follow)...)
	m.Zone = zoneOf(zone, s.letters.zone())
	return
}

// members are people by id, with their follow of a thing.
func (s *Service) members(tx *db.Tx, id thing.ID, people []identity.ID) ([]member, error) {
	if len(people) == 0 {
		return nil, nil
	}
	marks, args := db.Marks(people, 2)
	return db.All(tx, s.scanMember, `SELECT `+memberColumns+`COALESCE(f.pace, '') FROM person p LEFT JOIN notice_setting s ON s.person_id = p.id
		LEFT JOIN follow f ON f.person_id = p.id AND f.thing_id = $1 WHERE p.id IN (`+marks+`)`, append([]any{id}, args...)...)
}

// crowdFrom are where crowds are read from: follows of a thing or of a term, supports.
const (
	fromThing   = `f.pace FROM follow f JOIN person p ON p.id = f.person_id LEFT JOIN notice_setting s ON s.person_id = f.person_id WHERE f.thing_id = $1`
	fromPlace   = `f.pace FROM follow_term f JOIN person p ON p.id = f.person_id LEFT JOIN notice_setting s ON s.person_id = f.person_id WHERE f.family = 'place' AND f.term = $1`
	fromSubject = `f.pace FROM follow_term f JOIN person p ON p.id = f.person_id LEFT JOIN notice_setting s ON s.person_id = f.person_id WHERE f.family = 'subject' AND f.term = $1`
	fromSupport = `'' FROM support f JOIN person p ON p.id = f.person_id LEFT JOIN notice_setting s ON s.person_id = f.person_id WHERE f.batch_id IS NULL AND f.thing_id = $1`
)

// crowd is at most a batch of an audience of t, those whose ids come after one.
func (s *Service) crowd(tx *db.Tx, c audience, t thing.Thing, after identity.ID) ([]member, error) {
	from, of := fromThing, any(t.ID)
	switch c {
	case supporters:
		from = fromSupport
	case ofAgency:
		of = t.Agency
	case ofPlace:
		from, of = fromPlace, t.Place
	case ofSubject:
		from, of = fromSubject, t.Subject
	}
	return db.All(tx, s.scanMember, `SELECT `+memberColumns+from+` AND f.person_id > $2 ORDER BY f.person_id LIMIT $3`, of, after, batch)
}

func insertNotices(tx *db.Tx, rows [][]any) error {
	_, err := tx.InsertAll(`INSERT INTO notice (id, person_id, event_id, thing_id, verb, at, via, pace, due_at)`, `ON CONFLICT DO NOTHING`, rows)
	return err
}
