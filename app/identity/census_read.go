package identity

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"tequio/app/text"
)

// errCensus tells what a census file must be.
var errCensus = errors.New("the file must be CSV whose first line names the columns: document, and if you like second or birth_date or postal_code, place, birth_year")

// censusMost bounds the rows of one file, and with them the memory for finding numbers that stand in
// it twice: some 20 bytes a row.
const censusMost = 10_000_000

// censusFile reads a census file piece by piece.
type censusFile struct {
	rows    *csv.Reader
	key     CensusKey
	columns map[string]int
	seen    map[uint64]struct{} // beginnings of hashes: two equal ones by chance are not to be expected
	counts  CensusCounts
}

// censusColumns are what a file may say, by what the first line may call it.
var censusColumns = map[string]string{
	"document": "document", "second": "second", "birth_date": "second", "postal_code": "second", "place": "place", "birth_year": "birth_year",
}

func openCensus(r io.Reader, key CensusKey) (*censusFile, error) {
	f := &censusFile{rows: csv.NewReader(r), key: key, columns: map[string]int{}, seen: map[uint64]struct{}{}}
	f.rows.FieldsPerRecord, f.rows.ReuseRecord = -1, true
	head, err := f.rows.Read()
	if err != nil {
		return nil, errors.Join(errCensus, err)
	}
	for i, name := range head {
		column, ok := censusColumns[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF")))]
		if _, twice := f.columns[column]; ok && !twice {
			f.columns[column] = i
		}
	}
	if _, ok := f.columns["document"]; !ok {
		return nil, errCensus
	}
	return f, nil
}

// next returns at most n of those entitled, in the order of their hashes, which spares the database
// half the work; none at the end of the file.
func (f *censusFile) next(n int) (some []Entitled, err error) {
	for len(some) < n {
		row, err := f.rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errors.Join(errCensus, err)
		}
		if f.counts.Rows++; f.counts.Rows > censusMost {
			return nil, errors.New("the file has more than " + strconv.Itoa(censusMost) + " rows: split it")
		}
		e, ok := f.entitled(row)
		if !ok {
			f.counts.Bad++
			continue
		}
		short := binary.BigEndian.Uint64(e.Hash)
		if _, twice := f.seen[short]; twice {
			f.counts.Twice++
			continue
		}
		f.seen[short] = struct{}{}
		some = append(some, e)
	}
	slices.SortFunc(some, func(a, b Entitled) int { return bytes.Compare(a.Hash, b.Hash) })
	return some, nil
}

func (f *censusFile) entitled(row []string) (e Entitled, ok bool) {
	cell := func(column string) string {
		i, has := f.columns[column]
		if !has || i >= len(row) {
			return ""
		}
		return row[i]
	}
	if e.Hash, ok = f.key.Hash(cell("document")); !ok {
		return e, false
	}
	e.Place = text.Line(cell("place"))
	if fact := strings.TrimSpace(cell("second")); fact != "" {
		e.Second = f.key.Second(cell("document"), fact)
		if t, ok := birthday(fact); ok {
			e.Born = int64(t.Year())
		}
	}
	if year, err := strconv.ParseInt(strings.TrimSpace(cell("birth_year")), 10, 64); err == nil && year > 1850 && year < 2200 {
		e.Born = cmp.Or(e.Born, year)
	}
	return e, true
}
