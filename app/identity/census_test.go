package identity_test

import (
	"strings"
	"testing"

	"tequio/app/identity"
)

func TestReadCensus(t *testing.T) {
	key := identity.CensusKey("a key of this test")
	all, c, err := identity.ReadCensus(strings.NewReader("\uFEFFPlace, Document ,name\ncentro,ABCD-1234,x\nel-carmen,abcd 1234,y\n,,\ncentro,EFGH5678\nshort\n"), key)
	if err != nil || len(all) != 2 || c != (identity.CensusCounts{Rows: 5, Bad: 2, Twice: 1}) || all[0].Place != "centro" {
		t.Fatalf("%v: %d entitled, %s", err, len(all), c)
	}
	if other, _ := identity.CensusKey("another").Hash("ABCD1234"); string(other) == string(all[0].Hash) || strings.Contains(string(all[0].Hash), "ABCD") {
		t.Error("the hash does not hang on the key")
	}
	for _, broken := range []string{"", "name,place\nx,y\n", "document\n\"abc"} {
		if _, _, err := identity.ReadCensus(strings.NewReader(broken), key); err == nil {
			t.Errorf("%q passes for a census", broken)
		}
	}
}

func FuzzReadCensus(f *testing.F) {
	f.Add("document,place\nABCD1234,centro\n")
	f.Add("document\n\"a\nb\",c\n")
	f.Fuzz(func(t *testing.T, file string) {
		all, c, err := identity.ReadCensus(strings.NewReader(file), identity.CensusKey("key"))
		if err == nil && int64(len(all))+c.Bad+c.Twice != c.Rows {
			t.Errorf("%d entitled, %s", len(all), c)
		}
	})
}
