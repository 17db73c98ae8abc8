package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"tequio/app/db"
)

// exportMost is how many rows an export holds at most; what is beyond is told by its last line's
// being full, and reached with filters.
const exportMost = 100_000

// rowsOf reads every row of the list that the address asks for, as open data.
func (l *list[T, E]) rowsOf(v *Visit) (all []E, err error) {
	q, _, err := l.ask(v)
	if err != nil {
		return nil, err
	}
	q.Limit = 200
	for len(all) < exportMost {
		var page []E
		err := v.s.DB.Read(v.ctx, func(tx *db.Tx) error {
			rows, next, err := l.load(tx, q)
			page = page[:0]
			for _, r := range rows {
				page = append(page, l.export(v, r))
			}
			q.After = next
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if q.After.ID == 0 {
			break
		}
	}
	return all, nil
}

// csv answers with the list as comma-separated values.
func (l *list[T, E]) csv(s *Server, v *Visit) error {
	rows, err := l.rowsOf(v)
	if err != nil {
		return err
	}
	body, err := asCSV(rows)
	if err != nil {
		return err
	}
	return v.download(string(l.kind)+"s.csv", "text/csv; charset=utf-8", body)
}

// json answers with the list as JSON: an array of the same rows as the CSV.
func (l *list[T, E]) json(s *Server, v *Visit) error {
	rows, err := l.rowsOf(v)
	if err != nil {
		return err
	}
	if rows == nil {
		rows = []E{}
	}
	body, err := json.MarshalIndent(rows, "", " ")
	if err != nil {
		return err
	}
	return v.download(string(l.kind)+"s.json", "application/json", body)
}

// download answers with a file to keep.
func (v *Visit) download(name, kind string, body []byte) error {
	v.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	v.Set("Cache-Control", "no-cache")
	if v.Actor.SignedIn() {
		v.Set("Cache-Control", "private, no-store") // it may hold more than everybody may read
	}
	return v.Send(kind, body)
}

// asCSV writes rows of a struct type: the columns are its fields, under their names in JSON.
func asCSV[E any](rows []E) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	t := reflect.TypeFor[E]()
	record := make([]string, t.NumField())
	for i := range record {
		record[i], _, _ = strings.Cut(t.Field(i).Tag.Get("json"), ",")
	}
	if err := w.Write(record); err != nil {
		return nil, err
	}
	for _, r := range rows {
		row := reflect.ValueOf(r)
		for i := range record {
			record[i] = cell(row.Field(i).Interface())
		}
		if err := w.Write(record); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// cell writes a value so that no spreadsheet takes a text for a formula.
func cell(v any) string {
	s, isText := v.(string)
	if !isText {
		return fmt.Sprint(v)
	}
	return plainCell(s)
}

// plainCell puts an apostrophe before a text that a spreadsheet would take for a formula; the wide
// forms of the signs count too, which some editions read alike.
func plainCell(s string) string {
	if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0")); s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}
