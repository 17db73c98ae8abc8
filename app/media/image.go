package media

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

const (
	sideMost   = 2400      // pixels of the longer side that is kept
	memoryMost = 200 << 20 // bytes that decoding may take
	quality    = 85
)

// one lets a single image be decoded at a time, so that many at once do not fill the memory.
var one = make(chan struct{}, 1)

// redraw decodes an image, turns it as its camera said, makes it no larger than sideMost, and
// encodes it anew: what remains are its pixels. Photographs become JPEG, drawings and what is
// see-through PNG; of what moves, the first picture is kept.
func redraw(name string, data []byte) (Accepted, error) {
	one <- struct{}{}
	defer func() { <-one }()
	kind, turn, ok := measured(data)
	if !ok {
		return Accepted{}, refuse("media.image", name, "max", MegaPixels)
	}
	img, err := decoders[kind](data)
	if err != nil {
		return Accepted{}, refuse("media.image", name, "max", MegaPixels)
	}
	img = turned(shrunk(img), turn)
	a := Accepted{Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
	var b bytes.Buffer
	if photograph := kind == "jpeg" || kind == "webp" && opaque(img); photograph {
		a.Name, a.Type = cleanName(name, ".jpg"), "image/jpeg"
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	} else {
		a.Name, a.Type = cleanName(name, ".png"), "image/png"
		err = png.Encode(&b, img)
	}
	a.Data = b.Bytes()
	if err == nil && len(a.Data) > FileMost {
		return Accepted{}, refuse("media.large", name, "max", FileMost>>20)
	}
	return a, err
}

var decoders = map[string]func([]byte) (image.Image, error){
	"jpeg": func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) },
	"png":  func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
	"gif":  func(b []byte) (image.Image, error) { return gif.Decode(bytes.NewReader(b)) },
	"webp": func(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) },
}

// measured reads an image's head alone: which kind it is, how its camera was held, and whether it is
// small enough to decode.
func measured(data []byte) (kind string, turn int, ok bool) {
	var c image.Config
	var err error
	weight := 4 // bytes of memory a pixel takes while decoding
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8")):
		var progressive bool
		turn, progressive = camera(data)
		if progressive {
			weight = 15 // coefficients of three components are kept to the end
		}
		kind = "jpeg"
		c, err = jpeg.DecodeConfig(bytes.NewReader(data))
	case bytes.HasPrefix(data, []byte("\x89PNG")):
		kind = "png"
		c, err = png.DecodeConfig(bytes.NewReader(data))
	case bytes.HasPrefix(data, []byte("GIF8")):
		kind = "gif"
		c, err = gif.DecodeConfig(bytes.NewReader(data))
	case bytes.HasPrefix(data, []byte("RIFF")):
		kind = "webp"
		c, err = webp.DecodeConfig(bytes.NewReader(data))
	default:
		return "", 0, false
	}
	if c.ColorModel == color.RGBA64Model || c.ColorModel == color.NRGBA64Model {
		weight = 8
	}
	pixels := int64(c.Width) * int64(c.Height)
	return kind, turn, err == nil && c.Width > 0 && c.Height > 0 && pixels <= MegaPixels*1e6 && pixels*int64(weight) <= memoryMost
}

// shrunk returns img with its longer side no longer than sideMost.
func shrunk(img image.Image) image.Image {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if w <= sideMost && h <= sideMost {
		return img
	}
	nw, nh := sideMost, max(1, h*sideMost/w)
	if h > w {
		nw, nh = max(1, w*sideMost/h), sideMost
	}
	to := image.NewNRGBA(image.Rect(0, 0, nw, nh))
	draw.ApproxBiLinear.Scale(to, to.Bounds(), img, img.Bounds(), draw.Src, nil)
	return to
}

// turned applies one of the eight orientations of EXIF; 0 and 1 are upright.
func turned(img image.Image, turn int) image.Image {
	if turn < 2 || turn > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, w, h)
	if turn > 4 {
		size = image.Rect(0, 0, h, w)
	}
	to := image.NewNRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := place(turn, x, y, w, h)
			to.Set(tx, ty, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return to
}

// place is where the pixel at x, y of a picture w wide and h high goes.
func place(turn, x, y, w, h int) (int, int) {
	switch turn {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	}
	return y, w - 1 - x
}

func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}
