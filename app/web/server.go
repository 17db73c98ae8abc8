package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"tequio/app/fault"
	"tequio/app/policy"

	"github.com/gofiber/fiber/v2"
)

// bodies: what a request may carry, in bytes.
const (
	formBody   = 1 << 20
	uploadBody = 32 << 20
	readAhead  = 8 << 10 // read before the handler begins; the rest streams
)

// requestTime is how long the database may take over one request.
const requestTime = 15 * time.Second

// App builds the Fiber application from the route table.
func (s *Server) App() *fiber.App {
	app := fiber.New(fiber.Config{
		AppName:               "tequio",
		Immutable:             true, // or every string of a request changes under whoever keeps it
		DisableStartupMessage: true,
		StreamRequestBody:     true, // handlers begin when the headers are there, and bound the body themselves
		BodyLimit:             readAhead,
		ReadBufferSize:        16 << 10,
		ReadTimeout:           60 * time.Second,
		WriteTimeout:          60 * time.Second,
		IdleTimeout:           60 * time.Second,
		ErrorHandler:          func(c *fiber.Ctx, err error) error { return s.broken(c, err) },
	})
	for _, r := range routes {
		app.Add(r.method, r.path, s.handler(r))
		if r.method == fiber.MethodGet {
			app.Add(fiber.MethodHead, r.path, s.handler(r))
		}
	}
	app.Use(s.handler(route{method: "GET", path: "*", serve: (*Server).unknown, exempt: true}))
	return app
}

// handler serves one route: who asks, whether they may, then the handler, then its fault as a page.
func (s *Server) handler(r route) fiber.Handler {
	return func(c *fiber.Ctx) (err error) {
		started := s.DB.Now()
		clock := time.Now()
		v := &Visit{c: c, s: s, route: r, Started: started, Now: started}
		defer func() {
			if p := recover(); p != nil {
				err = s.show(v, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			}
			s.metrics.served(r, c.Response().StatusCode(), time.Since(clock))
		}()
		s.secure(c)
		ctx, cancel := context.WithTimeout(context.Background(), requestTime)
		defer cancel()
		v.ctx = ctx
		v.chooseLanguage()
		if err := s.receive(v); err != nil {
			return s.show(v, err)
		}
		if e := s.keptFor(v); e != nil {
			return v.sendKept(e)
		}
		if err := r.serve(s, v); err != nil {
			return s.show(v, err)
		}
		return nil
	}
}

// receive finds out who asks in which language, and refuses what must not reach a handler.
func (s *Server) receive(v *Visit) error {
	if v.unsafe() && ambiguous(v.c.Request().Header.RawHeaders()) {
		v.c.Context().SetConnectionClose()
		return fault.New(fault.Invalid, "fault.request")
	}
	v.network = s.clientAddress(v)
	if v.route.bare {
		return nil
	}
	actor, err := s.Sessions.Actor(v.ctx, v.token())
	if err != nil {
		return err
	}
	actor.Session.Network = v.Network() // where this request comes from, not where the session began
	v.Actor = actor
	if v.unsafe() && !v.route.exempt {
		if err := v.readForm(); err != nil {
			return err
		}
		if err := s.checkOrigin(v); err != nil {
			return err
		}
	}
	if err := s.limits.allow(v); err != nil {
		return err
	}
	return s.mayAsk(v)
}

// ambiguous reports whether a request's length is told in more than one way, which lets one request
// be smuggled inside another past a proxy that believes the other way.
func ambiguous(head []byte) bool {
	head = bytes.ToLower(head)
	lengths := bytes.Count(head, []byte("content-length:"))
	return lengths > 1 || lengths == 1 && bytes.Contains(head, []byte("transfer-encoding:"))
}

// mayAsk sends those who are not signed in to the sign-in page; what concerns a particular thing is
// decided by its service.
func (s *Server) mayAsk(v *Visit) error {
	if v.route.needs == "" {
		return nil
	}
	if !v.Actor.SignedIn() {
		return fault.New(fault.SignIn, "policy.signin")
	}
	if v.route.instance {
		return policy.Allow(v.Actor, v.route.needs, noThing, v.Now)
	}
	return nil
}

// secure sets the headers of every answer.
func (s *Server) secure(c *fiber.Ctx) {
	h := &c.Response().Header
	h.Set("Content-Security-Policy", s.contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
	if s.secureLink() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// newContentPolicy lets pages load from this origin alone, run no script but our files, and send
// forms nowhere else, but for what leads on to the sign-in providers.
func (s *Server) newContentPolicy() string {
	forms := strings.Join(append([]string{"'self'"}, s.SignInHosts...), " ")
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
		"connect-src 'self'; form-action " + forms + "; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; manifest-src 'self'; worker-src 'self'"
}

func (s *Server) secureLink() bool { return strings.HasPrefix(s.BaseURL, "https://") }

// broken answers what failed before any handler: a malformed request.
func (s *Server) broken(c *fiber.Ctx, err error) error {
	v := &Visit{c: c, s: s, Started: s.DB.Now(), Now: s.DB.Now(), ctx: context.Background()}
	v.chooseLanguage()
	s.secure(c)
	if e := (*fiber.Error)(nil); errors.As(err, &e) {
		switch e.Code {
		case fiber.StatusRequestEntityTooLarge:
			return s.show(v, fault.New(fault.TooLarge, "fault.large"))
		case fiber.StatusMethodNotAllowed, fiber.StatusNotFound:
			return s.show(v, fault.New(fault.NotFound, "fault.missing"))
		}
		return s.show(v, fault.New(fault.Invalid, "fault.request").Because(err))
	}
	return s.show(v, err)
}

// clientAddress is the address the request came from: the connection's, or, behind a trusted proxy,
// the last one that no trusted proxy added itself.
func (s *Server) clientAddress(v *Visit) netip.Addr {
	addr := peer(v.c)
	if !s.trusted(addr) {
		return addr
	}
	hops := strings.Split(v.c.Get("X-Forwarded-For"), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return addr
		}
		addr = hop.Unmap()
		if !s.trusted(addr) {
			return addr
		}
	}
	return addr
}

func peer(c *fiber.Ctx) netip.Addr {
	tcp, ok := c.Context().RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap()
}

func (s *Server) trusted(a netip.Addr) bool {
	for _, t := range s.TrustedProxies {
		if p, err := netip.ParsePrefix(t); err == nil && p.Contains(a) {
			return true
		}
		if one, err := netip.ParseAddr(t); err == nil && one == a {
			return true
		}
	}
	return false
}

// Shutdown stops taking requests and lets those under way finish.
func (s *Server) Shutdown(app *fiber.App) {
	s.stopping.Store(true)
	if err := app.ShutdownWithTimeout(20 * time.Second); err != nil {
		slog.Error("shutdown", "err", err)
	}
}
