package survey

import (
	"context"
	"fmt"
	"slices"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/policy"
	"tequio/app/text"
	"tequio/app/thing"
)

// Service is what people do with questionnaires.
type Service struct{ db *db.DB }

// NewService returns the room over d.
func NewService(d *db.DB) *Service { return &Service{d} }

// Open returns the questionnaire of a parent, with the actor's own response where there is one.
func (s *Service) Open(ctx context.Context, a identity.Actor, parent thing.ID) (v Survey, mine Response, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if v, err = Of(tx, parent); err != nil {
			return err
		}
		if err := policy.Allow(a, policy.See, v.Thing, tx.Now); err != nil {
			return err
		}
		mine = Response{}
		if !a.SignedIn() {
			return nil
		}
		if mine, err = response(tx, v.ID, a.ID); db.IsNone(err) {
			return nil
		}
		return err
	})
	return v, mine, err
}

// Save keeps a draft of the actor's answers, which counts for nothing until it is sent.
func (s *Service) Save(ctx context.Context, a identity.Actor, id thing.ID, in Answers) error {
	return s.respond(ctx, a, id, in, false)
}

// Send counts the actor's answers; until the close they may be sent again, which replaces them.
func (s *Service) Send(ctx context.Context, a identity.Actor, id thing.ID, in Answers) error {
	return s.respond(ctx, a, id, in, true)
}

// scope keeps one person's writes to one survey apart from each other, so that nobody answers twice.
func scope(id thing.ID, who identity.ID) []string {
	return []string{fmt.Sprintf("survey:%d:%d", id, who)}
}

func (s *Service) respond(ctx context.Context, a identity.Actor, id thing.ID, in Answers, send bool) error {
	return s.db.WriteOn(ctx, scope(id, a.ID), func(tx *db.Tx) error {
		v, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := answerable(tx, a, v); err != nil {
			return err
		}
		answers, err := v.Take(in, send)
		if err != nil {
			return err
		}
		r, err := response(tx, id, a.ID)
		switch {
		case db.IsNone(err):
			r = Response{Person: a.ID, Answers: answers}
			if send {
				r.SentAt = tx.Now
			}
			err = InsertResponse(tx, id, &r)
		case err != nil:
			return err
		case r.Sent() && !send:
			return fault.New(fault.Conflict, "survey.sent")
		default:
			err = resend(tx, v, &r, answers, send)
		}
		if err != nil || !send {
			return err // a draft changes nothing that anybody else sees, so it is no event
		}
		return thing.Record(tx, a.ID, "survey.respond", id, "")
	})
}

// answerable asks the policy of the survey and that what it is asked for is still listed.
func answerable(tx *db.Tx, a identity.Actor, v Survey) error {
	if err := policy.Allow(a, policy.Respond, v.Thing, tx.Now); err != nil {
		return err
	}
	if v.Parent == 0 {
		return nil
	}
	parent, err := thing.Get(tx, v.Parent)
	if err == nil && !parent.Listed(tx.Now) {
		err = fault.New(fault.Closed, "policy.away")
	}
	return err
}

func resend(tx *db.Tx, v Survey, r *Response, answers Answers, send bool) error {
	r.Answers, r.EditedAt = answers, tx.Now
	if send && !r.Sent() {
		r.SentAt = tx.Now
		if err := count(tx, v.ID); err != nil {
			return err
		}
	}
	return replace(tx, *r)
}

// textsShown is how many open answers one page lists.
const textsShown = 50

// A Report is the results of a survey as one reader may see them.
type Report struct {
	Survey
	Results []Result
	Staff   bool // small counts and open answers are there because the reader looks after it
	Texts   bool // open answers are shown
}

// Results counts what was answered. The public sees it after the close, without small counts, and
// open answers once outcome says that the outcome is published; staff see all of it at once.
func (s *Service) Results(ctx context.Context, a identity.Actor, parent thing.ID, outcome bool) (rep Report, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := Of(tx, parent)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.See, v.Thing, tx.Now); err != nil {
			return err
		}
		rep = Report{Survey: v, Staff: policy.May(a, policy.Manage, v.Thing, tx.Now)}
		rep.Texts = rep.Staff || outcome
		if !rep.Staff && v.PhaseAt(tx.Now) != thing.Closed {
			return fault.New(fault.Closed, "survey.results.early")
		}
		for _, q := range v.Questions {
			r, err := result(tx, v, q, rep)
			if err != nil {
				return err
			}
			rep.Results = append(rep.Results, r)
		}
		return nil
	})
	return rep, err
}

func result(tx *db.Tx, v Survey, q Question, rep Report) (r Result, err error) {
	r.Question = q
	if r.Answered, err = answered(tx, v, q); err != nil {
		return r, err
	}
	switch {
	case q.Form.Chosen():
		n, err := choices(tx, v, q)
		r.Counts = q.counted(n)
		if !rep.Staff {
			r.Counts, r.Kept = Discreet(r.Counts, q.Form != Several)
		}
		return r, err
	case q.Form == Number || q.Form == Date:
		all, err := values(tx, v, q)
		r.Spread = spread(q.Form, all, !rep.Staff)
		return r, err
	case rep.Texts:
		r.Texts, err = texts(tx, v, q, 0, textsShown+1)
		if r.More = len(r.Texts) > textsShown; r.More {
			r.Texts = r.Texts[:textsShown]
		}
	}
	return r, err
}

// Texts lists open answers to one question after a response; more tells whether others follow.
func (s *Service) Texts(ctx context.Context, a identity.Actor, parent thing.ID, question, after int64, outcome bool) (q Question, all []Text, more bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := Of(tx, parent)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(v.Questions, func(q Question) bool { return q.ID == question && q.Form.Open() })
		staff := policy.May(a, policy.Manage, v.Thing, tx.Now)
		if err := policy.Allow(a, policy.See, v.Thing, tx.Now); err != nil || i < 0 || !staff && !outcome {
			return fault.New(fault.NotFound, "thing.missing")
		}
		q = v.Questions[i]
		all, err = texts(tx, v, q, after, textsShown+1)
		if more = len(all) > textsShown; more {
			all = all[:textsShown]
		}
		return err
	})
	return q, all, more, err
}

// Each calls do with every response sent to a parent's questionnaire, for those who look after it.
// Responses carry no name.
func (s *Service) Each(ctx context.Context, a identity.Actor, parent thing.ID, begin func(Survey) error, do func(Response) error) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		v, err := Of(tx, parent)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, v.Thing, tx.Now); err != nil {
			return err
		}
		if err := begin(v); err != nil {
			return err
		}
		return eachSent(tx, v.ID, do)
	})
}

// edit loads the survey of a parent, or begins one, for somebody who looks after the parent.
func (s *Service) edit(ctx context.Context, a identity.Actor, parent thing.ID, do func(*db.Tx, *Survey) error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := thing.Get(tx, parent)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, p, tx.Now); err != nil {
			return err
		}
		v, err := Of(tx, parent)
		if fault.Is(err, fault.NotFound) {
			v = Survey{Thing: thing.Thing{Parent: p.ID, Agency: p.Agency, Author: a.ID, Lang: p.Lang, Title: p.Title}}
			err = Insert(tx, &v)
		}
		if err != nil {
			return err
		}
		if err := do(tx, &v); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "survey.edit", v.ID, "")
	})
}

// SaveQuestion adds a question (ID 0) or changes one. Once answers were sent, its form stays, its
// options may only be reworded or added to, and it may not become required.
func (s *Service) SaveQuestion(ctx context.Context, a identity.Actor, parent thing.ID, in Question) error {
	return s.edit(ctx, a, parent, func(tx *db.Tx, v *Survey) error {
		q := in
		q.Options = slices.Clone(in.Options)
		q.Prepare()
		if err := q.check(); err != nil {
			return err
		}
		i := slices.IndexFunc(v.Questions, func(old Question) bool { return old.ID == q.ID })
		switch {
		case q.ID == 0 && len(v.Questions) >= QuestionsMost:
			return fault.On("label", "survey.questions.many", "max", int64(QuestionsMost))
		case q.ID == 0 && v.Answers > 0 && q.Required:
			return fault.On("required", "survey.answered")
		case q.ID == 0:
			q.Position = len(v.Questions)
			if len(v.Questions) > 0 {
				q.Position = v.Questions[len(v.Questions)-1].Position + 1
			}
			return InsertQuestion(tx, v.ID, &q)
		case i < 0:
			return fault.New(fault.NotFound, "thing.missing")
		}
		old := v.Questions[i]
		q.Position = old.Position
		if v.Answers > 0 && !q.keeps(old) {
			return fault.On("form", "survey.answered")
		}
		return saveQuestion(tx, q)
	})
}

// keeps reports whether answers to old are answers to q.
func (q Question) keeps(old Question) bool {
	if q.Form != old.Form || q.Required && !old.Required || q.Form == Scale && (q.Least != old.Least || q.Most != old.Most) {
		return false
	}
	for _, o := range old.Options {
		if !slices.ContainsFunc(q.Options, func(n Option) bool { return n.Key == o.Key }) {
			return false
		}
	}
	return true
}

// RemoveQuestion takes a question away, unless answers were sent.
func (s *Service) RemoveQuestion(ctx context.Context, a identity.Actor, parent thing.ID, question int64) error {
	return s.edit(ctx, a, parent, func(tx *db.Tx, v *Survey) error {
		switch {
		case !slices.ContainsFunc(v.Questions, func(q Question) bool { return q.ID == question }):
			return fault.New(fault.NotFound, "thing.missing")
		case v.Answers > 0:
			return fault.New(fault.Conflict, "survey.answered")
		}
		return deleteQuestion(tx, question)
	})
}

// MoveQuestion puts a question one place up (by −1) or down (by 1); at the end it stays.
func (s *Service) MoveQuestion(ctx context.Context, a identity.Actor, parent thing.ID, question int64, by int) error {
	return s.edit(ctx, a, parent, func(tx *db.Tx, v *Survey) error {
		i := slices.IndexFunc(v.Questions, func(q Question) bool { return q.ID == question })
		j := i + by
		if i < 0 || by != 1 && by != -1 {
			return fault.New(fault.NotFound, "thing.missing")
		}
		if j < 0 || j >= len(v.Questions) {
			return nil
		}
		v.Questions[i], v.Questions[j] = v.Questions[j], v.Questions[i]
		for n, q := range v.Questions {
			q.Position = n
			if err := saveQuestion(tx, q); err != nil {
				return err
			}
		}
		return nil
	})
}

// WordsFrom cleans a question's words in another language, the options in the order of the original.
func (q Question) WordsFrom(label, hint string, options []string) Words {
	w := Words{Label: text.Clean(label), Hint: text.Clean(hint), Options: map[string]string{}}
	for i, o := range q.Options {
		if i < len(options) && text.Clean(options[i]) != "" {
			w.Options[o.Key] = text.Clean(options[i])
		}
	}
	return w
}

// Parent returns what the survey under a slug is asked for.
func (s *Service) Parent(ctx context.Context, a identity.Actor, slug string) (p thing.Thing, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		t, err := thing.Find(tx, Kind, slug)
		if err != nil {
			return err
		}
		if p, err = thing.Get(tx, t.Parent); err != nil {
			return err
		}
		return policy.Allow(a, policy.See, t, tx.Now)
	})
	return p, err
}
