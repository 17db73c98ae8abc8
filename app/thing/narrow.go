package thing

import "strings"

// Conditions writes what the query asks of t as SQL whose placeholders begin at $1, for rooms that
// find things by other means than a list: its sort and its cursor play no part.
func (q Query) Conditions() (where string, args []any) {
	q.where, q.args, q.Sort = append([]string{}, q.where...), append([]any{}, q.args...), Closing
	q.conditions()
	return strings.Join(q.where, " AND "), q.args
}
