package media

import (
	"bytes"
	"encoding/binary"
)

// camera reads from the segments of a JPEG how the camera was held (EXIF's orientation, 1…8; 0 when
// it does not say) and whether the picture is stored progressively.
func camera(data []byte) (turn int, progressive bool) {
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker := data[at+1]
		if marker == 0xff { // filling
			at++
			continue
		}
		if marker == 0xda { // the picture itself begins
			break
		}
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		if size < 2 || at+2+size > len(data) {
			break
		}
		body := data[at+4 : at+2+size]
		switch {
		case marker == 0xc2 || marker == 0xc6 || marker == 0xca || marker == 0xce:
			progressive = true
		case marker == 0xe1 && turn == 0:
			turn = orientation(body)
		}
		at += 2 + size
	}
	return turn, progressive
}

// orientation looks for the tag 0x0112 in the first directory of an EXIF segment.
func orientation(body []byte) int {
	tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00"))
	if !ok || len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	n := int64(order.Uint16(tiff[at:]))
	for i := range n {
		tag := at + 2 + i*12
		if tag+12 > int64(len(tiff)) {
			return 0
		}
		if order.Uint16(tiff[tag:]) == 0x0112 {
			if v := int(order.Uint16(tiff[tag+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 0
		}
	}
	return 0
}
