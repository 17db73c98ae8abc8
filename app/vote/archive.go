package vote

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tequio/app/ledger"
	"tequio/app/thing"
)

// The files of an archive. An archive is a zip that holds all that anybody needs to count a vote again
// without asking the instance; README.txt in it says what each file is.
const (
	fileReadme      = "README.txt"
	fileHead        = "vote.json"
	fileRules       = "rules.json"
	fileAmendment   = "amendments/%03d.json"
	fileOptions     = "options.json"
	fileBallots     = "ballots.jsonl"
	fileCounted     = "counted.txt"   // sealed publication only
	fileAuditors    = "auditors.json" // the same
	fileVoided      = "voided.txt"
	fileEntries     = "log/entries"
	fileCheckpoints = "log/checkpoints.jsonl"
	fileSeen        = "log/cosignatures.jsonl"
	fileLot         = "lot.json"
	fileResult      = "result.json"
	fileCSV         = "ballots.csv"
	fileSums        = "SHA256SUMS"
	fileSignature   = "SHA256SUMS.sig"
)

// archiveFormat names what the files hold; another meaning of any of them gets another name.
const archiveFormat = "tequio-archive-v1"

// readme explains an archive to who opens it.
const readme = `ARCHIVE OF A VOTE (tequio-archive-v1)

All that is needed to count this vote again, without a network and without trust in who published it:

    tequio verify ARCHIVE.zip --key VKEY
    tequio count --rule RULE ARCHIVE.zip

VKEY is the public key on the page of the vote; confirm it by another way, such as a poster or a
telephone call. "--receipt CODE" looks for a ballot, "--against OLDER.zip" proves that the ledger only
grew since an archive that you kept. All text is UTF-8, all hashes are SHA-256, all numbers are whole.

vote.json         what vote this is, its public key, its instants, its amendments
rules.json        the rules sheet as it was when voting opened, byte by byte: its hash is in vote.json.
                  Money is in minor units; "options" name the codes that ballots use
amendments/*      the whole rules sheet after each change. Each is an entry of the ledger:
                  SHA-256("tequio-rules-v1" 0x00, vote id as 8 bytes, sheet)
options.json      the texts of the options
ballots.jsonl     one counted ballot a line: {"commitment":HEX,"nonce":HEX,"ballot":B}, by commitment, where
                  "disclosure" in rules.json is "checkable". The commitment is an entry of the ledger:
                  SHA-256("tequio-ballot-v1" 0x00, vote id as 8 bytes, nonce as 32 bytes, B as it stands here).
                  Where it is "sealed", {"ballot":B} in random order. B is a list for each question of
                  [code, value]; null: the ballot does not vote there; []: blank
counted.txt       sealed only: the commitment of every counted ballot, in hex, sorted
auditors.json     sealed only: who checked that the ballots are those behind the commitments, and what
                  they found. They had a file with the lines of a checkable vote: "tequio verify --sealed FILE"
voided.txt        commitments that do not count, in hex, sorted: replaced by a later ballot of the same person, cast
                  with a code that was cancelled, or before a ballot on paper was handed out
log/entries       the ledger: 32 bytes an entry, in order. Leaf hashes and tree as in RFC 6962
log/checkpoints.jsonl   every signed state of the ledger (C2SP tlog-checkpoint), oldest first
log/cosignatures.jsonl  what witnesses signed of them (C2SP tlog-cosignature)
lot.json          the lot that breaks ties, where the rules declare one: the hash promised and the seed
result.json       the count with its whole explanation, byte by byte as a recount gives it
ballots.csv, *.pb, *.blt, *.soc ...  copies of ballots.jsonl for other programs
SHA256SUMS        the hash of every file above ("sha256sum -c SHA256SUMS" checks them)
SHA256SUMS.sig    a signed note (C2SP signed-note) over the hash of SHA256SUMS, in base 64
`

// head is vote.json.
type head struct {
	Format     string          `json:"format"`
	Program    string          `json:"program"`             // that wrote the archive, with its version
	Rehearsal  bool            `json:"rehearsal,omitempty"` // nothing in it was decided
	Vote       string          `json:"vote"`
	Slug       string          `json:"slug"`
	Title      string          `json:"title"`
	Lang       string          `json:"lang"`
	Origin     string          `json:"ledger"`
	Key        string          `json:"key"` // by which anyone verifies the signatures
	RulesSum   string          `json:"rules_sha256"`
	OpensAt    string          `json:"opens"`
	ClosesAt   string          `json:"closes"`
	ClosedAt   string          `json:"closed"`
	CountedAt  string          `json:"counted"`
	UnlinkedAt string          `json:"unlinked,omitempty"` // when the last tie between people and ballots was destroyed
	Source     json.RawMessage `json:"imported,omitempty"`
	Amendments []headAmendment `json:"amendments,omitempty"`
}

type headAmendment struct {
	File   string `json:"file"`
	At     string `json:"at"`
	Closes string `json:"closes"`
	Reason string `json:"reason"`
}

// lotFile is lot.json.
type lotFile struct {
	Lot
	Seed  string    `json:"seed,omitempty"`
	Drawn []lotDraw `json:"drawn,omitempty"` // what people typed of the numbers drawn, in order
}

type lotDraw struct {
	Numbers string `json:"numbers"`
	At      string `json:"at"`
}

// stateLine is a line of log/checkpoints.jsonl.
type stateLine struct {
	Size int64  `json:"size"`
	At   string `json:"at"`
	Note string `json:"note"`
}

// optionFile is an option in options.json; the file lists them by question.
type optionFile struct {
	Code     string                 `json:"code"`
	Title    string                 `json:"title"`
	Body     string                 `json:"body,omitempty"` // Markdown
	Cost     int64                  `json:"cost,omitempty"`
	Place    string                 `json:"place,omitempty"`
	Unit     string                 `json:"unit,omitempty"`
	Category string                 `json:"category,omitempty"`
	Review   Review                 `json:"review,omitempty"`
	Reason   string                 `json:"reason,omitempty"`
	Words    map[string]thing.Words `json:"words,omitempty"`
}

func optionFiles(v Vote) []byte {
	all := make([][]optionFile, len(v.Questions))
	for i, q := range v.Questions {
		for _, o := range slices.Concat(q.Options, q.Aside) {
			all[i] = append(all[i], optionFile{o.Code, o.Title, o.Body, o.Cost, o.Place, o.Unit, o.Category, o.Review, o.Reason, o.Words})
		}
	}
	return indented(all)
}

// indented writes JSON for people to read: one spelling, and no character escaped that need not be.
func indented(v any) []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, plainJSON(v), "", " "); err != nil {
		panic(err) // what was just written
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// The parts of a line of ballots.jsonl.
const (
	lineCommitment = `{"commitment":"`
	lineNonce      = `","nonce":"`
	lineBallot     = `","ballot":`
	lineSealed     = `{"ballot":`
)

// line writes a published ballot as a line of ballots.jsonl, without its end.
func (p Published) line(to []byte) []byte {
	if p.Nonce == nil {
		to = append(to, lineSealed...)
	} else {
		to = append(to, lineCommitment...)
		to = hex.AppendEncode(to, p.Commitment[:])
		to = append(to, lineNonce...)
		to = hex.AppendEncode(to, p.Nonce)
		to = append(to, lineBallot...)
	}
	return append(append(to, p.Content...), '}')
}

var errLine = errors.New("is not a ballot as it should be written")

// parseLine reads what line writes, and nothing else. The content points into the line.
func parseLine(line []byte) (p Published, err error) {
	rest, ok := bytes.CutSuffix(line, []byte("}"))
	if content, sealed := bytes.CutPrefix(rest, []byte(lineSealed)); ok && sealed {
		return Published{Content: content}, nil
	}
	cut := func(prefix string, to []byte) {
		var found bool
		rest, found = bytes.CutPrefix(rest, []byte(prefix))
		if n := hex.EncodedLen(len(to)); ok && found && len(rest) >= n && plainHex(rest[:n]) {
			hex.Decode(to, rest[:n])
			rest = rest[n:]
			return
		}
		ok = false
	}
	p.Nonce = make([]byte, ledger.Size)
	cut(lineCommitment, p.Commitment[:])
	cut(lineNonce, p.Nonce)
	p.Content, _ = bytes.CutPrefix(rest, []byte(lineBallot))
	if !ok || len(p.Content) == len(rest) {
		return Published{}, errLine
	}
	return p, nil
}

func plainHex(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return (c < '0' || c > '9') && (c < 'a' || c > 'f') })
}

// instantOf reads what instant wrote.
func instantOf(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err == nil && instant(t) != s {
		err = fmt.Errorf("%.40q is no instant as it should be written", s)
	}
	return t, err
}

// safeName reports whether a file of an archive may be called so: letters, digits and .-_ in folders, never
// upwards.
func safeName(name string) bool {
	if name == "" || len(name) > 100 {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		odd := strings.ContainsFunc(part, func(r rune) bool {
			return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", r)
		})
		if part == "" || odd || strings.Trim(part, ".") == "" {
			return false
		}
	}
	return true
}
