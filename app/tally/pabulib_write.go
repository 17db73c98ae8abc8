package tally

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// WritePabulib writes a file that ReadPabulib reads back equal, and other tools of the format read
// too. It fails only when the writer does.
func WritePabulib(to io.Writer, f *File) error {
	w := NewPabulibWriter(to, f)
	for _, v := range f.Votes {
		w.Write(v)
	}
	return w.Flush()
}

// PabulibWriter writes such a file vote by vote, for more votes than memory should hold.
type PabulibWriter struct {
	f  *File
	to *bufio.Writer
}

// NewPabulibWriter begins a file with all of f but its votes.
func NewPabulibWriter(to io.Writer, f *File) *PabulibWriter {
	w := bufio.NewWriter(to)
	line(w, "META")
	line(w, "key", "value")
	for _, p := range f.Meta {
		line(w, p.Key, p.Value)
	}
	line(w, "PROJECTS")
	line(w, f.Columns...)
	for _, p := range f.Projects {
		line(w, p.write(f)...)
	}
	line(w, "VOTES")
	line(w, f.Fields...)
	return &PabulibWriter{f, w}
}

// Write writes the next vote. An error of the writer below is kept for Flush.
func (w *PabulibWriter) Write(v FileVote) { line(w.to, v.write(w.f)...) }

// Flush ends the file.
func (w *PabulibWriter) Flush() error { return w.to.Flush() }

func (p Project) write(f *File) []string {
	row := make([]string, len(f.Columns))
	copy(row, p.Row)
	for i, name := range f.Columns {
		switch strings.ToLower(name) {
		case "project_id":
			row[i] = p.ID
		case "name":
			row[i] = p.Name
		case "cost":
			row[i] = decimal{p.Cost, f.Decimals}.text()
		case "selected":
			row[i] = ""
			if p.Selected >= 0 {
				row[i] = strconv.Itoa(p.Selected)
			}
		}
	}
	return row
}

func (v FileVote) write(f *File) []string {
	row := make([]string, len(f.Fields))
	copy(row, v.Row)
	for i, name := range f.Fields {
		switch strings.ToLower(name) {
		case "voter_id":
			row[i] = v.Voter
		case "vote":
			ids := make([]string, len(v.Options))
			for k, o := range v.Options {
				ids[k] = f.Projects[o].ID
			}
			row[i] = strings.Join(ids, ",")
		case "points":
			if f.Form() == Points {
				row[i] = v.points(f.PointDecimals)
			}
		}
	}
	return row
}

func (v FileVote) points(places int) string {
	all := make([]string, len(v.Values))
	for k, n := range v.Values {
		all[k] = decimal{n, places}.text()
	}
	return strings.Join(all, ",")
}

// line writes fields with semicolons between, in quotes where their text asks for it. A line break
// inside a field becomes a space: the format has none. Errors stay in the writer until Flush.
func line(w *bufio.Writer, row ...string) {
	for i, s := range row {
		if i > 0 {
			w.WriteByte(';')
		}
		s = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(s)
		section := i == 0 && len(row) > 1 && isSection(s)
		if section || strings.ContainsAny(s, `;"`) || s == "" && len(row) == 1 {
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		w.WriteString(s)
	}
	w.WriteByte('\n')
}

func isSection(s string) bool {
	switch strings.ToUpper(strings.TrimSpace(s)) {
	case "META", "PROJECTS", "VOTES":
		return true
	}
	return false
}
