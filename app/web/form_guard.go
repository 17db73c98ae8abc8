package web

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"tequio/app/fault"
)

// trapName is a field that people neither see nor hear; programs that fill in every field fill it.
const trapName = "homepage"

// hasteLeast is the least time in which a person reads a form and writes in it.
const hasteLeast = 2 * time.Second

// unhurried returns nil, or the fault for what no person does: filling in the hidden field, or sending
// what the form asks for as soon as it was served. The form's token tells when that was, signed, so a
// page that was kept or gone back to is merely older. The form comes back with everything that was
// typed. Templates print {{template "guard"}} within such forms.
func (v *Visit) unhurried() error {
	if v.Form.Raw(trapName) != "" {
		return fault.New(fault.Invalid, "guard.trap")
	}
	if served := v.served(); v.s.Limits && v.Now.Sub(served) < hasteLeast {
		return fault.New(fault.Invalid, "guard.haste")
	}
	return nil
}

// served is when the form was served, to the second; checkOrigin has verified the token.
func (v *Visit) served() time.Time {
	b, err := base64.RawURLEncoding.DecodeString(v.Form.Raw(csrfName))
	if err != nil || len(b) < 4 {
		return v.Now
	}
	return time.Unix(int64(binary.BigEndian.Uint32(b[:4])), 0)
}
