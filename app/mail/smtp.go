package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Security is how the connection to the SMTP server is kept from others' eyes.
type Security string

// The ways of securing the connection. None is for a server on this very machine.
const (
	StartTLS Security = "starttls" // plain at first, TLS before anything that matters; port 587
	TLS      Security = "tls"      // TLS from the first byte; port 465
	None     Security = "none"     // no TLS; loopback alone; port 25
)

// Settings are how mail leaves. Without a Host it stays in the outbox.
type Settings struct {
	Host     string
	Port     int // 0: the usual one
	User     string
	Password string
	From     string // "Name <address>" or an address
	Security Security
}

// Check returns what the operator must mend before mail can be sent.
func (s *Settings) Check() error {
	if s.Host == "" {
		return nil
	}
	if s.Security == "" {
		s.Security = StartTLS
	}
	if s.Port == 0 {
		s.Port = map[Security]int{StartTLS: 587, TLS: 465, None: 25}[s.Security]
	}
	switch {
	case s.Security != StartTLS && s.Security != TLS && s.Security != None:
		return fmt.Errorf("smtp-tls %q: use starttls, tls or none", s.Security)
	case s.Security == None && !loopback(s.Host):
		return fmt.Errorf("smtp-tls none: %q is not this machine, and mail would travel open; use starttls or tls", s.Host)
	case s.Port < 1 || s.Port > 65535:
		return fmt.Errorf("smtp-port %d: no such port", s.Port)
	case s.User == "" && s.Password != "":
		return errors.New("smtp-password without smtp-user")
	}
	if _, err := netmail.ParseAddress(s.From); err != nil {
		return fmt.Errorf("smtp-from %q: an address is needed, such as \"Town <participa@example.org>\"", s.From)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

const connectTime = 30 * time.Second

// dial connects and signs in.
func (s Settings) dial(ctx context.Context) (*gomail.Client, error) {
	options := []gomail.Option{gomail.WithPort(s.Port), gomail.WithTimeout(connectTime)}
	switch s.Security {
	case TLS:
		options = append(options, gomail.WithSSL())
	case None:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.User != "" {
		way := gomail.SMTPAuthAutoDiscover
		if s.Security == None { // this machine: nobody listens in
			way = gomail.SMTPAuthPlainNoEnc
		}
		options = append(options, gomail.WithSMTPAuth(way), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	client, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return nil, err
	}
	return client, client.DialWithContext(ctx)
}

// post hands one message to the server and returns its words.
func (s Settings) post(client *gomail.Client, l letter) (string, error) {
	m, err := s.write(l)
	if err != nil {
		return "", err
	}
	if err := client.Send(m); err != nil && !m.IsDelivered() {
		return "", err
	}
	return m.ServerResponse(), nil
}

// write makes the mail. Its id stays the same from try to try, so that a mail which arrives twice
// is seen to be one.
func (s Settings) write(l letter) (*gomail.Msg, error) {
	m := gomail.NewMsg()
	if err := m.From(s.From); err != nil {
		return nil, err
	}
	if err := m.To(l.To); err != nil {
		return nil, err
	}
	from, err := netmail.ParseAddress(s.From)
	if err != nil {
		return nil, err
	}
	m.Subject(l.Subject)
	m.SetDateWithValue(l.createdAt)
	m.SetMessageIDWithValue(fmt.Sprintf("%d%s", l.id, from.Address[strings.LastIndexByte(from.Address, '@'):]))
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	for name, value := range l.Headers {
		m.SetGenHeader(gomail.Header(name), value)
	}
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	if l.HTML != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	}
	return m, nil
}
