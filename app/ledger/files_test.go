package ledger

import (
	"bytes"
	"testing"
)

func TestFiles(t *testing.T) {
	k := NewKey()
	f := Files{origin, numbered(1)[0]}
	signed, err := f.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	log := verifierOf(t, k, origin)
	if got, err := OpenFiles(signed, log); err != nil || got != f {
		t.Errorf("OpenFiles = %+v, %v", got, err)
	}
	if _, err := OpenFiles(signed, verifierOf(t, NewKey(), origin)); err == nil {
		t.Error("passes with another key")
	}
	for i := range 8 * len(signed) {
		forged := bytes.Clone(signed)
		forged[i/8] ^= 1 << (i % 8)
		if _, err := OpenFiles(forged, log); err == nil {
			t.Fatalf("byte %d altered passes", i/8)
		}
	}
	c, _ := grown(t, numbered(1)).Checkpoint(origin)
	other, _ := c.Sign(k)
	if _, err := OpenFiles(other, log); err == nil {
		t.Error("a checkpoint passes as a list of files")
	}
	if _, _, err := OpenCheckpoint(signed, filesDomain, log); err == nil {
		t.Error("a list of files passes as a checkpoint")
	}
}
