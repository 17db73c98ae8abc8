package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// A command is a verb that changes the instance. While a server runs on the instance's SQLite file,
// only that server writes; the verb then runs inside it, asked through a socket in the instance
// folder that nobody but its owner can open.
type command func(ctx context.Context, a *App, args []string, in io.Reader, out io.Writer) error

// commands are the verbs that can be asked for through the socket.
var commands = map[string]command{
	"backup":       orderBackup,
	"import":       orderImport,
	"check":        orderCheck,
	"person grant": grantRole,
	"person link":  linkPerson,
	"census":       orderCensus,
	"mail bounce":  bounceMail,
}

// order is what is sent through the socket: a verb, its arguments, and a file's bytes.
type order struct {
	Verb string
	Args []string
	File []byte
}

// outcome is what comes back.
type outcome struct {
	Out    string
	Failed string
}

// socketName lies in the instance folder; lockName beside it says who owns the SQLite file.
const (
	socketName = "tequio.sock"
	lockName   = "tequio.lock"
)

// perform runs a command: in the server that holds the instance, or here when none does.
func (c common) perform(sh *shell, o order) error {
	ctx := context.Background()
	opts := c.options()
	if opts.Database == "" {
		answer, err := ask(ctx, filepath.Join(c.Instance, socketName), o)
		if err == nil {
			fmt.Fprint(sh.out, answer.Out)
			if answer.Failed != "" {
				return errors.New(answer.Failed)
			}
			return nil
		}
		if !errors.Is(err, errNobody) {
			return err
		}
	}
	a, err := Open(ctx, opts)
	if err != nil {
		return err
	}
	defer a.Close()
	return commands[o.Verb](ctx, a, o.Args, bytes.NewReader(o.File), sh.out)
}

// errNobody means that no server listens at the socket.
var errNobody = errors.New("no server holds this instance")

func ask(ctx context.Context, path string, o order) (answer outcome, err error) {
	body, err := json.Marshal(o)
	if err != nil {
		return answer, err
	}
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, "unix", path)
		if err != nil {
			return nil, errNobody
		}
		return conn, nil
	}}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://instance/", bytes.NewReader(body))
	if err != nil {
		return answer, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return answer, err
	}
	defer resp.Body.Close()
	return answer, json.NewDecoder(resp.Body).Decode(&answer)
}

// obey answers orders at the instance's socket until ctx ends.
func (a *App) obey(ctx context.Context) error {
	path := filepath.Join(a.Instance, socketName)
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return errors.Join(err, ln.Close())
	}
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(a.carryOut(r))
	})}
	context.AfterFunc(ctx, func() { server.Close() })
	go server.Serve(ln)
	return nil
}

func (a *App) carryOut(r *http.Request) outcome {
	var o order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		return outcome{Failed: err.Error()}
	}
	run := commands[o.Verb]
	if run == nil {
		return outcome{Failed: "unknown verb " + o.Verb}
	}
	var out bytes.Buffer
	if err := run(r.Context(), a, o.Args, bytes.NewReader(o.File), &out); err != nil {
		return outcome{Out: out.String(), Failed: explain(err)}
	}
	return outcome{Out: out.String()}
}

// lock claims an instance's SQLite file for this process; a second claim says who is first.
func lock(instance string) (release func(), err error) {
	f, err := os.OpenFile(filepath.Join(instance, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("another Tequio already uses %s", instance)
	}
	return func() { f.Close() }, nil
}
