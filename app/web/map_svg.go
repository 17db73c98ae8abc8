package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tequio/app/fault"
	"tequio/app/geo"

	"github.com/gofiber/fiber/v2"
)

// A canvas is a size in which a map is drawn as a picture of its own, in CSS pixels. People point at
// the picture, and browsers tell where in CSS pixels, so it is shown as large as it is.
type canvas struct {
	name          string
	width, height int
}

// canvases are the sizes there are: for phones and for wider screens.
var canvases = []canvas{{"s", 288, 300}, {"l", 640, 440}}

// The style of the picture by night; by day it has what its elements say. It is the only style the
// answer's content policy lets through.
const pictureStyle = `@media(prefers-color-scheme:dark){.s{fill:#101820}.g{fill:#1c2833;stroke:#41525f}.w{stroke:#2d6373}.n{fill:#b9c5cf;stroke:#1c2833}.b{stroke:#b9c5cf}.t{fill:#b9c5cf;stroke:none}}`

var picturePolicy = func() string {
	sum := sha256.Sum256([]byte(pictureStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; frame-ancestors 'none'"
}()

// mapPicture serves the ground of the map as a picture: /map.svg?at=17.01,-96.54,3&size=l&v=…
func (s *Server) mapPicture(v *Visit) error {
	m := s.Instance.Map()
	if m == nil {
		return fault.New(fault.NotFound, "fault.missing")
	}
	if in := v.Query("in"); slices.Contains(s.Instance.Current().Languages, in) { // as lang, which leaves a cookie
		v.Lang = s.Words.Language(in)
		v.Set("Content-Language", in)
	}
	size := canvases[0]
	for _, c := range canvases {
		if c.name == v.Query("size") {
			size = c
		}
	}
	f := parseSight(v.Query("at")).within(m.Box).frame(m.Box, size.width, size.height)
	v.Set(fiber.HeaderCacheControl, "no-cache")
	if v.Query("v") == m.Version {
		v.Set(fiber.HeaderCacheControl, "public, max-age=604800")
	}
	v.Set(fiber.HeaderContentSecurityPolicy, picturePolicy)
	body := v.picture(s.drawings.draw(m, f))
	v.Set(fiber.HeaderVary, "Accept-Encoding")
	if v.accepts("gzip") {
		v.Set(fiber.HeaderContentEncoding, "gzip")
		body = packGzip(body, 5)
	}
	return v.Send("image/svg+xml", body)
}

// picturePath is the address of the picture of a sight. The names on it are in the reader's language.
func (v *Visit) picturePath(s sight, size string) string {
	q := url.Values{"size": {size}, "v": {v.s.Instance.Map().Version}, "in": {v.Lang.Tag()}}
	if s.Zoom > 0 {
		q.Set("at", s.String())
	}
	return "/map.svg?" + q.Encode()
}

// String writes the sight for addresses and forms.
func (s sight) String() string {
	return fmt.Sprintf("%s,%s,%d", coarse(s.Lat, 4), coarse(s.Lon, 4), s.Zoom)
}

// coarse writes a coordinate in degrees with so many decimals.
func coarse(n int64, decimals int) string {
	return strconv.FormatFloat(float64(n)/geo.Degree, 'f', decimals, 64)
}

// parseSight reads what String wrote; anything else is the whole town.
func parseSight(text string) (s sight) {
	parts := strings.Split(text, ",")
	if len(parts) != 3 {
		return sight{}
	}
	lat, ok1 := geo.ParseDegrees(parts[0], 90)
	lon, ok2 := geo.ParseDegrees(parts[1], 180)
	zoom, err := strconv.Atoi(parts[2])
	if !ok1 || !ok2 || err != nil {
		return sight{}
	}
	return sight{lat, lon, zoom}
}

// picture writes a drawing as an SVG file. It holds no script and loads nothing.
func (v *Visit) picture(d drawing) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d"><style>%s</style>`, d.Width, d.Height, pictureStyle)
	fmt.Fprintf(&b, `<path class="s" fill="#eae5da" d="M0 0h%dv%dh-%[1]dz"/>`, d.Width, d.Height)
	b.WriteString(`<g class="g" fill="#fdfcf8" fill-rule="evenodd" stroke="#b3ab9b" stroke-linejoin="round">`)
	for _, l := range d.Land {
		fmt.Fprintf(&b, `<path d="%s"/>`, l.Path)
	}
	b.WriteString(`</g><g class="w" fill="none" stroke="#a9cfd9" stroke-width="3" stroke-linejoin="round" stroke-linecap="round">`)
	for _, l := range d.Lines {
		fmt.Fprintf(&b, `<path d="%s"/>`, l)
	}
	b.WriteString(`</g><g class="n" font-family="system-ui,sans-serif" font-size="12" font-weight="600" text-anchor="middle" fill="#4d5b68" stroke="#fdfcf8" stroke-width="3" stroke-linejoin="round" paint-order="stroke">`)
	for _, n := range v.nameplates(d) {
		fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`, n.X, n.Y, html.EscapeString(n.Text))
	}
	b.WriteString(`</g>`)
	fmt.Fprintf(&b, `<path class="b" fill="none" stroke="#4d5b68" stroke-width="1.5" d="M10 %dv4h%dv-4"/>`, d.Height-14, d.Scale.Long)
	fmt.Fprintf(&b, `<text class="t" font-family="system-ui,sans-serif" font-size="11" x="14" y="%d" fill="#4d5b68">%s</text></svg>`, d.Height-15, html.EscapeString(v.scale(d.Scale)))
	return b.Bytes()
}
