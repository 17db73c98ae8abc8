// Tequio is a participation platform that a town can run by itself: consultations, public
// challenges, proposals, and votes that anybody can check.
package main

import (
	"os"

	"tequio/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdout, os.Stderr)) }
