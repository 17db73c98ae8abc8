package provider

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"runtime/debug"
	"strings"
	"unicode"

	"golang.org/x/oauth2"

	"tequio/app/fault"
)

// refusal is what the provider itself answered instead of a code.
type refusal struct{ code, description string }

func (r *refusal) Error() string {
	return fmt.Sprintf("the provider answered %q: %q", r.code, r.description)
}

// maxCause bounds what an error quotes, in characters: go-oidc puts whole
// answers into its errors.
const maxCause = 300

// errDown marks a provider that did not answer as it should.
var errDown = errors.New("the provider does not answer")

// unsuitable marks what only the operator or the provider can mend.
type unsuitable struct{ error }

func (u unsuitable) Unwrap() error { return u.error }

func unknown(id string) error {
	return fault.New(fault.NotFound, "provider.unknown").Because(fmt.Errorf("no sign-in provider %q", clip(id, 60)))
}

// explain puts what a person may know in front of the cause.
func (m member) explain(err error) error {
	kind, key := fault.Invalid, "provider.failed"
	var refused *refusal
	var unfit unsuitable
	var token *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused):
		kind, key = refused.reason()
	case errors.As(err, &unfit):
		kind, key = fault.Unavailable, "provider.setup"
	case errors.As(err, &token):
		kind, key = tokenReason(token)
		err = tokenCause(token)
	case unreachable(err):
		kind, key = fault.Unavailable, "provider.down"
	}
	return fault.New(kind, key, "name", m.Name).Because(fmt.Errorf("sign in with %s: %w", m.ID, withoutQuery(err)))
}

// reason translates the error codes of an authorization answer (RFC 6749,
// 4.1.2.1; OpenID Connect Core, 3.1.2.6).
func (r *refusal) reason() (fault.Kind, string) {
	switch r.code {
	case "access_denied", "user_cancelled_login", "consent_required", "interaction_required", "login_required":
		return fault.Forbidden, "provider.cancelled"
	case "server_error", "temporarily_unavailable":
		return fault.Unavailable, "provider.down"
	case "invalid_scope", "unauthorized_client", "unsupported_response_type", "invalid_request":
		return fault.Unavailable, "provider.setup"
	default:
		return fault.Invalid, "provider.failed"
	}
}

func tokenReason(e *oauth2.RetrieveError) (fault.Kind, string) {
	switch e.ErrorCode {
	case "invalid_grant", "bad_verification_code":
		return fault.Invalid, "provider.expired"
	case "invalid_client", "unauthorized_client", "incorrect_client_credentials", "redirect_uri_mismatch":
		return fault.Unavailable, "provider.setup"
	}
	if e.Response != nil && e.Response.StatusCode >= 500 {
		return fault.Unavailable, "provider.down"
	}
	return fault.Invalid, "provider.failed"
}

// tokenCause leaves out the body of the answer, which may hold anything.
func tokenCause(e *oauth2.RetrieveError) error {
	status := "no status"
	if e.Response != nil {
		status = e.Response.Status
	}
	return fmt.Errorf("the token endpoint answered %s, %q: %q", status, clip(e.ErrorCode, 60), clip(e.ErrorDescription, 200))
}

func unreachable(err error) bool {
	var network net.Error
	var address *url.Error
	return errors.Is(err, errDown) || errors.As(err, &network) || errors.As(err, &address) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errTooLarge)
}

// withoutQuery takes the query out of an address in an error: Facebook wants
// the access token there.
func withoutQuery(err error) error {
	var address *url.Error
	if !errors.As(err, &address) {
		return err
	}
	place, _, _ := strings.Cut(address.URL, "?")
	return fmt.Errorf("%s %s: %w", address.Op, place, address.Err)
}

// recovered turns a panic in a provider's code into an error with its stack,
// for the log: goth asserts types of what strangers send.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// clip makes a stranger's text fit for the log: no control characters, at most
// n characters.
func clip(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > n {
		s = string(r[:n])
	}
	return strings.TrimSpace(s)
}
