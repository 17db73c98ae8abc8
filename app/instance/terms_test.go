package instance

import (
	"reflect"
	"testing"
)

func TestTerms(t *testing.T) {
	langs := []string{"es", "en"}
	terms, m := ReadTerms("Agua y drenaje | Water | agua\n\n Movilidad |  Mobility \r\nSalud\n", langs)
	want := []Term{
		{"agua", map[string]string{"es": "Agua y drenaje", "en": "Water"}},
		{"movilidad", map[string]string{"es": "Movilidad", "en": "Mobility"}},
		{"salud", map[string]string{"es": "Salud"}},
	}
	if m != nil || !reflect.DeepEqual(terms, want) {
		t.Fatalf("%+v, %+v", terms, m)
	}
	again, m := ReadTerms(WriteTerms(terms, langs), langs)
	if m != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("written and read: %+v, %+v", again, m)
	}
	for bad, key := range map[string]string{
		"| Water": "instance.terms.line", "a | b | c | d": "instance.terms.line", "Agua | Water | Not a key": "instance.terms.line",
		"Agua\nagua": "instance.terms.twice",
	} {
		if _, m := ReadTerms(bad, langs); m == nil || m.Key != key {
			t.Errorf("%q: %+v", bad, m)
		}
	}
}
