package tally

import (
	"fmt"
	"io"
	"path"
	"strings"
)

// ReadElection reads an election from a file of the format that its name ends in: .pb (Pabulib). The
// election's id, which the lot needs, is the file's name without folders. What is wrong with the file
// is a *FileError.
func ReadElection(r io.Reader, name string) (Election, error) {
	name = path.Base(name)
	switch kind := strings.ToLower(path.Ext(name)); kind {
	case ".pb":
		f, err := ReadPabulib(r)
		if err != nil {
			return Election{}, err
		}
		return f.Election(name), nil
	}
	return Election{}, &FileError{Reason: reason("file.format", word("name", name)), text: fmt.Sprintf("%s is of no format that we know", name)}
}
