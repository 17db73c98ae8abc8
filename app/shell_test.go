package app

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// run runs the program as the shell does and returns what it says and whether it succeeded.
func run(t *testing.T, args ...string) (string, bool) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	return string(out), err == nil
}

// README names these commands; each does what it says there.
func TestCommandsOfTheReadme(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"go run . serve --demo", "go test -timeout 20m ./...", "go run . import pabulib FILE.pb", "CGO_ENABLED=0 go build -o tequio .",
		"tequio person grant EMAIL administrator", "tequio backup FILE", "tequio restore FILE", "tequio check"} {
		if !strings.Contains(string(readme), "    "+command+"\n") {
			t.Errorf("README no longer names %q", command)
		}
	}
	dir := t.TempDir()
	one, two, copied := filepath.Join(dir, "one"), filepath.Join(dir, "two"), filepath.Join(dir, "copy")
	says := func(ok bool, words string, args ...string) {
		t.Helper()
		out, fine := run(t, args...)
		if fine != ok || !strings.Contains(out, words) {
			t.Errorf("tequio %s: success %v, and says: %s", strings.Join(args, " "), fine, out)
		}
	}
	says(true, "tequio "+Version, "version")
	says(false, "unexpected", "conjure")
	p := start(t, "--demo", "--instance", one)
	says(true, "ana@pueblo.example", "person", "grant", "ana@pueblo.example", "administrator", "--instance", one) // through the server's socket
	says(false, "another Tequio", "serve", "--listen", "127.0.0.1:0", "--instance", one)
	says(true, "", "backup", copied, "--instance", one)
	resp, err := http.Get(p.address + "/")
	if err != nil {
		t.Fatal(err)
	}
	home, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if !strings.Contains(string(home), "San Miguel Tequio") {
		t.Errorf("the demo's home page: %.300s", home)
	}
	p.kill()
	says(true, "", "restore", copied, "--instance", two)
	out, _ := run(t, "check", "--instance", two)
	if !strings.Contains(strings.ToLower(out), "database") {
		t.Errorf("check says: %s", out)
	}
	broken := filepath.Join(dir, "broken.pb")
	if err := os.WriteFile(broken, []byte("META\nkey;value\nbudget;100\nvote_type;approval\nPROJECTS\nproject_id;cost\n1;ten\nVOTES\nvoter_id;vote\n1;1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	says(false, "line 7", "import", "pabulib", broken, "--instance", two)
}

// The anin file of 2017 becomes a closed participatory budget, by the command.
func TestImportByCommand(t *testing.T) {
	data := os.Getenv("TEQUIO_TEST_DATA")
	if data == "" {
		t.Skip("TEQUIO_TEST_DATA is not set: no real elections to import")
	}
	dir := t.TempDir()
	out, ok := run(t, "import", "pabulib", filepath.Join(data, "elections/pb/poland_warszawa_2017_anin.pb"), "--instance", dir)
	if !ok || !strings.Contains(out, "/votes/") {
		t.Fatalf("success %v: %s", ok, out)
	}
	p := start(t, "--instance", dir)
	defer p.kill()
	address := out[strings.Index(out, "/votes/"):]
	address = strings.TrimRight(strings.Fields(address)[0], ".,")
	resp, err := http.Get(p.address + strings.TrimSuffix(address, "/results") + "/results?lang=en")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || strings.Count(string(page), ">Funded<") == 0 || !strings.Contains(string(page), "510") {
		t.Errorf("%d: %.400s", resp.StatusCode, page)
	}
}
