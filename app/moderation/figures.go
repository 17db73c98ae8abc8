package moderation

import (
	"slices"
	"time"

	"tequio/app/db"
)

// A Month is what was decided in one month of the town's calendar.
type Month struct {
	Begins     time.Time
	Decisions  int64
	Median     time.Duration // from being asked to deciding; 0: nobody had asked
	Appeals    int64
	Overturned int64
}

// months is over how many months the figures look back.
const months = 12

// monthly sums decisions up by the months of a zone, the newest month first; decisions come oldest first.
func monthly(all []Decision, zone *time.Location) (out []Month) {
	var waits []time.Duration
	close := func() {
		if len(waits) > 0 {
			slices.Sort(waits)
			out[len(out)-1].Median = waits[(len(waits)-1)/2]
		}
		waits = nil
	}
	for _, d := range all {
		at := d.At.In(zone)
		begins := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, zone)
		if len(out) == 0 || !out[len(out)-1].Begins.Equal(begins) {
			close()
			out = append(out, Month{Begins: begins})
		}
		m := &out[len(out)-1]
		m.Decisions++
		if !d.AskedAt.IsZero() {
			waits = append(waits, d.At.Sub(d.AskedAt))
		}
		if !d.AppealedAt.IsZero() {
			m.Appeals++
		}
		if d.AppealOutcome == Overturned {
			m.Overturned++
		}
	}
	close()
	slices.Reverse(out)
	return out
}

// Monthly are the figures of the last twelve months in a zone.
func Monthly(tx *db.Tx, zone *time.Location) ([]Month, error) {
	all, err := since(tx, tx.Now.AddDate(0, -months, 0))
	return monthly(all, zone), err
}
