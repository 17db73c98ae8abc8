package app

import (
	"fmt"
	"os"

	"tequio/app/thing"
)

type auditVerb struct {
	Verify auditVerifyVerb `cmd:"" help:"Check an exported audit trail: that nothing in it was changed, dropped or slipped in. Exit 1 when something was."`
}

type auditVerifyVerb struct {
	File string `arg:"" type:"existingfile" help:"The .jsonl file that the audit page exports."`
}

// Run checks a file without any instance; anybody can.
func (v auditVerifyVerb) Run(sh *shell) error {
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer f.Close()
	n, seal, err := thing.VerifyTrail(f)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(sh.out, "%d events, each as it was sealed. The last seal: %s\n", n, seal)
	return err
}
