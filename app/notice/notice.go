// Package notice lets people follow any thing, and tells them what became of the things they
// follow, wrote or took part in.
package notice

import (
	"strings"
	"time"

	"tequio/app/identity"
	"tequio/app/thing"
)

// A Notice tells one person of one event.
type Notice struct {
	ID    int64
	At    time.Time
	Verb  string    // of the event; Word makes it a key of the catalogues
	Note  string    // of the event
	Actor string    // who did it; "" for the clock, the shell or a deleted account
	Thing thing.Ref // where it happened
	Read  bool
}

// An audience is who is told of an event: several of these together.
type audience uint8

const (
	followers  audience = 1 << iota
	author              // who wrote the thing
	concerned           // Event.Person
	supporters          // who supports the thing
	ofAgency            // who follows the agency of the thing
	ofPlace             // who follows its place
	ofSubject           // who follows its subject

	watchers = ofAgency | ofPlace | ofSubject // who waits for new things of a kind
)

// crowds are the audiences that may be large: each is told in batches of its own. Somebody in several
// is told by the first.
var crowds = []audience{followers, supporters, ofAgency, ofPlace, ofSubject}

// A piece of news is an event that people are told of, and by what means.
type news struct {
	to     audience
	letter audience // who is mailed at once unless they chose otherwise: a contribution's author, its answer
}

// told are the verbs that people are told of. A verb that is not here is looked up by its last word
// after a star: "*.open" is the opening of anything.
var told = map[string]news{
	"answer.give":          {to: followers | author | concerned, letter: author | concerned},
	"proposal.threshold":   {to: followers | author, letter: author},
	"answer.correct":       {to: followers | author | concerned, letter: author | concerned},
	"proposal.sponsor":     {to: concerned},
	"proposal.progress":    {to: followers | author},
	"proposal.fulfil":      {to: followers | author, letter: author},
	"proposal.assign":      {to: author},
	"proposal.withdraw":    {to: followers},
	"proposal.edit":        {to: followers | supporters},
	"proposal.merge":       {to: followers | supporters},
	"proposal.absorb":      {to: author},
	"proposal.join":        {to: author},
	"proposal.part":        {to: concerned},
	"comment.reply":        {to: concerned},
	"comment.mention":      {to: concerned},
	"invalid.confirm":      {to: followers | author},
	"invalid.undo":         {to: followers | author},
	"report.decide":        {to: concerned},
	"moderation.warn":      {to: concerned, letter: concerned},
	"thing.pass":           {to: concerned, letter: concerned},
	"thing.return":         {to: concerned, letter: concerned},
	"appeal.upheld":        {to: concerned, letter: concerned},
	"appeal.overturned":    {to: concerned, letter: concerned},
	"comment.release":      {to: concerned},
	"talk.close":           {to: followers},
	"talk.open":            {to: followers},
	"consultation.outcome": {to: followers, letter: followers},
	"consultation.change":  {to: followers},
	"disposition.tell":     {to: concerned, letter: concerned},
	"challenge.answer":     {to: followers | concerned},
	"challenge.finalists":  {to: followers},
	"challenge.decide":     {to: followers, letter: followers},
	"challenge.void":       {to: followers, letter: followers},
	"entry.*":              {to: author | concerned, letter: author | concerned},
	"vote.count":           {to: followers},
	"vote.amend":           {to: followers},
	"vote.annul":           {to: followers},
	"vote.object":          {to: followers},
	"vote.certify":         {to: followers},
	"thing.hide":           {to: author | concerned, letter: author | concerned},
	"thing.show":           {to: author | concerned},
	"comment.hide":         {to: concerned, letter: concerned},
	"comment.show":         {to: concerned},
	"*.publish":            {to: watchers},
	"*.open":               {to: followers},
	"*.close":              {to: followers},
}

// quiet are verbs of a family that is told, which tell nobody anything: one's own doings.
var quiet = map[string]bool{
	"entry.create": true, "entry.draft": true, "entry.edit": true, "entry.change": true, "entry.publish": true, "entry.submit": true, "entry.withdraw": true,
}

// Word is the name under which told and the catalogues know a verb; "" when nobody is told of it.
func Word(verb string) string {
	if quiet[verb] {
		return ""
	}
	family, last, _ := strings.Cut(verb, ".")
	for _, w := range []string{verb, family + ".*", "*." + last} {
		if _, ok := told[w]; ok {
			return w
		}
	}
	return ""
}

// begins are the last words of verbs by which somebody starts something of their own, which they
// follow from then on.
var begins = map[string]bool{"create": true, "draft": true, "publish": true, "submit": true, "enter": true}

func beginning(e thing.Event) bool {
	return e.Actor != 0 && begins[e.Verb[strings.LastIndexByte(e.Verb, '.')+1:]]
}

// joins are the verbs by which somebody takes part in what another asks. They follow it from then
// on: every contribution ends in an answer that its author is told.
var joins = map[string]bool{"survey.respond": true, "comment.say": true, "comment.reply": true}

// asked is what somebody joined by an event on t: the consultation that t is or belongs to; 0: none.
func asked(t thing.Thing) thing.ID {
	switch t.Kind {
	case "consultation":
		return t.ID
	case "survey", "topic":
		return t.Parent
	}
	return 0
}

// unlike returns the people once each, without the one who did it and without nobody.
func unlike(actor identity.ID, people []identity.ID) (all []identity.ID) {
	seen := map[identity.ID]bool{0: true, actor: true}
	for _, p := range people {
		if !seen[p] {
			seen[p] = true
			all = append(all, p)
		}
	}
	return all
}
