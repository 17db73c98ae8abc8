package web

import (
	"fmt"
	"strconv"

	"tequio/app/challenge"
	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/policy"
	"tequio/app/thing"
)

// boardView is where entries are judged: whether they are valid, who goes on, who wins.
type boardView struct {
	Desk      []deskItem
	C         challenge.Challenge
	Here      string
	Back      string
	Tag       Tag
	Sent      string
	Sealed    string // why nothing can be read yet
	Judging   bool
	Entries   []boardEntry
	Valid     []boardEntry
	Finalist  string // how many may go on
	Winners   string
	Form      FormView
	More      field // why there are more finalists than announced
	Outcome   []choice
	Text      field
	Departure field // why the decision departs from the brief
	Decision  string
}

type boardEntry struct {
	ID                        thing.ID
	Href, Title, Team, By, At string
	Lang                      string
	Validity                  Tag
	Standing                  *Tag
	Reason                    field
	Error                     string
	Options                   []choice // valid or not
	Finalist                  bool
	Places                    []choice
}

var boardTmpl = page.New[boardView]("challenge/board")

func (s *Server) challengeBoard(v *Visit) error { return s.showBoard(v, blank(), 0, 0) }

// showBoard shows the board; entry is the one whose mark was refused, where one was.
func (s *Server) showBoard(v *Visit, f FormView, code int, entry thing.ID) error {
	b, err := s.Challenges.Board(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	m := boardView{Desk: v.desk(deskChallenges), C: b.Challenge, Here: deskChallenge(b.ID), Back: deskChallenges, Tag: *v.whereTag(b.Challenge),
		Sent: v.T("challenge.sent", "n", b.Sent), Judging: b.Judging(v.Now), Form: f}
	if policy.May(v.Actor, policy.Manage, b.Thing, v.Now) {
		m.Back = m.Here
	}
	if !m.Judging && !b.Decided() {
		m.Sealed = v.T("challenge.board.early", "date", v.Lang.DateTime(b.UnsealedAt(), v.Zone()))
	}
	if b.Decided() {
		m.Decision = b.Path() + "/decision"
	}
	for _, e := range b.Entries {
		row := v.boardEntry(f, e, b, entry)
		m.Entries = append(m.Entries, row)
		if e.Validity == challenge.Valid {
			m.Valid = append(m.Valid, row)
		}
	}
	m.Finalist, m.Winners = v.T("challenge.finalists.most", "n", b.Finalists), v.T("challenge.winners.most", "n", b.Challenge.Winners)
	m.More = v.filled(f, field{Name: "more", Label: "challenge.board.departure", Hint: "challenge.board.more.hint", Rows: 2, Max: challenge.ReasonMost, Optional: true})
	m.Departure = v.filled(f, field{Name: "departure", Label: "challenge.board.departure", Hint: "challenge.board.departure.hint", Rows: 2,
		Max: challenge.ReasonMost, Optional: true})
	m.Text = v.filled(f, field{Name: "text", Label: "challenge.board.text", Hint: "challenge.board.text.hint", Rows: 10, Max: challenge.BodyMost})
	for _, o := range []challenge.Outcome{challenge.Won, challenge.Void} {
		m.Outcome = append(m.Outcome, choice{string(o), v.T("challenge.board.outcome." + string(o)), f.Ticked("outcome", string(o))})
	}
	return render(v, boardTmpl, Head{Title: v.T("challenge.board") + ": " + b.Title, Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

func (v *Visit) boardEntry(f FormView, e challenge.Entry, b challenge.Board, refused thing.ID) boardEntry {
	line := v.entryLine(e)
	r := boardEntry{ID: e.ID, Href: e.Path(), Title: line.Title, Team: line.Team, By: b.Names[e.Author], At: v.Lang.DateTime(e.SubmittedAt, v.Zone()), Lang: line.Lang,
		Validity: line.Validity, Standing: v.entryStanding(e), Finalist: e.Standing == challenge.Finalist}
	if e.Standing == "" {
		r.Standing = nil
	}
	id := thingNumber(e.ID)
	if f.Failed() && f.Value("act") == "finalists" {
		r.Finalist = f.Ticked("finalist", id)
	}
	validity := string(e.Validity)
	r.Reason = field{Name: "reason-" + id, Label: v.T("challenge.board.reason"), Hint: v.T("challenge.board.reason.hint"), Value: e.Reason, Rows: 2, Max: challenge.ReasonMost}
	if e.ID == refused {
		validity, r.Reason.Value, r.Reason.Error, r.Error = f.Value("validity-"+id), f.Value("reason-"+id), f.Error("reason-"+id), f.Error("validity-"+id)
	}
	for _, o := range []challenge.Validity{challenge.Valid, challenge.Invalid} {
		r.Options = append(r.Options, choice{string(o), v.T("entry.validity." + string(o)), validity == string(o)})
	}
	given := f.Value("place-" + id)
	r.Places = []choice{{"", v.T("challenge.board.noplace"), given == ""}}
	for n := int64(1); n <= max(b.Challenge.Winners, 3); n++ {
		value := strconv.FormatInt(n, 10)
		r.Places = append(r.Places, choice{value, v.T("entry.place", "n", n), given == value})
	}
	r.Places = append(r.Places, choice{"mention", v.T("entry.standing.mention"), given == "mention"})
	return r
}

// markEntry marks an entry valid or not.
func (s *Server) markEntry(v *Visit) error {
	entry := thing.ID(v.ID("entry"))
	id := thingNumber(entry)
	_, err := s.Challenges.Validate(v.ctx, v.Actor, entry, challenge.Validity(v.Form.Get("validity-"+id)), v.Form.Get("reason-"+id))
	if flt := fault.Of(err); err != nil && len(flt.Fields) > 0 {
		renamed := map[string]fault.Message{}
		for name, m := range flt.Fields {
			renamed[name+"-"+id] = m
		}
		flt.Fields = renamed
		err = flt
	}
	return s.onBoard(v, "challenge.board.marked", "#e"+id, err, entry)
}

// onBoard leads back to the board, or shows it with the fault.
func (s *Server) onBoard(v *Visit, flash, anchor string, err error, entry thing.ID) error {
	if f, ok := v.refused(err); err != nil && ok {
		return s.showBoard(v, f, statusOf(err), entry)
	}
	if err != nil {
		return err
	}
	v.Flash(flash)
	return v.Redirect(fmt.Sprintf("%s/entries%s", deskChallenge(thing.ID(v.ID("id"))), anchor))
}

func (s *Server) nameFinalists(v *Visit) error {
	var chosen []thing.ID
	for _, value := range v.Form.All("finalist") {
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			chosen = append(chosen, thing.ID(n))
		}
	}
	err := s.Challenges.NameFinalists(v.ctx, v.Actor, thing.ID(v.ID("id")), chosen, v.Form.Get("more"))
	return s.onBoard(v, "challenge.board.named", "#finalists", err, 0)
}

// decideChallenge publishes the decision.
func (s *Server) decideChallenge(v *Visit) error {
	b, err := s.Challenges.Board(v.ctx, v.Actor, thing.ID(v.ID("id")))
	if err != nil {
		return err
	}
	d := challenge.Verdict{Outcome: challenge.Outcome(v.Form.Get("outcome")), Text: v.Form.Get("text"), Departure: v.Form.Get("departure"), Winners: map[thing.ID]int64{}}
	for _, e := range b.Entries {
		switch place := v.Form.Get("place-" + thingNumber(e.ID)); place {
		case "":
		case "mention":
			d.Mentions = append(d.Mentions, e.ID)
		default:
			n, err := strconv.ParseInt(place, 10, 64)
			if err != nil {
				return fault.New(fault.Invalid, "fault.request")
			}
			d.Winners[e.ID] = n
		}
	}
	err = s.Challenges.Decide(v.ctx, v.Actor, b.ID, d)
	return s.onBoard(v, "challenge.board.decided", "", err, 0)
}
