// Package fault names the ways in which a request can be refused. A fault says what a person may
// know, as keys of the catalogues; whatever else goes wrong is a plain error, for the log alone.
package fault

import "errors"

// Kind is the sort of a refusal; the web layer gives each its status code and its page.
type Kind int

// The kinds of refusal, from "our mistake" to "come back later".
const (
	Internal    Kind = iota // our mistake; the log knows more
	NotFound                // there is no such thing, or none for this person
	Gone                    // it was here and was taken away
	SignIn                  // who are you?
	Confirm                 // prove again that it is you
	Forbidden               // not you
	Closed                  // not now
	Conflict                // somebody was faster
	Invalid                 // a field must be mended
	TooLarge                // more than the stated limit
	TooMany                 // too often
	Unavailable             // we cannot at the moment; try again
)

// A Message is a key of the catalogues with its arguments: name, value, name, value…
type Message struct {
	Key  string
	Args []any
}

// A Fault is a refusal with a reason that can be shown to a person.
type Fault struct {
	Kind Kind
	Message
	Fields map[string]Message // form field → what is wrong with it, for Invalid
	cause  error
}

// Error is the key and, for the log, the cause.
func (f *Fault) Error() string {
	if f.cause != nil {
		return f.Key + ": " + f.cause.Error()
	}
	return f.Key
}

// Unwrap returns the cause given to Because.
func (f *Fault) Unwrap() error { return f.cause }

// New makes a fault with a message key and its arguments.
func New(k Kind, key string, args ...any) *Fault {
	return &Fault{Kind: k, Message: Message{key, args}}
}

// Because returns a copy of f that carries cause for the log.
func (f *Fault) Because(cause error) *Fault {
	g := *f
	g.cause = cause
	return &g
}

// On refuses a form because of one field.
func On(field, key string, args ...any) *Fault {
	return &Fault{Kind: Invalid, Message: Message{Key: "fault.invalid"}, Fields: map[string]Message{field: {key, args}}}
}

// Of returns the fault in err's chain, or an Internal one that carries err.
func Of(err error) *Fault {
	if f := (*Fault)(nil); errors.As(err, &f) {
		return f
	}
	return New(Internal, "fault.internal").Because(err)
}

// Is reports whether err is a fault of kind k.
func Is(err error, k Kind) bool {
	f := (*Fault)(nil)
	return errors.As(err, &f) && f.Kind == k
}

// A Check gathers what is wrong with the fields of a form, the first fault of each.
type Check struct{ fields map[string]Message }

// That records a fault of field unless ok.
func (c *Check) That(ok bool, field, key string, args ...any) {
	if _, found := c.fields[field]; ok || found {
		return
	}
	if c.fields == nil {
		c.fields = map[string]Message{}
	}
	c.fields[field] = Message{key, args}
}

// Err is nil when everything held, else one fault of kind Invalid with every field.
func (c *Check) Err() error {
	if c.fields == nil {
		return nil
	}
	return &Fault{Kind: Invalid, Message: Message{Key: "fault.invalid"}, Fields: c.fields}
}
