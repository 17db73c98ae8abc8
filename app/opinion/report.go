package opinion

import (
	"cmp"
	"slices"
)

// Report is a map as it is published: what the command prints and the open data hold.
type Report struct {
	Participants int              `json:"participants"` // on the map: all groups together
	Voters       int              `json:"voters"`       // all who voted
	Statements   int              `json:"statements"`
	Votes        int              `json:"votes"`
	Silhouette   float64          `json:"silhouette"`
	Groups       []GroupReport    `json:"groups"`
	Consensus    []StanceReport   `json:"consensus"`
	Informed     []InformedReport `json:"group_informed_consensus"` // the highest first
}

// GroupReport is a group in a report.
type GroupReport struct {
	ID             int            `json:"id"`
	Size           int            `json:"size"`
	Members        []int64        `json:"members,omitempty"`
	Representative []StanceReport `json:"representative"`
}

// StanceReport is a stance in a report. Agree and Disagree are shares of those who saw the statement, with
// one more either way.
type StanceReport struct {
	Statement int64   `json:"statement"`
	Stance    string  `json:"stance"` // "agree" or "disagree"
	Agree     float64 `json:"agree"`
	Disagree  float64 `json:"disagree"`
	Said      int     `json:"said"` // who took that stance
	Seen      int     `json:"seen"`
	Test      float64 `json:"z"`
	Ratio     float64 `json:"ratio,omitempty"` // of the share to that of the other groups
	RatioTest float64 `json:"ratio_z,omitempty"`
}

// InformedReport is how far all groups agree with a statement: the product of their shares.
type InformedReport struct {
	Statement int64   `json:"statement"`
	Agree     float64 `json:"agree"`
}

// Report is the map for publication; members say who is in which group.
func (m Map) Report(members bool) Report {
	r := Report{
		Participants: len(m.Participants), Voters: m.Voters, Statements: len(m.Statements), Votes: m.Votes, Silhouette: m.Silhouette,
		Groups: []GroupReport{}, Consensus: reported(m.Agreed), Informed: []InformedReport{},
	}
	for i, g := range m.Groups {
		one := GroupReport{ID: i, Size: len(g.Members), Representative: reported(g.Representative)}
		if members {
			one.Members = g.Members
		}
		r.Groups = append(r.Groups, one)
	}
	for j, s := range m.Statements {
		r.Informed = append(r.Informed, InformedReport{s, m.Informed[j]})
	}
	slices.SortStableFunc(r.Informed, func(a, b InformedReport) int { return cmp.Compare(b.Agree, a.Agree) })
	return r
}

func reported(all []Stance) []StanceReport {
	told := []StanceReport{}
	for _, s := range all {
		one := StanceReport{s.Statement, "disagree", share(s.Agree, s.Seen), share(s.Disagree, s.Seen), s.Said(), s.Seen, s.Test, s.Ratio, s.RatioTest}
		if s.Agrees {
			one.Stance = "agree"
		}
		told = append(told, one)
	}
	return told
}
