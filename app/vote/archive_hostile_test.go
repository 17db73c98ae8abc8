package vote

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"
)

// refuses expects a file to be refused as no archive, and the reason to say why.
func refuses(t *testing.T, what string, zipped []byte, said string) {
	t.Helper()
	_, err := Verify(bytes.NewReader(zipped), int64(len(zipped)), Asked{}, func(Finding) {})
	if bad := (*BadArchive)(nil); !errors.As(err, &bad) || !strings.Contains(err.Error(), said) {
		t.Errorf("%s: %v, want %q", what, err, said)
	}
	if _, err := ReadArchive(bytes.NewReader(zipped), int64(len(zipped))); err == nil {
		t.Errorf("%s: can be read", what)
	}
}

func zipOf(t testing.TB, fill func(z *zip.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	fill(z)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHostileZips(t *testing.T) {
	h := onDisk(t)
	_, zipped, _, _ := h.archived(Checkable)
	named := func(names ...string) []byte {
		return zipOf(t, func(z *zip.Writer) {
			for _, n := range names {
				z.Create(n)
			}
		})
	}
	refuses(t, "nothing", nil, "no zip file")
	refuses(t, "text", []byte("hola"), "no zip file")
	refuses(t, "half of one", zipped[:len(zipped)/2], "no zip file")
	refuses(t, "another zip", named("hola.txt"), "no archive of a vote")
	for _, name := range []string{"../rules.json", "/etc/passwd", "a/../../b", `..\rules.json`, "C:rules.json", "a//b", "á.json", "a\x00b", ".", "..", "./x", "a/", strings.Repeat("a", 101)} {
		if name == "a/" {
			continue // a folder is none of our business
		}
		refuses(t, name, named(fileHead, fileSums, name), "unsafe name")
	}
	refuses(t, "a name twice", named(fileHead, fileSums, "a", "a"), "twice")
	many := make([]string, archiveFiles+1)
	for i := range many {
		many[i] = fmt.Sprint("f", i)
	}
	refuses(t, "too many files", named(many...), "at most")
	refuses(t, "bytes before", append([]byte("MZ"), zipped...), "")
	refuses(t, "bytes within", zipOf(t, func(z *zip.Writer) {
		z.Create(fileHead)
		z.Flush()
		z.Create(fileSums)
	})[2:], "")
	renamed := bytes.Replace(zipped, []byte(fileVoided), []byte("Voided.txt"), 1) // in the local header alone
	refuses(t, "two names", renamed, "in one place")

	zeros := func(size uint64) []byte {
		var packed bytes.Buffer
		w, _ := flate.NewWriter(&packed, flate.BestCompression)
		io.CopyN(w, nothing{}, 1<<20)
		w.Close()
		return zipOf(t, func(z *zip.Writer) {
			z.Create(fileHead)
			z.Create(fileSums)
			f, _ := z.CreateRaw(&zip.FileHeader{Name: fileEntries, Method: zip.Deflate, CompressedSize64: uint64(packed.Len()), UncompressedSize64: size, CRC32: crc32.ChecksumIEEE(make([]byte, 1<<20))})
			f.Write(packed.Bytes())
		})
	}
	refuses(t, "a file said to be huge", zeros(1<<40), "unpacks to more")
	refuses(t, "a file said to be larger than it can", zeros(1<<34), "cannot hold")
}

// nothing is an endless file of zeros.
type nothing struct{}

func (nothing) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// A file that unpacks to more than it says is not read to its end.
func TestZipThatGrows(t *testing.T) {
	h := onDisk(t)
	v, zipped, _, _ := h.archived(Checkable)
	u := unpack(t, zipped)
	grown := zipOf(t, func(z *zip.Writer) {
		for _, name := range u.names {
			if name != fileEntries {
				w, _ := z.Create(name)
				w.Write(u.files[name])
				continue
			}
			var packed bytes.Buffer
			w, _ := flate.NewWriter(&packed, flate.BestCompression)
			io.CopyN(w, nothing{}, 64<<20)
			w.Close()
			f, _ := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(u.files[name]))})
			f.Write(packed.Bytes())
		}
	})
	fails(t, "entries that grow", grown, Asked{}, fileEntries)
	fails(t, "a line without an end", u.with(fileBallots, bytes.Repeat([]byte("x"), lineBytes+1)).resigned(t, h, v.Origin), Asked{}, "after line 0")
	fails(t, "a last line without its end", u.with(fileVoided, bytes.TrimRight(u.files[fileVoided], "\n")).resigned(t, h, v.Origin), Asked{}, "does not end")
	fails(t, "a state beyond all counts", u.with(fileCheckpoints, []byte(`{"size":99999999999999999999,"at":"","note":""}`+"\n")).resigned(t, h, v.Origin), Asked{}, fileCheckpoints)
	fails(t, "thousands of questions without options", u.with(fileRules, bytes.Replace(u.files[fileRules], []byte(`"seats":1`), []byte(`"seats":9000000000000000000`), 1)).resigned(t, h, v.Origin), Asked{}, "hash")
}

// FuzzVerify alters the files of an archive, and the zip as a whole.
func FuzzVerify(f *testing.F) {
	h := onDisk(f)
	_, zipped, _, _ := h.archived(Checkable)
	u := unpack(f, zipped)
	for i, name := range u.names {
		f.Add(byte(i), u.files[name])
	}
	f.Add(byte(255), zipped)
	f.Fuzz(func(t *testing.T, which byte, content []byte) {
		changed := content
		if int(which) < len(u.names) {
			changed = u.with(u.names[which], content).pack(t)
		}
		ok, err := Verify(bytes.NewReader(changed), int64(len(changed)), Asked{}, func(Finding) {})
		if ok && err == nil && int(which) < len(u.names) && !bytes.Equal(content, u.files[u.names[which]]) {
			t.Errorf("%s as %q passes", u.names[which], content)
		}
		if a, err := ReadArchive(bytes.NewReader(changed), int64(len(changed))); err == nil {
			a.Elections()
		}
	})
}
