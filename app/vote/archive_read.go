package vote

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tequio/app/tally"
)

// Limits of what is read of an archive, which may be made by somebody who means harm.
const (
	archiveFiles = 1000       // files in it
	archiveBytes = 32 << 30   // of all files together, unpacked
	sheetBytes   = 64 << 20   // of a rules sheet, and of every other file that is read whole
	resultBytes  = 1 << 30    // of result.json: every round names every option
	lineBytes    = 8 << 20    // of a line
	entriesMost  = 50_000_000 // of the ledger, which is held in memory
	deflateMost  = 1100       // times its size that a zip can unpack to
)

// An Archive is an opened archive. What it says is believed only after Verify.
type Archive struct {
	files map[string]*zip.File
	names []string // in order
	head  head
	rules []Vote // as the rules sheet has it at the opening, and after each amendment
}

// A BadArchive says why a file is no archive that can be read.
type BadArchive struct{ why string }

// Error says it in words.
func (e *BadArchive) Error() string { return e.why }

func badArchive(format string, args ...any) error { return &BadArchive{fmt.Sprintf(format, args...)} }

// ReadArchive opens an archive of size bytes and reads its rules; the ballots stay in r, which must stay
// readable. It fails with a *BadArchive, and checks neither hashes nor signatures: Verify does.
func ReadArchive(r io.ReaderAt, size int64) (*Archive, error) {
	a, err := openArchive(r, size)
	if err != nil {
		return nil, err
	}
	if err := a.readRules(); err != nil {
		return nil, badArchive("%v", err)
	}
	return a, nil
}

// openArchive looks at the zip alone: that it holds files with safe names, each once, one after the other
// and nothing between, and that it does not unpack to more than anybody could want.
func openArchive(r io.ReaderAt, size int64) (*Archive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, badArchive("this is no zip file: %v", err)
	}
	a := &Archive{files: map[string]*zip.File{}}
	if len(z.File) > archiveFiles {
		return nil, badArchive("the zip holds %d files; an archive has at most %d", len(z.File), archiveFiles)
	}
	total := uint64(0)
	for _, f := range z.File {
		switch {
		case !safeName(strings.TrimSuffix(f.Name, "/")):
			return nil, badArchive("the zip holds a file with an unsafe name: %.120q", f.Name)
		case f.Flags&1 != 0, f.Method != zip.Store && f.Method != zip.Deflate:
			return nil, badArchive("%s is packed in a way that archives do not use", f.Name)
		case strings.HasSuffix(f.Name, "/") && f.UncompressedSize64 == 0:
			continue // a folder, which some programs write
		case strings.HasSuffix(f.Name, "/"), a.files[f.Name] != nil:
			return nil, badArchive("the zip holds %s twice, or as a folder with content", f.Name)
		case f.UncompressedSize64 > archiveBytes-total:
			return nil, badArchive("the zip unpacks to more than %d bytes", int64(archiveBytes))
		}
		total += f.UncompressedSize64
		a.files[f.Name], a.names = f, append(a.names, f.Name)
	}
	if total > uint64(size)*deflateMost {
		return nil, badArchive("the zip says that it unpacks to %d bytes, which it cannot hold", total)
	}
	if err := checkLayout(r, z.File); err != nil {
		return nil, err
	}
	if a.files[fileSums] == nil || a.files[fileHead] == nil {
		return nil, badArchive("this zip is no archive of a vote: it has no %s or no %s", fileSums, fileHead)
	}
	return a, nil
}

// checkLayout refuses a zip in which a file lies elsewhere, or is called otherwise, than its directory
// says, or that has bytes between files: programs would disagree about what it holds.
func checkLayout(r io.ReaderAt, files []*zip.File) error {
	at := int64(0)
	for _, f := range files {
		fixed := make([]byte, 30)
		if _, err := r.ReadAt(fixed, at); err != nil || binary.LittleEndian.Uint32(fixed) != 0x04034b50 {
			return badArchive("the zip has something before %s that belongs to no file", f.Name)
		}
		name := make([]byte, binary.LittleEndian.Uint16(fixed[26:]))
		if _, err := r.ReadAt(name, at+30); err != nil || string(name) != f.Name {
			return badArchive("the zip calls a file %.60q in one place and %.60q in another", name, f.Name)
		}
		data, err := f.DataOffset()
		if err != nil || data != at+30+int64(len(name))+int64(binary.LittleEndian.Uint16(fixed[28:])) {
			return badArchive("the zip has %s in two places", f.Name)
		}
		at = data + int64(f.CompressedSize64) + descriptor(r, f, data+int64(f.CompressedSize64))
	}
	sign := make([]byte, 4)
	if _, err := r.ReadAt(sign, at); err != nil || binary.LittleEndian.Uint32(sign) != 0x02014b50 {
		return badArchive("the zip has bytes that belong to no file")
	}
	return nil
}

// descriptor is the length of what follows a file's data when its sizes were not known before.
func descriptor(r io.ReaderAt, f *zip.File, at int64) int64 {
	if f.Flags&8 == 0 {
		return 0
	}
	n := int64(12)
	if f.CompressedSize64 >= 1<<32-1 || f.UncompressedSize64 >= 1<<32-1 {
		n = 20
	}
	sign := make([]byte, 4)
	if _, err := r.ReadAt(sign, at); err == nil && binary.LittleEndian.Uint32(sign) == 0x08074b50 {
		n += 4
	}
	return n
}

// open unpacks a file that must be there.
func (a *Archive) open(name string) (io.ReadCloser, error) {
	f := a.files[name]
	if f == nil {
		return nil, fmt.Errorf("%s is not there", name)
	}
	in, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return in, nil
}

// read returns a whole file of at most so many bytes.
func (a *Archive) read(name string, most int64) ([]byte, error) {
	in, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case int64(len(b)) > most:
		return nil, fmt.Errorf("%s has more than %d bytes", name, most)
	}
	return b, nil
}

// lines calls do for each line of a file, without its end; the next call overwrites it.
func (a *Archive) lines(name string, do func(line []byte) error) error {
	in, err := a.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	return eachLine(in, name, do)
}

func eachLine(in io.Reader, name string, do func(line []byte) error) error {
	s := bufio.NewScanner(in)
	s.Buffer(make([]byte, 1<<16), lineBytes)
	s.Split(wholeLines)
	n := 0
	for s.Scan() {
		n++
		if err := do(s.Bytes()); err != nil {
			return fmt.Errorf("%s, line %d: %w", name, n, err)
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("%s, after line %d: %w", name, n, err)
	}
	return nil
}

// wholeLines splits at line feeds alone; the last line has one too.
func wholeLines(data []byte, end bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if end && len(data) > 0 {
		return 0, nil, errors.New("the last line does not end")
	}
	return 0, nil, nil
}

// strict reads JSON in which every field is known.
func strict(b []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows")
	}
	return nil
}

// readRules reads vote.json and the rules sheets.
func (a *Archive) readRules() error {
	b, err := a.read(fileHead, sheetBytes)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &a.head); err != nil {
		return fmt.Errorf("%s: %w", fileHead, err)
	}
	if a.head.Format != archiveFormat {
		return fmt.Errorf("%s: the format is %.60q, not %s: it may be of a newer version of Tequio", fileHead, a.head.Format, archiveFormat)
	}
	if err := strict(b, &a.head); err != nil {
		return fmt.Errorf("%s: %w", fileHead, err)
	}
	names := []string{fileRules}
	for i, change := range a.head.Amendments {
		if change.File != fmt.Sprintf(fileAmendment, i+1) {
			return fmt.Errorf("%s: amendment %d is %.60q", fileHead, i+1, change.File)
		}
		names = append(names, change.File)
	}
	for _, name := range names {
		text, err := a.read(name, sheetBytes)
		if err != nil {
			return err
		}
		s, err := parseSheet(text)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		v, err := s.vote()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		v.Rules, v.Slug, v.Lang = string(text), a.head.Slug, a.head.Lang
		a.rules = append(a.rules, v)
		if s.Vote != a.head.Vote || s.Origin != a.head.Origin {
			return fmt.Errorf("%s is about another vote than %s", name, fileHead)
		}
	}
	return nil
}

// Vote is the vote as its rules sheet stood at the end: as far as a count needs it.
func (a *Archive) Vote() Vote { return a.rules[len(a.rules)-1] }

// counts reads how many ballots have each content.
func (a *Archive) counts() (map[string]int64, error) {
	counts := map[string]int64{}
	err := a.lines(fileBallots, func(line []byte) error {
		p, err := parseLine(line)
		if err == nil {
			counts[string(p.Content)]++
		}
		return err
	})
	return counts, err
}

// Elections reads the ballots and returns what can be counted of each question, in order, by any rule
// that fits its ballots; Params says what the rules sheet declares for the count.
func (a *Archive) Elections() ([]tally.Election, error) {
	counts, err := a.counts()
	if err != nil {
		return nil, badArchive("%v", err)
	}
	v := a.Vote()
	all := make([]tally.Election, len(v.Questions))
	for i, q := range v.Questions {
		if all[i], err = q.election(a.head.Vote, i, v.Electorate, counts); err != nil {
			return nil, badArchive("%s: %v", fileBallots, err)
		}
		all[i].Title = q.Title
	}
	return all, nil
}

// Params is what the rules sheet declares for the count of a question, by its place, and the rule's id.
// The seed of the lot is the one that the archive reveals.
func (a *Archive) Params(i int) (rule string, p tally.Params, err error) {
	q := a.Vote().Questions[i]
	if p, err = q.params(); err != nil {
		return q.Rule, p, err
	}
	lot, err := a.lot()
	if lot.Seed != "" {
		p.Seed = lot.Seed
	}
	return q.Rule, p, err
}

// lot reads lot.json; there is none where the rules declare no lot.
func (a *Archive) lot() (f lotFile, err error) {
	if a.Vote().Lot.Source == NoLot {
		return f, nil
	}
	b, err := a.read(fileLot, sheetBytes)
	if err == nil {
		if err = strict(b, &f); err != nil {
			err = fmt.Errorf("%s: %w", fileLot, err)
		}
	}
	return f, err
}

// exempt reports whether a file cannot stand in the list of files: the list itself and its signature.
func exempt(name string) bool { return slices.Contains([]string{fileSums, fileSignature}, name) }
