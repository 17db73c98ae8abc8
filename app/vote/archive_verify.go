package vote

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"tequio/app/ledger"

	"golang.org/x/mod/sumdb/note"
)

// Asked is what is asked of a verification beside the archive itself.
type Asked struct {
	Key      string    // the public key that the asker confirmed; "": none
	Receipts []string  // codes to look for
	Older    *Archive  // an earlier archive of the same vote, of which the ledger must be a continuation
	Pairs    io.Reader // the auditors' file of a vote whose ballots are sealed
}

// Verdict is how a check ended.
type Verdict string

// The verdicts.
const (
	Passed Verdict = "ok"
	Failed Verdict = "FAILED"
	Noted  Verdict = "note" // nothing failed, but the reader should know
)

// A Finding is a check with its verdict, in words.
type Finding struct {
	Verdict
	Text      string
	Rehearsal bool // it says that the archive is of a rehearsal
}

// verifier is a verification under way.
type verifier struct {
	*Archive
	ask     Asked
	tell    func(Finding)
	failed  bool
	log     note.Verifier
	entries *entries
	counts  map[string]int64
	ballots int64
	voided  int64
	last    ledger.Checkpoint
	notes   map[int64]string // signed states by their size
}

// errUnread says that a check failed after which the rest cannot be read.
var errUnread = errors.New("vote: the rest cannot be checked")

// Verify checks all that an archive of size bytes says, without a network, and tells each check as it
// ends. ok is whether none failed. A file that is no archive fails with a *BadArchive, a key that is none
// with another error.
func Verify(r io.ReaderAt, size int64, ask Asked, tell func(Finding)) (ok bool, err error) {
	a, err := openArchive(r, size)
	if err != nil {
		return false, err
	}
	if ask.Key != "" {
		if _, err := ledger.Rename(ask.Key, "a"); err != nil {
			return false, fmt.Errorf("the key given: %w", err)
		}
	}
	v := &verifier{Archive: a, ask: ask, tell: tell}
	for _, step := range []func() error{v.readable, v.rehearsed, v.signed, v.sums, v.sheets, v.ledger, v.witnessed, v.box, v.balance, v.recount, v.older, v.receipts, v.pairs} {
		if err := step(); err != nil {
			break
		}
	}
	return !v.failed, nil
}

func (v *verifier) ok(format string, args ...any) {
	v.tell(Finding{Verdict: Passed, Text: fmt.Sprintf(format, args...)})
}

func (v *verifier) note(format string, args ...any) {
	v.tell(Finding{Verdict: Noted, Text: fmt.Sprintf(format, args...)})
}

func (v *verifier) fail(format string, args ...any) {
	v.failed = true
	v.tell(Finding{Verdict: Failed, Text: fmt.Sprintf(format, args...)})
}

// that tells a check that passes or fails as a whole.
func (v *verifier) that(err error, format string, args ...any) {
	if err != nil {
		v.fail("%v", err)
	} else {
		v.ok(format, args...)
	}
}

// readable reads the rules, on which all else depends. When they cannot be read the files are compared
// with their list all the same, to say which were altered.
func (v *verifier) readable() error {
	if err := v.readRules(); err != nil {
		v.fail("%v", err)
		v.sums()
		return errUnread
	}
	return nil
}

// signed checks the signature over the list of files, and whose it is.
func (v *verifier) signed() error {
	key := v.head.Key
	if v.ask.Key != "" {
		confirmed, err := ledger.Rename(v.ask.Key, v.head.Origin)
		if err != nil {
			v.fail("the ledger's name cannot name a key: %v", err)
			return errUnread
		}
		if confirmed != key {
			v.fail("the archive names another key than the one given: %s", key)
			key = confirmed
		}
	} else {
		v.note("signed by a key you have not confirmed: %s", key)
	}
	var err error
	if v.log, err = note.NewVerifier(key); err != nil || v.log.Name() != v.head.Origin {
		v.fail("%.200q is no key of the ledger %s", key, v.head.Origin)
		return errUnread
	}
	list, err := v.read(fileSums, sheetBytes)
	if err != nil {
		v.fail("%v", err)
		return nil
	}
	signature, err := v.read(fileSignature, sheetBytes)
	var files ledger.Files
	if err == nil {
		files, err = ledger.OpenFiles(signature, v.log)
	}
	if err == nil && files.List != sha256.Sum256(list) {
		err = fmt.Errorf("the list of files is not the one that was signed")
	}
	v.that(err, "the list of files is signed by the key of %s", v.head.Origin)
	return nil
}

// sums compares every file with the list.
func (v *verifier) sums() error {
	list, err := v.read(fileSums, sheetBytes)
	if err != nil {
		v.fail("%v", err)
		return nil
	}
	listed, err := parseSums(list)
	if err != nil {
		v.fail("%v", err)
		return nil
	}
	var wrong []error
	for _, name := range v.names {
		if _, known := listed[name]; !known && !exempt(name) {
			wrong = append(wrong, fmt.Errorf("%s is not in the list of files", name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		if v.files[name] == nil {
			wrong = append(wrong, fmt.Errorf("%s is in the list of files and not in the archive", name))
		}
	}
	wrong = append(wrong, v.altered(listed)...)
	for _, err := range wrong {
		v.fail("%v", err)
	}
	if len(wrong) == 0 {
		v.ok("%d files are as in the list", len(listed))
	}
	return nil
}

// parseSums reads a list as sha256sum writes it.
func parseSums(list []byte) (map[string][32]byte, error) {
	all := map[string][32]byte{}
	for line := range strings.Lines(string(list)) {
		sum, name, found := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		b, err := hex.DecodeString(sum)
		_, twice := all[name]
		if !found || err != nil || len(b) != 32 || hex.EncodeToString(b) != sum || !safeName(name) || exempt(name) || twice || !strings.HasSuffix(line, "\n") {
			return nil, fmt.Errorf("%s: %.120q is no line of a list of files", fileSums, line)
		}
		all[name] = [32]byte(b)
	}
	return all, nil
}

// altered hashes the files, two at a time, and says which are not as listed.
func (v *verifier) altered(listed map[string][32]byte) (all []error) {
	found := make([]error, len(v.names))
	var wg sync.WaitGroup
	turns := make(chan struct{}, 2)
	for i, name := range v.names {
		want, known := listed[name]
		if !known {
			continue
		}
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			found[i] = v.compare(name, want)
		})
	}
	wg.Wait()
	for _, err := range found {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

func (v *verifier) compare(name string, want [32]byte) error {
	in, err := v.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, in); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if !bytes.Equal(sum.Sum(nil), want[:]) {
		return fmt.Errorf("%s was altered: it is not the file of which the list has the hash", name)
	}
	return nil
}

// rehearsed says of a rehearsal's archive what it is.
func (v *verifier) rehearsed() error {
	if (v.Vote().Rehearses != 0) != v.head.Rehearsal {
		v.fail("%s and the rules sheet do not say alike whether this is a rehearsal", fileHead)
	}
	if v.Vote().Rehearses != 0 {
		v.tell(Finding{Noted, "this is the archive of a rehearsal: nothing in it was decided", true})
	}
	return nil
}

// sheets checks the hash of the rules sheet. The amendments' entries are looked for with the ballots'.
func (v *verifier) sheets() error {
	sum := sha256.Sum256([]byte(v.rules[0].Rules))
	if hex.EncodeToString(sum[:]) != v.head.RulesSum {
		v.fail("the rules sheet does not have the hash %s", v.head.RulesSum)
	} else {
		v.ok("the rules sheet has the hash %s", v.head.RulesSum)
	}
	return nil
}
