package app

import (
	"context"
	"time"

	"tequio/app/moderation"
	"tequio/app/web"
)

// screen has what people write, and who joins, looked at by the instance's rules.
func (a *App) screen(ctx context.Context, s *web.Server) (err error) {
	if s.Screen, err = moderation.NewScreen(ctx, a.DB); err != nil {
		return err
	}
	s.Talk.Screen(s.Screen.Say)
	s.Proposals.Screen(s.Screen.Publish)
	s.People.Admits = s.Screen.Join
	a.Jobs.Every("reload-screen", time.Minute, s.Screen.Reload)
	a.Jobs.Every("forget-networks", 24*time.Hour, s.Screen.Forget)
	return nil
}
