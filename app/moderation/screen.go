package moderation

import (
	"hash/fnv"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/text"
)

// Screening is what the instance asks of what people write before everybody sees it. What it holds
// waits for a moderator; nothing is deleted by a rule.
type Screening struct {
	First   int      `json:"first"`   // so many first posts of a new account are held; 0: none
	Days    int      `json:"days"`    // an account is new for so many days
	Links   int      `json:"links"`   // more links than this from a new account are held; -1: any number passes
	Places  int      `json:"places"`  // the same text in more places than this within a week is held; 0: never
	Words   []string `json:"words"`   // a text with one of these is held
	Watched []string `json:"watched"` // what people with an address of these domains write is held
	Blocked []string `json:"blocked"` // with an address of these domains nobody joins
	Allowed []string `json:"allowed"` // of these domains alone people join; none: of all that are not blocked
	Trusted []string `json:"trusted"` // network blocks that many people share, such as a town hall's
}

// UsualScreening is what an instance begins with: nobody waits for being new.
func UsualScreening() Screening { return Screening{First: 0, Days: 7, Links: 2, Places: 3} }

// The reasons for which a text is held.
const (
	ForFirst  = "first"
	ForLinks  = "links"
	ForCopies = "copies"
	ForWords  = "words"
	ForDomain = "domain"
)

// Facts are what the screen knows of a text and its author.
type Facts struct {
	Age    time.Duration // of the account
	Posts  int           // of the author's, published before
	Body   string
	Places int    // where the same text stands already, this one not counted
	Domain string // of the author's address; "": no address
}

const day = 24 * time.Hour

// Judge returns the reasons to hold a text, none when it passes.
func (s Screening) Judge(f Facts) (why []string) {
	fresh := f.Age < time.Duration(s.Days)*day
	add := func(hold bool, reason string) {
		if hold {
			why = append(why, reason)
		}
	}
	add(fresh && f.Posts < s.First, ForFirst)
	add(fresh && s.Links >= 0 && Links(f.Body) > s.Links, ForLinks)
	add(s.Places > 0 && f.Places+1 > s.Places, ForCopies)
	add(s.says(f.Body), ForWords)
	add(inDomains(f.Domain, s.Watched), ForDomain)
	return why
}

// MayJoin returns nil, or the fault that says why nobody joins with an address.
func (s Screening) MayJoin(email string) error {
	d := Domain(email)
	if d == "" {
		return nil
	}
	if inDomains(d, s.Blocked) || len(s.Allowed) > 0 && !inDomains(d, s.Allowed) {
		return fault.New(fault.Forbidden, "abuse.domain.refused", "domain", d)
	}
	return nil
}

// Trusts reports whether a network block, as 203.0.113.0/24, lies in one that many people share.
func (s Screening) Trusts(block string) bool {
	p, err := netip.ParsePrefix(block)
	return err == nil && slices.ContainsFunc(s.Trusted, func(t string) bool {
		q, err := netip.ParsePrefix(t)
		return err == nil && q.Bits() <= p.Bits() && q.Contains(p.Addr())
	})
}

// says reports whether a text holds one of the words, as whole words, whatever their case and accents.
func (s Screening) says(body string) bool {
	if len(s.Words) == 0 {
		return false
	}
	in := " " + strings.Join(words(body), " ") + " "
	return slices.ContainsFunc(s.Words, func(w string) bool {
		w = strings.Join(words(w), " ")
		return w != "" && strings.Contains(in, " "+w+" ")
	})
}

func words(s string) []string {
	return strings.FieldsFunc(text.Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

var linkBegins = regexp.MustCompile(`(?i)\b(?:https?://|www\.)`)

// Links is how many addresses of pages a text holds.
func Links(s string) int {
	n := 0
	for _, at := range linkBegins.FindAllStringIndex(s, -1) {
		if strings.EqualFold(s[at[0]:at[1]], "www.") && at[0] >= 3 && s[at[0]-3:at[0]] == "://" {
			continue // counted with what stands before it
		}
		n++
	}
	return n
}

// Domain is what follows the @ of an address, "" when there is none.
func Domain(email string) string {
	_, d, found := strings.Cut(email, "@")
	if !found {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(d[strings.LastIndexByte(d, '@')+1:], "."))
}

// inDomains reports whether a domain is one of these or lies below one.
func inDomains(d string, all []string) bool {
	return d != "" && slices.ContainsFunc(all, func(one string) bool { return d == one || strings.HasSuffix(d, "."+one) })
}

// printLeast is how long a text must be, in letters, for its repetition to say anything.
const printLeast = 40

// Print is a number that texts share which differ in case, accents, marks and spaces alone; 0 for
// texts so short that many people write them.
func Print(body string) int64 {
	all := words(body)
	h, n := fnv.New64a(), 0
	for _, w := range all {
		n += len([]rune(w))
		h.Write([]byte(w))
	}
	if n < printLeast {
		return 0
	}
	return int64(h.Sum64() >> 1)
}

const (
	listMost = 500 // entries of a list
	lineMost = 100 // letters of an entry
)

// Check tidies the lists and refuses what is no number, domain or network block.
func (s *Screening) Check() error {
	var c fault.Check
	c.That(s.First >= 0 && s.First <= 50, "first", "abuse.number", "most", 50)
	c.That(s.Days >= 0 && s.Days <= 365, "days", "abuse.number", "most", 365)
	c.That(s.Links >= -1 && s.Links <= 50, "links", "abuse.links.number", "most", 50)
	c.That(s.Places >= 0 && s.Places <= 50, "places", "abuse.number", "most", 50)
	tidy(&c, "words", &s.Words, func(w string) (string, bool) { return text.Line(w), len(words(w)) > 0 })
	for name, list := range map[string]*[]string{"watched": &s.Watched, "blocked": &s.Blocked, "allowed": &s.Allowed} {
		tidy(&c, name, list, tidyDomain)
	}
	tidy(&c, "trusted", &s.Trusted, func(b string) (string, bool) {
		p, err := netip.ParsePrefix(b)
		return p.Masked().String(), err == nil
	})
	return c.Err()
}

func tidyDomain(d string) (string, bool) {
	d = strings.Trim(strings.ToLower(strings.TrimPrefix(strings.TrimSpace(d), "@")), ".")
	_, err := identity.Address("a@" + d)
	return d, err == nil
}

// tidy puts a list in order, each entry once; bad names the first entry that is none.
func tidy(c *fault.Check, field string, list *[]string, one func(string) (string, bool)) {
	var out []string
	for _, entry := range *list {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		good, ok := one(entry)
		c.That(ok && len([]rune(entry)) <= lineMost, field, "abuse.entry.bad", "entry", entry)
		out = append(out, good)
	}
	c.That(len(out) <= listMost, field, "abuse.list.long", "most", listMost)
	slices.Sort(out)
	*list = slices.Compact(out)
}
