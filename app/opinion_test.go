package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// drawn runs the verb and returns its exit code and what it printed.
func drawn(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = Main(append([]string{"opinion"}, args...), &o, &e)
	return code, o.String(), e.String()
}

func TestOpinionOfAFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rows := "timestamp,datetime,comment-id,voter-id,vote\n"
	for _, p := range "abcdefghijklmnop" {
		n := p - 'a'
		side := "1"
		if n%2 == 0 {
			side = "-1"
		}
		for s, say := range []string{side, side, "1", "0"} {
			rows += strings.Join([]string{"1", "x", string(rune('0' + s)), string(rune('0'+n/10)) + string(rune('0'+n%10)), say}, ",") + "\n"
		}
	}
	votes := write("votes.csv", rows)
	comments := write("comments.csv", "comment-id,moderated,comment-body\n0,1,Uno\n1,1,Dos\n2,1,Tres\n3,-1,Fuera\n")
	code, out, errs := drawn("--comments", comments, votes)
	var got struct {
		Participants, Statements int
		Groups                   []struct {
			ID, Size       int
			Members        []int64
			Representative []struct {
				Statement int64
				Agree     float64
			}
		}
		Consensus []struct{ Statement int64 }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 || errs != "" {
		t.Fatal(code, errs, err)
	}
	if got.Participants != 16 || got.Statements != 3 || len(got.Groups) != 2 || got.Groups[0].Size != 8 || len(got.Groups[0].Members) != 8 ||
		len(got.Groups[0].Representative) == 0 || len(got.Consensus) != 1 || got.Consensus[0].Statement != 2 {
		t.Errorf("%s", out)
	}
	if _, again, _ := drawn("--comments", comments, votes); again != out {
		t.Error("the same file gives another map")
	}
	broken := write("broken.csv", rows+"1,x,1,17,maybe\n")
	if code, _, errs := drawn(broken); code != 2 || !strings.Contains(errs, `broken.csv: line 66: a vote is "maybe"`) {
		t.Error(code, errs)
	}
	if code, _, _ := drawn(filepath.Join(dir, "none.csv")); code != 2 {
		t.Error("a file that is not there:", code)
	}
}
