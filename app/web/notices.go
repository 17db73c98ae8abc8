package web

import "tequio/app/db"

// unread is how many notices the reader has not seen.
func (s *Server) unread(v *Visit) (n int64) {
	err := s.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Value[int64], `SELECT count(*) FROM notice WHERE person_id = $1 AND read_at IS NULL`, v.Actor.ID)
		return err
	})
	if err != nil {
		return 0
	}
	return n
}
