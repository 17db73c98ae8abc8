package vote

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// Ballots are written and read as the standard library writes and reads them.
func TestBallotText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mark := rapid.Custom(func(t *rapid.T) Mark {
			return Mark{rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z0-9-]{0,9}`)).Draw(t, "code"), rapid.Int64().Draw(t, "value")}
		})
		b := Ballot(rapid.SliceOf(rapid.OneOf(rapid.SliceOfN(mark, 0, 4), rapid.Just([]Mark(nil)))).Draw(t, "ballot"))
		if b == nil {
			b = Ballot{}
		}
		if want := plainJSON(b); !bytes.Equal(b.encode(), want) {
			t.Fatalf("%s, want %s", b.encode(), want)
		}
		sameBallot(t, b.encode())
	})
}

func FuzzParseBallot(f *testing.F) {
	for _, s := range []string{`[]`, `[null,[]]`, `[[["a",1],["b",-2]],null]`, `[[["a",01]]]`, `[[["a", 1]]]`, `[[["\u00e1",1]]]`, `null`, `[[["a",1]]`, `[[["a",1],]]`, `[,]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) { sameBallot(t, content) })
}

func sameBallot(t interface{ Fatalf(string, ...any) }, content []byte) {
	var want Ballot
	wrong := json.Unmarshal(content, &want)
	got, err := ParseBallot(content)
	if (err == nil) != (wrong == nil) || err == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%q reads as %v, %v; want %v, %v", content, got, err, want, wrong)
	}
}
