package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
)

// errNoClient means that PostgreSQL's own programs are not installed here.
var errNoClient = errors.New("PostgreSQL's pg_dump is not installed here")

// pgTarget is a database as PostgreSQL's programs want it: an address without password and without
// what they do not know, the schema where the address names one, and the password apart, so that
// no list of processes shows it.
func pgTarget(address string) (plain, schema string, env []string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", nil, err
	}
	env = os.Environ()
	if password, ok := u.User.Password(); ok {
		env = append(env, "PGPASSWORD="+password)
		u.User = url.User(u.User.Username())
	}
	q := u.Query()
	schema = q.Get("search_path")
	q.Del("search_path")
	u.RawQuery = q.Encode()
	return u.String(), schema, env, nil
}

// pgDump writes the database in pg_dump's custom form.
func pgDump(ctx context.Context, address, file string) error {
	plain, schema, env, err := pgTarget(address)
	if err != nil {
		return err
	}
	args := []string{"--format=custom", "--no-owner", "--no-privileges", "--file=" + file}
	if schema != "" {
		args = append(args, "--schema="+schema)
	}
	args = append(args, plain)
	if _, err := exec.LookPath("pg_dump"); err != nil {
		return fmt.Errorf("%w. Install PostgreSQL's client, or run where it is: pg_dump %s; and copy the folder uploads besides", errNoClient, strings.Join(args, " "))
	}
	return runClient(ctx, env, "pg_dump", args...)
}

// pgRestore reads what pgDump wrote, all of it or nothing.
func pgRestore(ctx context.Context, address, file string) error {
	plain, _, env, err := pgTarget(address)
	if err != nil {
		return err
	}
	args := []string{"--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "--dbname=" + plain, file}
	if _, err := exec.LookPath("pg_restore"); err != nil {
		return fmt.Errorf("%w: pg_restore is needed to read this backup", errNoClient)
	}
	return runClient(ctx, env, "pg_restore", args...)
}

func runClient(ctx context.Context, env []string, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Env = env
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}
