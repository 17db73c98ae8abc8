package app

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/pelletier/go-toml/v2"
)

// tomlFile reads settings for flags from a TOML file: listen = "…", base-url = "…". Names that no
// flag has are refused, so that a slip of the pen does not pass unseen.
func tomlFile(r io.Reader) (kong.Resolver, error) {
	values := map[string]any{}
	if err := toml.NewDecoder(r).Decode(&values); err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	return &tomlValues{values}, nil
}

type tomlValues struct{ values map[string]any }

// Validate refuses unknown names. The tables [[provider]] are read elsewhere.
func (t *tomlValues) Validate(app *kong.Application) error {
	known := map[string]bool{}
	var walk func(*kong.Node)
	walk = func(n *kong.Node) {
		for _, f := range n.Flags {
			known[f.Name] = true
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(app.Node)
	for name := range t.values {
		if name == "provider" {
			continue
		}
		if !known[strings.ReplaceAll(name, "_", "-")] {
			return fmt.Errorf("configuration file: there is no setting named %q", name)
		}
	}
	return nil
}

// Resolve gives a flag its value from the file, below flags and environment.
func (t *tomlValues) Resolve(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
	for _, name := range []string{f.Name, strings.ReplaceAll(f.Name, "-", "_")} {
		if v, ok := t.values[name]; ok {
			return v, nil
		}
	}
	return nil, nil
}
