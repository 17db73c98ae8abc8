package consultation

import (
	"encoding/json"

	"tequio/app/db"
	"tequio/app/text"
	"tequio/app/thing"
)

const columns = thing.Columns + `, c.body, c.html, c.deciding, c.undecided, c.decider, c.decision_at, c.contact, c.offline, c.stances,
	c.closing, c.outcome, c.outcome_html, c.outcome_at, c.opinions`

const from = ` FROM consultation c JOIN thing t ON t.id = c.id `

func scan(r db.Row) (c Consultation, err error) {
	var opinions string
	if err = r.Scan(append(thing.Fields(&c.Thing), &c.Body, &c.HTML, &c.Deciding, &c.Undecided, &c.Decider, db.Time(&c.DecisionAt),
		&c.Contact, &c.Offline, db.Bool(&c.Stances), &c.Closing, &c.Outcome, &c.OutcomeHTML, db.Time(&c.OutcomeAt), &opinions)...); err == nil {
		err = json.Unmarshal([]byte(opinions), &c.Opinions)
	}
	return c, err
}

func (o Opinions) encoded() string {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err) // numbers and truths always encode
	}
	return string(b)
}

func whole(tx *db.Tx, c Consultation, err error) (Consultation, error) {
	if err != nil {
		return c, thing.Missing(err)
	}
	c.Stages, err = thing.Stages(tx, c.ID)
	return c, err
}

// Get returns the consultation with an id, its stages included, or the fault thing.missing.
func Get(tx *db.Tx, id thing.ID) (Consultation, error) {
	c, err := db.One(tx, scan, `SELECT `+columns+from+`WHERE t.id = $1`, id)
	return whole(tx, c, err)
}

// Find returns the consultation under a slug, its stages included, or the fault thing.missing.
func Find(tx *db.Tx, slug string) (Consultation, error) {
	c, err := db.One(tx, scan, `SELECT `+columns+from+`WHERE t.kind = $1 AND t.slug = $2`, Kind, slug)
	return whole(tx, c, err)
}

// LatestOutcomes returns the n consultations that lists show whose outcome came last, without stages.
func LatestOutcomes(tx *db.Tx, n int) ([]Consultation, error) {
	return db.All(tx, scan, `SELECT `+columns+from+`WHERE t.state = 'published' AND t.hidden_at IS NULL AND c.outcome_at <= $1
		ORDER BY c.outcome_at DESC, t.id DESC LIMIT $2`, tx.Now, n)
}

// Insert stores a new consultation without asking who: for Create, the demo and tests. It renders
// the Markdown, takes the period from the stages where they have one, keeps every date that is set,
// and records no event.
func Insert(tx *db.Tx, c *Consultation) error {
	c.Kind = Kind
	c.compose()
	if err := thing.Create(tx, &c.Thing); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO consultation (id, body, html, deciding, undecided, decider, decision_at, contact, offline, stances,
			closing, outcome, outcome_html, outcome_at, opinions) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		c.ID, c.Body, c.HTML, c.Deciding, c.Undecided, c.Decider, c.DecisionAt, c.Contact, c.Offline, c.Stances,
		c.Closing, c.Outcome, c.OutcomeHTML, c.OutcomeAt, c.Opinions.encoded()); err != nil {
		return err
	}
	return thing.SetStages(tx, c.ID, c.Stages)
}

// save stores every part of a consultation that may change, and what its children inherit.
func save(tx *db.Tx, c *Consultation) error {
	c.compose()
	if err := thing.Save(tx, &c.Thing); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE consultation SET body = $1, html = $2, deciding = $3, undecided = $4, decider = $5, decision_at = $6,
			contact = $7, offline = $8, stances = $9, closing = $10, outcome = $11, outcome_html = $12, outcome_at = $13, opinions = $14 WHERE id = $15`,
		c.Body, c.HTML, c.Deciding, c.Undecided, c.Decider, c.DecisionAt, c.Contact, c.Offline, c.Stances, c.Closing,
		c.Outcome, c.OutcomeHTML, c.OutcomeAt, c.Opinions.encoded(), c.ID); err != nil {
		return err
	}
	if err := thing.SetStages(tx, c.ID, c.Stages); err != nil {
		return err
	}
	return Adopt(tx, *c)
}

// Adopt gives a consultation's questionnaires and topics its agency, state and publication, and the
// dates of the stages in which they take part.
func Adopt(tx *db.Tx, c Consultation) error {
	asked := func(s thing.Stage) bool { return s.Kind == Questionnaire }
	for kind, fits := range map[thing.Kind]func(thing.Stage) bool{surveyed: asked, TopicKind: participatory} {
		children, err := thing.Children(tx, c.ID, kind)
		if err != nil {
			return err
		}
		opens, closes := window(c.Stages, fits)
		for _, t := range children {
			before := t
			t.Agency, t.State, t.PublishedAt = c.Agency, c.State, c.PublishedAt
			t.OpensAt, t.ClosesAt = opens, closes
			if closes.IsZero() { // no stage for it: it stays shut, and unseen
				t.State = thing.Draft
			}
			if err := thing.Save(tx, &t); err != nil {
				return err
			}
			if t.State != before.State { // search must hear of it
				if err := thing.Record(tx, 0, string(t.Kind)+".publish", t.ID, string(t.State)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// managed are the consultations of some agencies, or of all, drafts included, newest first.
func managed(tx *db.Tx, agencies []int64, all bool) ([]thing.Thing, error) {
	scan := func(r db.Row) (t thing.Thing, err error) { err = r.Scan(thing.Fields(&t)...); return }
	const most = ` ORDER BY t.id DESC LIMIT 500`
	if all {
		return db.All(tx, scan, `SELECT `+thing.Columns+` FROM thing t WHERE t.kind = $1`+most, Kind)
	}
	if len(agencies) == 0 {
		return nil, nil
	}
	marks, args := thing.In(agencies, 2)
	return db.All(tx, scan, `SELECT `+thing.Columns+` FROM thing t WHERE t.kind = $1 AND t.agency_id IN (`+marks+`)`+most,
		append([]any{Kind}, args...)...)
}

func scanTopic(r db.Row) (t Topic, err error) {
	err = r.Scan(append(thing.Fields(&t.Thing), &t.Body, &t.HTML, db.Bool(&t.Stances))...)
	return
}

const topicColumns = thing.Columns + `, p.body, p.html, p.stances FROM topic p JOIN thing t ON t.id = p.id `

// FindTopic returns the topic under a slug, or the fault thing.missing.
func FindTopic(tx *db.Tx, slug string) (Topic, error) {
	t, err := db.One(tx, scanTopic, `SELECT `+topicColumns+`WHERE t.kind = $1 AND t.slug = $2`, TopicKind, slug)
	return t, thing.Missing(err)
}

// GetTopic returns the topic with an id, or the fault thing.missing.
func GetTopic(tx *db.Tx, id thing.ID) (Topic, error) {
	t, err := db.One(tx, scanTopic, `SELECT `+topicColumns+`WHERE t.id = $1`, id)
	return t, thing.Missing(err)
}

// Topics are a consultation's topics in the order in which they were added, drafts included.
func Topics(tx *db.Tx, of thing.ID) ([]Topic, error) {
	return db.All(tx, scanTopic, `SELECT `+topicColumns+`WHERE t.parent_id = $1 AND t.kind = $2 ORDER BY t.id LIMIT 200`, of, TopicKind)
}

// InsertTopic stores a new topic of c without asking who; it inherits c's state and dates.
func InsertTopic(tx *db.Tx, c Consultation, t *Topic) error {
	t.Kind, t.Parent, t.Agency, t.State = TopicKind, c.ID, c.Agency, c.State
	t.PublishedAt = c.PublishedAt
	t.OpensAt, t.ClosesAt = Period(c.Stages)
	t.HTML = text.Markdown(t.Body, text.Official)
	if err := thing.Create(tx, &t.Thing); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO topic (id, body, html, stances) VALUES ($1, $2, $3, $4)`, t.ID, t.Body, t.HTML, t.Stances)
	return err
}

func saveTopic(tx *db.Tx, t *Topic) error {
	t.HTML = text.Markdown(t.Body, text.Official)
	if err := thing.Save(tx, &t.Thing); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE topic SET body = $1, html = $2, stances = $3 WHERE id = $4`, t.Body, t.HTML, t.Stances, t.ID)
	return err
}

// Contributors counts the people who commented on a consultation and its topics, and the comments.
func Contributors(tx *db.Tx, id thing.ID) (people, comments int64, err error) {
	type counts struct{ people, comments int64 }
	n, err := db.One(tx, func(r db.Row) (n counts, err error) { err = r.Scan(&n.people, &n.comments); return },
		`SELECT count(DISTINCT c.author_id), count(*) FROM comment c JOIN thing t ON t.id = c.thing_id
		WHERE (t.id = $1 OR t.parent_id = $1) AND c.deleted_at IS NULL AND c.hidden_at IS NULL`, id)
	return n.people, n.comments, err
}

// Listed is a consultation in a list: with the questionnaires answered, without stages.
type Listed struct {
	Consultation
	Answers int64
}

// List returns one page of consultations that everybody may see.
func List(tx *db.Tx, q thing.Query) ([]Listed, thing.Cursor, error) {
	q.Kind = Kind
	return thing.List(tx, q, `c.decision_at, c.outcome_at, COALESCE((SELECT CAST(sum(s.answers) AS BIGINT) FROM survey s JOIN thing u ON u.id = s.id
			WHERE u.parent_id = t.id), 0)`, `JOIN consultation c ON c.id = t.id`,
		func(t *thing.Thing) ([]any, func() Listed) {
			var l Listed
			return []any{db.Time(&l.DecisionAt), db.Time(&l.OutcomeAt), &l.Answers}, func() Listed { l.Thing = *t; return l }
		})
}
