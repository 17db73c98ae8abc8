// Package views embeds the templates. An instance may not change them; its words and colours it may.
package views

import "embed"

// FS holds layout.html, part/ and page/, and the layout of mails in mail/.
//
//go:embed layout.html part page mail
var FS embed.FS
