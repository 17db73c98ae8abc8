package challenge

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/media"
	"tequio/app/text"
	"tequio/app/thing"
)

// Validity is whether an entry keeps to the rules of the brief.
type Validity string

// The validities; an entry that nobody looked at has none.
const (
	Valid   Validity = "valid"
	Invalid Validity = "invalid" // always with a reason
)

// Standing is how far an entry came.
type Standing string

// The standings; the others have none.
const (
	Finalist Standing = "finalist"
	Winner   Standing = "winner"
	Mention  Standing = "mention"
)

// Entry is what a person or team sends to a challenge. Its thing's title, summary and author are the
// entry's; its parent is the challenge. It has no agency, so that no role opens it before its time:
// a sealed entry is published at the instant at which it may be read.
type Entry struct {
	thing.Thing
	Team        string
	Body        string // Markdown of a participant
	HTML        string
	Links       []Link
	Declaration string // the exact text that was ticked, a statement a line
	SubmittedAt time.Time
	Receipt     string // the exact bytes that SHA256 is of
	SHA256      []byte
	Validity    Validity
	Reason      string // of the validity
	Standing    Standing
	Place       int64 // of winners: 1, 2, 3…
	Files       []media.File
}

// Link is an address beside an entry.
type Link struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}

// Sent reports whether the entry takes part; else it is a draft.
func (e Entry) Sent() bool { return !e.SubmittedAt.IsZero() }

// Code is the receipt's SHA-256 in hexadecimal, "" while nothing was sent.
func (e Entry) Code() string { return hex.EncodeToString(e.SHA256) }

// The limits of an entry's texts, in runes.
const (
	TeamMost      = 80
	PitchMost     = 300
	EntryBodyMost = 10_000
	LinksMost     = 5
	LabelMost     = 80
)

// A Draft is what the form of an entry holds.
type Draft struct {
	Lang, Team, Title, Summary, Body string
	Links                            string   // one a line: the address, then its name
	Ticked                           []string // marks of the statements that were ticked
	Uploads                          []media.Upload
	Remove                           []int64
	Alts                             map[int64]string // file → what it shows
}

// put copies the draft into the entry, and finds what is too long or no link: a draft may lack
// anything else.
func (e *Entry) put(d Draft) error {
	var k fault.Check
	e.Team, e.Title, e.Summary, e.Body = d.Team, d.Title, d.Summary, d.Body
	if d.Lang != "" {
		e.Lang = d.Lang
	}
	links, ok := ParseLinks(d.Links)
	e.Links = links
	k.That(!long(e.Team, TeamMost), "team", "entry.team.long", "max", TeamMost)
	k.That(!long(e.Title, TitleMost), "title", "entry.title.long", "max", TitleMost)
	k.That(!long(e.Summary, PitchMost), "summary", "entry.summary.long", "max", PitchMost)
	k.That(!long(e.Body, EntryBodyMost), "body", "entry.body.long", "max", EntryBodyMost)
	k.That(ok, "links", "entry.links.bad")
	k.That(len(links) <= LinksMost, "links", "entry.links.many", "max", LinksMost)
	e.HTML = text.Markdown(e.Body, text.Participant)
	return k.Err()
}

// ready finds what an entry still lacks to be sent.
func (e *Entry) ready(c Challenge, ticked []string) error {
	var k fault.Check
	k.That(e.Team != "", "team", "entry.team.empty")
	k.That(e.Title != "", "title", "entry.title.empty")
	k.That(e.Summary != "", "summary", "entry.summary.empty")
	k.That(e.Body != "", "body", "entry.body.empty")
	for _, s := range c.Statements() {
		k.That(slices.Contains(ticked, s.Mark), "declaration", "entry.declaration.empty")
	}
	return k.Err()
}

// A Statement is one line of what entrants declare. Its mark changes with its words, so that nobody
// declares what was written after they ticked.
type Statement struct{ Text, Mark string }

// Statements are the lines of the declaration.
func (c Challenge) Statements() (all []Statement) {
	for _, line := range strings.Split(c.Declaration, "\n") {
		if line = strings.TrimSpace(strings.TrimLeft(line, "-*• ")); line != "" {
			sum := sha256.Sum256([]byte(line))
			all = append(all, Statement{line, hex.EncodeToString(sum[:8])})
		}
	}
	return all
}

// declared is the exact text of the statements, for keeping with the entry.
func (c Challenge) declared() string {
	var lines []string
	for _, s := range c.Statements() {
		lines = append(lines, s.Text)
	}
	return strings.Join(lines, "\n")
}

// ParseLinks reads links, one a line: the address and, after a space, its name. ok is false when a
// line is no link to a page; what could be read is returned all the same.
func ParseLinks(s string) (links []Link, ok bool) {
	ok = true
	for _, line := range strings.Split(s, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		address, label, _ := strings.Cut(line, " ")
		if !webAddress(address) || long(label, LabelMost) {
			ok = false
			continue
		}
		links = append(links, Link{strings.TrimSpace(label), address})
	}
	return links, ok
}

// PrintLinks writes links as ParseLinks reads them.
func PrintLinks(links []Link) string {
	var lines []string
	for _, l := range links {
		lines = append(lines, strings.TrimSpace(l.URL+" "+l.Label))
	}
	return strings.Join(lines, "\n")
}

// sentFile is a file as the receipt names it.
type sentFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Type   string `json:"type"`
}

// sentEntry is what was sent; its fields stand in the order of their names.
type sentEntry struct {
	Body        string     `json:"body"`
	Challenge   string     `json:"challenge"`
	Declaration string     `json:"declaration"`
	Entry       string     `json:"entry"`
	Files       []sentFile `json:"files"`
	Links       []Link     `json:"links"`
	SentAt      string     `json:"sent_at"`
	Summary     string     `json:"summary"`
	Team        string     `json:"team"`
	Title       string     `json:"title"`
}

// seal writes the receipt: everything that was sent as JSON, and its SHA-256. Files stand in it by
// theirs, so the code covers them too.
func (e *Entry) seal(c Challenge) error {
	s := sentEntry{Body: e.Body, Challenge: c.Slug, Declaration: e.Declaration, Entry: e.Slug, Files: []sentFile{}, Links: []Link{},
		SentAt: e.SubmittedAt.UTC().Format(time.RFC3339Nano), Summary: e.Summary, Team: e.Team, Title: e.Title}
	s.Links = append(s.Links, e.Links...)
	for _, f := range e.Files {
		s.Files = append(s.Files, sentFile{f.Name, hex.EncodeToString(f.SHA256), f.Size, f.Type})
	}
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	if err := w.Encode(s); err != nil {
		return err
	}
	e.Receipt = b.String()
	sum := sha256.Sum256(b.Bytes())
	e.SHA256 = sum[:]
	return nil
}

// takes refuses an entry that comes too early or too late. The deadline is judged by when the request
// began; what began in time may take Grace to arrive.
func (c Challenge) takes(started, now time.Time) error {
	s, ok := c.Stage(Entries)
	switch {
	case !ok || c.Decided():
		return fault.New(fault.Closed, "entry.closed")
	case now.Before(s.OpensAt):
		return fault.New(fault.Closed, "entry.early")
	case !started.Before(s.ClosesAt), now.After(s.ClosesAt.Add(Grace)):
		return fault.New(fault.Closed, "entry.late")
	}
	return nil
}
