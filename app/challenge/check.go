package challenge

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/thing"
)

// The limits of texts, in runes, and of numbers.
const (
	TitleMost    = 120
	SummaryMost  = 240
	BodyMost     = 50_000
	TextMost     = 10_000
	CriteriaMost = 12
	DataMost     = 10
	PlacesMost   = 100       // finalists or winners
	PrizeMost    = 1_000_000 // millions of minor units
)

func long(s string, most int) bool { return len([]rune(s)) > most }

// Check finds what is wrong with the brief as far as it is written: a draft may lack parts.
func (c *Challenge) Check() error {
	var k fault.Check
	k.That(c.Agency != 0, "agency", "challenge.agency.empty")
	k.That(c.Title != "", "title", "challenge.title.empty")
	k.That(!long(c.Title, TitleMost), "title", "challenge.title.long", "max", TitleMost)
	k.That(!long(c.Summary, SummaryMost), "summary", "challenge.summary.long", "max", SummaryMost)
	k.That(!long(c.Body, BodyMost), "body", "challenge.text.long", "max", BodyMost)
	for field, s := range map[string]string{"eligibility": c.Eligibility, "rules": c.Rules, "rights": c.Rights, "privacy": c.Privacy,
		"success": c.Success, "declaration": c.Declaration, "prize_text": c.PrizeText} {
		k.That(!long(s, TextMost), field, "challenge.text.long", "max", TextMost)
	}
	k.That(c.Prize >= 0 && c.Prize <= PrizeMost*1e6, "prize", "challenge.prize.range")
	k.That(c.Seed >= 0 && c.Seed <= PrizeMost*1e6, "seed", "challenge.prize.range")
	k.That(c.Finalists >= 1 && c.Finalists <= PlacesMost, "finalists", "challenge.places.range", "max", PlacesMost)
	k.That(c.Winners >= 1 && c.Winners <= PlacesMost, "winners", "challenge.places.range", "max", PlacesMost)
	k.That(len(c.Data) <= DataMost, "data", "challenge.data.many", "max", DataMost)
	for _, d := range c.Data {
		k.That(webAddress(d.URL), "data", "challenge.data.url")
	}
	c.checkCriteria(&k)
	c.checkStages(&k)
	return k.Err()
}

func (c *Challenge) checkCriteria(k *fault.Check) {
	k.That(len(c.Criteria) <= CriteriaMost, "criteria", "challenge.criteria.many", "max", CriteriaMost)
	for _, r := range c.Criteria {
		k.That(r.Name != "", "criteria", "challenge.criterion.name")
		k.That(r.Weight >= 1 && r.Weight <= 100, "criteria", "challenge.criterion.weight")
	}
}

// checkStages holds the stages to their order. Each closes after it opens; questions end with the
// entries at the latest; the others follow one another.
func (c *Challenge) checkStages(k *fault.Check) {
	last := thing.Stage{}
	for _, s := range c.Stages {
		k.That(slices.Contains(StageKinds, s.Kind), "stages", "challenge.dates.unknown")
		k.That(s.OpensAt.Before(s.ClosesAt), "stage-"+s.Kind, "challenge.dates.backwards")
		if s.Kind == Questions {
			if e, ok := c.Stage(Entries); ok {
				k.That(!s.ClosesAt.After(e.ClosesAt), "stage-"+s.Kind, "challenge.dates.questions")
			}
			continue
		}
		k.That(last.Kind == "" || !s.OpensAt.Before(last.ClosesAt), "stage-"+s.Kind, "challenge.dates.order")
		last = s
	}
}

// Missing are what must be there before the challenge is published, as keys of the catalogues. at is
// when it would be published.
func (c *Challenge) Missing(at time.Time) (missing []string) {
	need := func(ok bool, key string) {
		if !ok {
			missing = append(missing, "challenge.missing."+key)
		}
	}
	entries, ok := c.Stage(Entries)
	need(c.Summary != "", "summary")
	need(c.Body != "", "body")
	need(c.Success != "", "success")
	need(c.Prize > 0 || c.PrizeText != "", "prize")
	need(c.Eligibility != "", "eligibility")
	need(c.Rights != "", "rights")
	need(c.Privacy != "", "privacy")
	need(len(c.Statements()) > 0, "declaration")
	need(len(c.Criteria) > 0, "criteria")
	need(len(c.Criteria) == 0 || Weights(c.Criteria) == 100, "weights")
	need(ok, "entries")
	need(!ok || entries.ClosesAt.After(at), "deadline")
	_, ok = c.Stage(Decision)
	need(ok, "decision")
	return missing
}

// Weights is the sum of the criteria's weights, in percent.
func Weights(all []Criterion) (sum int64) {
	for _, r := range all {
		sum += r.Weight
	}
	return sum
}

// change refuses what may not change once people rely on it: what is judged after entries opened,
// the deadline after it passed, and a deadline in the past.
func (c *Challenge) change(from Challenge, now time.Time) error {
	if !from.Visible(now) {
		return nil
	}
	var k fault.Check
	k.That(!from.Decided(), "title", "challenge.change.decided")
	was, _ := from.Stage(Entries)
	is, ok := c.Stage(Entries)
	k.That(ok, "stage-entries", "challenge.change.entries")
	if was.At(now) != thing.Upcoming {
		k.That(slices.Equal(c.Criteria, from.Criteria), "criteria", "challenge.change.criteria")
		k.That(c.Sealed == from.Sealed, "sealed", "challenge.change.sealed")
		k.That(is.OpensAt.Equal(was.OpensAt), "stage-entries", "challenge.change.opened")
	}
	if was.At(now) == thing.Closed {
		k.That(is.ClosesAt.Equal(was.ClosesAt), "stage-entries", "challenge.change.closed")
	} else {
		k.That(is.ClosesAt.After(now), "stage-entries", "challenge.change.past")
	}
	return k.Err()
}

// webAddress reports whether a link leads to a page: http or https, with a host and nobody's name.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && len(s) <= 500 && !strings.ContainsAny(s, " \t\r\n<>\"")
}
