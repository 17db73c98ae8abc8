package provider

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const (
	timeout     = 10 * time.Second // for a whole exchange, the body included
	maxBody     = 1 << 20          // bytes of an answer
	dialTimeout = 5 * time.Second
)

var errTooLarge = errors.New("the provider's answer is larger than 1 MB")

// Client returns the HTTP client that speaks to providers: ten seconds for an
// exchange, 1 MB for an answer, no redirects, and, unless private is set, no
// connection to an address that is not public. The address is judged when the
// connection is made, after the name was resolved, so that no name can lead
// inside. With private set it also uses the environment's proxy, which the
// judgement could not see behind.
func Client(private bool) *http.Client { return limited(nil, private) }

// limited puts the limits on a client; nil means a new one.
func limited(client *http.Client, private bool) *http.Client {
	if client == nil {
		client = &http.Client{Transport: transport(private)}
	}
	inner := client.Transport
	if inner == nil {
		inner = http.DefaultTransport
	}
	return &http.Client{
		Transport:     bounded{inner},
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func transport(private bool) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout}
	t := &http.Transport{
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    dialTimeout,
		ResponseHeaderTimeout:  timeout,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConns:           8,
		IdleConnTimeout:        time.Minute,
	}
	if private {
		t.Proxy = http.ProxyFromEnvironment
	} else {
		dialer.Control = publicOnly
	}
	return t
}

func publicOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	if !public(at.Addr()) {
		return fmt.Errorf("%s is no public address: set private for a provider in your own network", at.Addr())
	}
	return nil
}

// reservedNets are the networks that the netip package takes for ordinary ones
// and that lead nowhere public, or to an IPv4 address in disguise (IANA's
// special-purpose registries).
var reservedNets = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, n := range reservedNets {
		if n.Contains(ip) {
			return false
		}
	}
	return true
}

// bounded cuts off an answer that is too large: the libraries read answers
// whole.
type bounded struct{ inner http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = &boundedBody{ReadCloser: resp.Body, left: maxBody}
	return resp, nil
}

type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, errTooLarge
	}
	return n, err
}
