package i18n

import (
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"tequio/data"
)

func shipped(t testing.TB) *Catalogues {
	t.Helper()
	c, err := Load(data.Locales())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestShippedCataloguesHaveNoProblems(t *testing.T) {
	for _, p := range shipped(t).Problems() {
		t.Error(p)
	}
	if keys := Keys(); !slices.Contains(keys, "language.name") || !slices.IsSorted(keys) {
		t.Error("Keys() lacks language.name or is not sorted")
	}
}

func TestDateTime(t *testing.T) {
	c := shipped(t)
	instant := time.Date(2026, 12, 19, 0, 0, 0, 0, time.UTC)
	for _, x := range []struct{ tag, zone, want string }{
		{"en", "America/Mexico_City", "Friday 18 December 2026, 6:00 pm (Mexico City time, UTC−6)"},
		{"es", "America/Mexico_City", "viernes 18 de diciembre de 2026, 18:00 (hora de Ciudad de México, UTC−6)"},
		{"es", "Asia/Kathmandu", "sábado 19 de diciembre de 2026, 5:45 (hora de Katmandú, UTC+5:45)"},
		{"en", "Asia/Ho_Chi_Minh", "Saturday 19 December 2026, 7:00 am (Ho Chi Minh time, UTC+7)"},
		{"es", "UTC", "sábado 19 de diciembre de 2026, 0:00 (UTC)"},
		{"en", "UTC", "Saturday 19 December 2026, 12:00 am (UTC)"},
		{"en", "Etc/GMT+3", "Friday 18 December 2026, 9:00 pm (UTC−3)"},
	} {
		loc, err := time.LoadLocation(x.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Language(x.tag).DateTime(instant, loc); got != x.want {
			t.Errorf("%s in %s:\n got %s\nwant %s", x.tag, x.zone, got, x.want)
		}
	}
	if got := c.Language("es").ShortDate(instant, time.UTC); got != "19 dic 2026" {
		t.Error(got)
	}
	if got := c.Language("en").Clock(instant.Add(12*time.Hour+5*time.Minute), time.UTC); got != "12:05 pm" {
		t.Error(got)
	}
}

func catalogue(es, en string) fstest.MapFS {
	return fstest.MapFS{"es/a.json": {Data: []byte(es)}, "en/a.json": {Data: []byte(en)}}
}
