package web

import (
	"io"
	"strings"

	"tequio/app/fault"
	"tequio/app/page"
	"tequio/app/vote"
)

// voterWords say who may vote, and by which ways, as the rules sheet declares it.
func (v *Visit) voterWords(t vote.Vote) string {
	r := t.Roll
	words := []string{v.T("vote.level." + levelNames[t.LeastLevel])}
	if r.Who != vote.Everyone {
		words[0] = v.T("vote.voters." + string(r.Who))
	}
	if r.Place != "" {
		words = append(words, v.T("vote.voters.place", "place", v.s.Instance.Named("place", r.Place, v.Lang.Tag())))
	}
	switch {
	case r.LeastAge > 0 && r.MostAge > 0:
		words = append(words, v.T("vote.voters.between", "least", r.LeastAge, "most", r.MostAge))
	case r.LeastAge > 0:
		words = append(words, v.T("vote.voters.least", "least", r.LeastAge))
	case r.MostAge > 0:
		words = append(words, v.T("vote.voters.most", "most", r.MostAge))
	}
	for _, way := range []struct {
		taken bool
		key   string
	}{{r.Codes && r.Who != vote.Coded, "codes"}, {r.Desk, "desk"}, {r.Paper, "paper"}} {
		if way.taken {
			words = append(words, v.T("vote.voters.way."+way.key))
		}
	}
	if r.Named > 0 {
		words = append(words, v.T("vote.voters.named", "n", r.Named))
	}
	for i, w := range words {
		words[i] = strings.TrimSuffix(w, ".") + "."
	}
	return strings.Join(words, " ")
}

// rollControls are the controls with which staff declare who may vote, on which conditions and by which
// ways.
func (v *Visit) rollControls(f FormView) (who field, conditions, ways []field) {
	who = v.hinted(f, field{Name: "roll", Label: "vote.desk.roll", Choices: choicesOf(v, f, "roll", "vote.desk.roll.", vote.Electorates...)})
	none := choice{"", v.T("vote.desk.roll_place.any"), false}
	for _, one := range []field{
		{Name: "roll_place", Choices: append([]choice{none}, chosen(v.places(), f.Value("roll_place"))...), Optional: true},
		{Name: "least_age", Type: "number", Width: "w-s", Optional: true}, {Name: "most_age", Type: "number", Width: "w-s", Optional: true},
	} {
		one.Label = "vote.desk." + one.Name
		conditions = append(conditions, v.hinted(f, one))
	}
	for _, name := range []string{"codes", "desk", "paper"} {
		ways = append(ways, v.hinted(f, field{Name: name, Label: "vote.desk.way." + name}))
	}
	return who, conditions, ways
}

// readRoll reads them.
func readRoll(f *Form, number func(string) int64) vote.Roll {
	return vote.Roll{Who: vote.Electorate(f.Get("roll")), Place: f.Get("roll_place"), LeastAge: number("least_age"), MostAge: number("most_age"),
		Codes: f.Has("codes"), Desk: f.Has("desk"), Paper: f.Has("paper")}
}

// rollValues fill them in.
func rollValues(r vote.Roll, number func(int64) string) (pairs []string) {
	pairs = []string{"roll", string(r.Who), "roll_place", r.Place, "least_age", number(r.LeastAge), "most_age", number(r.MostAge)}
	for name, on := range map[string]bool{"codes": r.Codes, "desk": r.Desk, "paper": r.Paper} {
		if on {
			pairs = append(pairs, name, "yes")
		}
	}
	return pairs
}

// rollView is the page on which staff see who may vote and put in the list of those who may.
type rollView struct {
	voteHead
	Desk   []deskItem
	Here   string
	Form   FormView
	Words  string
	Listed bool
	Papers bool
	Booths bool // there is a desk, or paper
	Frozen bool
	Named  int64
	Sum    string
}

var rollTmpl = page.New[rollView]("vote/roll")

func (s *Server) voteRoll(v *Visit) error { return s.showRoll(v, FormView{}, 0) }

func (s *Server) showRoll(v *Visit, f FormView, code int) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	m := rollView{voteHead: v.voteHead(t), Desk: v.desk(deskVotes), Here: deskVote(t.ID), Form: f, Words: v.voterWords(t), Listed: t.Roll.Who == vote.Listed, Booths: t.Roll.Desk || t.Roll.Paper, Papers: t.Roll.Paper,
		Frozen: t.Frozen(v.Now), Named: t.Roll.Named, Sum: t.Roll.ListSum}
	return render(v, rollTmpl, Head{Title: v.T("vote.roll.title"), Admin: true, Private: true, Failed: f.Failed(), Code: code}, m)
}

// saveList puts in the list of those who may vote.
func (s *Server) saveList(v *Visit) error {
	t, _, err := s.managedVote(v)
	if err != nil {
		return err
	}
	file, err := v.sentFile("list", "vote.list.file")
	if err == nil {
		_, err = s.Votes.SetList(v.ctx, v.Actor, t.ID, file)
		file.Close()
	}
	if f, ok := v.refused(err); err != nil && ok {
		return s.showRoll(v, f, statusOf(err))
	}
	if err != nil {
		return err
	}
	v.Flash("vote.list.saved")
	return v.Redirect(deskVote(t.ID) + "/roll")
}

// sentFile opens the file of a field; none is refused with a message.
func (v *Visit) sentFile(name, none string) (io.ReadCloser, error) {
	files := v.Form.Files(name)
	if len(files) == 0 || files[0].Size == 0 {
		return nil, fault.On(name, none)
	}
	return files[0].Open()
}

// turnoutRows are how many ballots came from whom, and by which way.
func (v *Visit) turnoutRows(sums []vote.Sum, all int64) (levels, channels []levelRow) {
	byLevel, byChannel := map[int64]int64{}, map[string]int64{}
	for _, s := range sums {
		byLevel[s.Level] += s.Count
		byChannel[s.Channel] += s.Count
	}
	var of, by []part
	for level := int64(3); level >= 0; level-- {
		if n := byLevel[level]; n > 0 {
			of = append(of, part{v.T("vote.level." + levelNames[levelOf(level)]), n})
		}
	}
	for _, channel := range vote.Channels {
		if n := byChannel[channel]; n > 0 {
			by = append(by, part{v.T("vote.channel." + channel), n})
		}
	}
	return v.parts(of, all), v.parts(by, all)
}
