package i18n

import (
	"slices"
	"strconv"
	"strings"
)

// Choose returns the tag of the language to answer in, one of offered: the one
// asked for in the address, else the one remembered, else the best of the
// browser's Accept-Language header, else the first offered. Offered languages
// without a catalogue do not count; when nothing is left, it is the first
// catalogue's. What it is given may be anything: the header is read up to its
// first 20 languages.
func (c *Catalogues) Choose(asked, remembered, accept string, offered []string) string {
	offered = slices.DeleteFunc(slices.Clone(offered), func(tag string) bool { return c.byTag[tag] == nil })
	if len(offered) == 0 {
		return c.languages[0].tag
	}
	for _, tag := range []string{asked, remembered} {
		if slices.Contains(offered, tag) {
			return tag
		}
	}
	best, weight := offered[0], 0.0
	for i, part := range strings.SplitN(accept, ",", 21) {
		tag, q := preference(part)
		if found := among(offered, tag); found != "" && q > weight && i < 20 {
			best, weight = found, q
		}
	}
	return best
}

// preference reads one element of Accept-Language: "es-MX;q=0.8".
func preference(part string) (tag string, q float64) {
	tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
	q = 1
	if s, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
		weight, err := strconv.ParseFloat(s, 64)
		if err != nil || !(weight >= 0 && weight <= 1) {
			return "", 0
		}
		q = weight
	}
	return strings.TrimSpace(tag), q
}

// among finds tag in offered: itself, else a language with the same base.
func among(offered []string, tag string) string {
	for _, o := range offered {
		if strings.EqualFold(o, tag) {
			return o
		}
	}
	for _, o := range offered {
		if tag != "" && base(o) == base(tag) {
			return o
		}
	}
	return ""
}
