package challenge

import (
	"context"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/notice"
	"tequio/app/policy"
	"tequio/app/thing"
)

// QuestionMost bounds a question, AnswerMost its answer, in runes.
const (
	QuestionMost = 1000
	AnswerMost   = 5000
)

// questionsEach bounds the questions of one person on one challenge that wait for an answer.
const questionsEach = 5

// Ask puts a question to the agency. Others read it once it is answered, without the name.
func (s *Service) Ask(ctx context.Context, a identity.Actor, id thing.ID, question string) error {
	return s.db.WriteOn(ctx, thing.Scope(id), func(tx *db.Tx) error {
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Ask, c.Thing, tx.Now); err != nil {
			return err
		}
		if !c.Asking(tx.Now) {
			return fault.New(fault.Closed, "challenge.questions.closed")
		}
		all, err := QuestionsOf(tx, id)
		if err != nil {
			return err
		}
		waiting := 0
		for _, q := range all {
			if q.Author == a.ID && q.Answer == "" {
				waiting++
			}
		}
		var k fault.Check
		k.That(question != "", "question", "challenge.question.empty")
		k.That(!long(question, QuestionMost), "question", "challenge.text.long", "max", QuestionMost)
		k.That(waiting < questionsEach, "question", "challenge.question.many", "max", questionsEach)
		if err := k.Err(); err != nil {
			return err
		}
		if err := InsertQuestion(tx, &Question{Challenge: id, Author: a.ID, Question: question}); err != nil {
			return err
		}
		if err := notice.StoreFollow(tx, id, a.ID); err != nil { // so that the answer reaches them
			return err
		}
		return thing.Record(tx, 0, "challenge.question", id, "") // who asked stays out of the trail
	})
}

// AnswerQuestion answers a question for everybody; an answer may be bettered by another.
func (s *Service) AnswerQuestion(ctx context.Context, a identity.Actor, question int64, answer string) (id thing.ID, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		q, err := getQuestion(tx, question)
		if err != nil {
			return err
		}
		id = q.Challenge
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Allow(a, policy.Manage, c.Thing, tx.Now); err != nil {
			return err
		}
		var k fault.Check
		k.That(answer != "", "answer", "challenge.answer.empty")
		k.That(!long(answer, AnswerMost), "answer", "challenge.text.long", "max", AnswerMost)
		if err := k.Err(); err != nil {
			return err
		}
		if err := answerQuestion(tx, question, answer); err != nil {
			return err
		}
		return thing.Record(tx, a.ID, "challenge.answer", id, "")
	})
	return id, err
}
