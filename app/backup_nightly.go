package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"tequio/app/db"
	"tequio/app/instance"
)

const (
	nightlyKept = 7 // automatic backups that stay
	nightlyHour = 3 // local time from which tonight's is due
	nightlyName = "auto-"
)

// nightly makes the night's backup once its hour has come, and removes the oldest.
func (a *App) nightly(ctx context.Context) error {
	var last time.Time
	err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		last, err = lastBackup(tx)
		return err
	})
	now := a.DB.Now()
	if err != nil || !nightlyDue(last, now.In(a.Server.Instance.Current().Location())) {
		return err
	}
	folder := filepath.Join(a.Instance, "backups")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if free, total, err := diskFree(folder); err == nil && free < total/20 {
		return fmt.Errorf("no backup: the disk is nearly full (%s left)", megabytes(free))
	}
	file := filepath.Join(folder, nightlyName+now.UTC().Format("20060102-150405")+".tar.gz")
	_, err = a.Backup(ctx, file)
	if errors.Is(err, errNoClient) {
		slog.Warn("no automatic backup", "why", err)
		return nil
	}
	if err != nil {
		return err
	}
	return prune(folder)
}

// nightlyDue reports whether a night's hour has passed since the last backup.
func nightlyDue(last, now time.Time) bool {
	hour := time.Date(now.Year(), now.Month(), now.Day(), nightlyHour, 0, 0, 0, now.Location())
	if now.Before(hour) {
		hour = hour.AddDate(0, 0, -1)
	}
	return last.Before(hour)
}

// prune removes the oldest automatic backups; those that people made stay.
func prune(folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, nightlyName+"*.tar.gz"))
	if err != nil {
		return err
	}
	slices.Sort(files)
	for len(files) > nightlyKept {
		if err := os.Remove(files[0]); err != nil {
			return err
		}
		files = files[1:]
	}
	return nil
}

// lastBackup is when the last backup was made; zero: never.
func lastBackup(tx *db.Tx) (time.Time, error) {
	kept, err := instance.Kept(tx, keptBackup)
	if err != nil || kept == "" {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, kept)
}

// diskFree is how many bytes the disk of a folder has left for us, and in all.
func diskFree(folder string) (free, total int64, err error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(folder, &st); err != nil {
		return 0, 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), int64(st.Blocks) * int64(st.Bsize), nil
}
