package db

import (
	"fmt"
	"strings"
)

// chunks are how many rows one statement of InsertAll carries: few sizes, so that few statements are
// prepared.
var chunks = []int{100, 20, 5, 1}

// InsertAll inserts many rows with few statements and returns how many were inserted. into is
// "INSERT INTO t (a, b)", after what follows the values ("ON CONFLICT DO NOTHING"); every row holds as
// many values as the first.
func (t *Tx) InsertAll(into, after string, rows [][]any) (inserted int64, err error) {
	for len(rows) > 0 {
		n := 1
		for _, c := range chunks {
			if len(rows) >= c {
				n = c
				break
			}
		}
		var args []any
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		more, err := t.Exec(into+` VALUES `+places(n, len(rows[0]), t.db.lite)+` `+after, args...)
		if err != nil {
			return inserted, err
		}
		inserted += more
		rows = rows[n:]
	}
	return inserted, nil
}

// places are the placeholders of n rows: ($1, $2), ($3, $4). SQLite gets them without names, which its
// driver would look up one by one.
func places(n, columns int, nameless bool) string {
	var b strings.Builder
	for i := range n * columns {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		if nameless {
			b.WriteString("?")
		} else {
			fmt.Fprintf(&b, "$%d", i+1)
		}
	}
	return b.String() + ")"
}

// Marks are placeholders for an IN list from $from on, and its values. The list is filled up with its
// last value to a multiple of fifty, so that few statements are prepared; it must not be empty.
func Marks[T ~int64](values []T, from int) (marks string, args []any) {
	var b strings.Builder
	for i := range (len(values) + 49) / 50 * 50 {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", from+i)
		args = append(args, int64(values[min(i, len(values)-1)]))
	}
	return b.String(), args
}
