package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
)

// listen serves a town on a real socket: Fiber's own test door is not the network.
func listen(t *testing.T) string {
	t.Helper()
	clock := dbtest.NewClock(dbtest.Start)
	var address string
	var d *db.DB = dbtest.Open(t, t.TempDir()+"/t.db", clock.Now)
	w := newTown(t, d, clock)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = ln.Addr().String()
	go w.app.Listener(ln)
	t.Cleanup(func() { w.s.Shutdown(w.app) })
	return address
}

// raw sends bytes and returns the status of each answer until the server closes or stays silent.
func raw(t *testing.T, address, request string) (codes []int, bodies []string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(2 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		return nil, nil
	}
	r := bufio.NewReader(c)
	for {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return codes, bodies
		}
		b, _ := io.ReadAll(resp.Body)
		codes, bodies = append(codes, resp.StatusCode), append(bodies, string(b))
		if len(codes) > 5 {
			return codes, bodies
		}
	}
}

func TestRawRequests(t *testing.T) {
	address := listen(t)
	const host = "Host: localhost\r\n"
	form := host + "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
	for _, c := range []struct {
		name, request string
		first         int // status of the first answer; 0: none but a closed connection is fine too
		most          int // answers at most: a smuggled request would make one more
	}{
		{"plain", "GET / HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", 200, 1},
		{"head", "HEAD / HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", 200, 1},
		{"length and chunks", "POST /login/demo HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n" + host + "\r\n", 422, 1},
		{"two lengths", "POST /login/demo HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 0\r\n\r\nGET /healthz HTTP/1.1\r\n" + host + "\r\n", 0, 1},
		{"compressed body", "POST /login/demo HTTP/1.1\r\n" + form + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", 422, 1},
		{"announced too long", "POST /login/demo HTTP/1.1\r\n" + form + "Content-Length: 99999999\r\n\r\n" + strings.Repeat("a", 64<<10), 413, 1},
		{"chunks too long", "POST /login/demo HTTP/1.1\r\n" + form + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("FFFF\r\n"+strings.Repeat("a", 0xFFFF)+"\r\n", 18) + "0\r\n\r\n", 413, 1},
		{"json on a form", "POST /login/demo HTTP/1.1\r\n" + host + "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", 422, 1},
		{"no token", "POST /login/demo HTTP/1.1\r\n" + form + "Content-Length: 7\r\n\r\nemail=a", 403, 1},
		{"another site", "POST /login/demo HTTP/1.1\r\n" + form + "Sec-Fetch-Site: cross-site\r\nContent-Length: 7\r\n\r\nemail=a", 403, 1},
		{"another origin", "POST /login/demo HTTP/1.1\r\n" + form + "Origin: https://evil.example\r\nContent-Length: 7\r\n\r\nemail=a", 403, 1},
		{"unknown address", "GET /nowhere HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", 404, 1},
		{"trace", "TRACE / HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", 404, 1},
		{"climbing", "GET /static/x/../../../etc/passwd HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", 404, 1},
		{"climbing, written otherwise", "GET /static/x/..%2f..%2fgo.mod HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", 404, 1},
		{"long head", "GET / HTTP/1.1\r\n" + host + "Cookie: a=" + strings.Repeat("x", 40<<10) + "\r\n\r\n", 0, 1},
		{"metrics without token", "GET /metrics HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", 404, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			codes, bodies := raw(t, address, c.request)
			if len(codes) > c.most || c.first != 0 && (len(codes) == 0 || codes[0] != c.first) {
				t.Errorf("answers %v", codes)
			}
			for _, b := range bodies {
				if strings.Contains(b, "goroutine") || strings.Contains(b, "SQL") {
					t.Errorf("shows what is inside: %.200s", b)
				}
			}
		})
	}
	if codes, _ := raw(t, address, "GET /healthz HTTP/1.1\r\n"+host+"Connection: close\r\n\r\n"); len(codes) != 1 || codes[0] != 200 {
		t.Errorf("after all that, healthz answers %v", codes)
	}
}

func TestSlowHeadsDoNotHoldOthersUp(t *testing.T) {
	address := listen(t)
	for range 100 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
	}
	if codes, _ := raw(t, address, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); len(codes) != 1 || codes[0] != 200 {
		t.Errorf("answers %v", codes)
	}
}
