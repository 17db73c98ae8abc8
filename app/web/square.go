package web

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// square is a QR code: the side of its picture in modules, quiet zone included, and the path that
// draws the dark ones.
type square struct {
	Side int
	Path string
}

// quiet is the empty border that readers of QR codes need, in modules.
const quiet = 4

func squareOf(content string) (square, error) {
	code, err := qr.Encode(content, qr.M, qr.Auto)
	if err != nil {
		return square{}, err
	}
	n := code.Bounds().Dx()
	dark := func(x, y int) bool { r, _, _, _ := code.At(x, y).RGBA(); return r == 0 }
	var path strings.Builder
	for y := range n {
		for x := 0; x < n; x++ {
			from := x
			for x < n && dark(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return square{n + 2*quiet, path.String()}, nil
}
