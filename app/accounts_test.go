package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestProvidersFromFileAndEnvironment(t *testing.T) {
	dir := t.TempDir()
	secret, file := filepath.Join(dir, "secret"), filepath.Join(dir, "tequio.toml")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(secret, "s3cret\n")
	table := "[[provider]]\nid = 'llave'\nissuer = 'https://id.example'\nclient_id = 'a'\nclient_secret = 'file:" + secret + "'\n"
	write(file, "listen = '127.0.0.1:0'\n"+table)
	t.Setenv(providersVariable, `[{"id": "google", "client_id": "b", "client_secret": "c"}]`)
	all, err := providers(file)
	if err != nil || len(all) != 2 || all[0].ClientSecret != "s3cret" || all[1].ID != "google" {
		t.Fatalf("%+v, %v", all, err)
	}
	t.Setenv(providersVariable, "")
	for text, want := range map[string]string{
		table + "isuer = 'x'\n":                       "isuer",
		"[[provider]]\nid = 'demo'\nclient_id = 'a'":  "taken",
		strings.Replace(table, secret, secret+"x", 1): "no such file",
	} {
		write(file, text)
		if _, err := providers(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	t.Setenv(providersVariable, `[{"id": "google", "colour": "red"}]`)
	if _, err := providers(""); err == nil || !strings.Contains(err.Error(), "colour") {
		t.Error(err)
	}
}

func TestPersonVerbs(t *testing.T) {
	a, err := Open(context.Background(), Options{Instance: t.TempDir(), BaseURL: "https://town.example"})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	run := func(c command, args ...string) (string, error) {
		var out bytes.Buffer
		err := c(context.Background(), a, args, nil, &out)
		return out.String(), err
	}
	hint, err := a.greet(context.Background())
	if err != nil || !strings.Contains(hint, "https://town.example/setup/") {
		t.Fatal(hint, err)
	}
	if out, err := run(grantRole, "ana@pueblo.example", "administrator", ""); err != nil || !strings.Contains(out, "Nobody has verified ana@pueblo.example") {
		t.Fatal(out, err)
	}
	for args, want := range map[string]string{"ana administrator ": "no e-mail address", "ana@pueblo.example king ": "use administrator",
		"ana@pueblo.example editor ": "--agency", "ana@pueblo.example editor nowhere": "no agency"} {
		if _, err := run(grantRole, strings.Split(args, " ")...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
	if out, err := run(linkPerson, "ana@pueblo.example"); err != nil || !strings.Contains(out, "https://town.example/login/link/") {
		t.Fatal(out, err)
	}
}
