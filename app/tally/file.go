package tally

import (
	"fmt"
	"io"
	"path"
	"strings"
)

// ReadElection reads an election from a file of the format that its name ends in: .pb (Pabulib), .blt,
// .soc, .soi, .toc or .toi (PrefLib). The election's id, which the lot needs, is the file's name
// without folders. What is wrong with the file is a *FileError.
func ReadElection(r io.Reader, name string) (Election, error) {
	name = path.Base(name)
	switch kind := strings.ToLower(path.Ext(name)); kind {
	case ".pb":
		f, err := ReadPabulib(r)
		if err != nil {
			return Election{}, err
		}
		return f.Election(name), nil
	case ".blt":
		e, err := ReadBLT(r)
		e.ID = name
		return e, err
	case ".soc", ".soi", ".toc", ".toi":
		e, err := ReadPrefLib(r, kind[1:])
		e.ID = name
		return e, err
	}
	return Election{}, &FileError{Reason: reason("file.format", word("name", name)), text: fmt.Sprintf("%s is of no format that we know", name)}
}
