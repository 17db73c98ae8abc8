package web

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"tequio/app/thing"
	"tequio/app/vote"
)

// A booth is where somebody fills in a ballot: with their account, with a code, or at a desk with the help of
// staff. The pages of all three are the same; they lie below addresses of their own.
type booth struct {
	bearer vote.Bearer
	slug   string
	at     string          // what the addresses of its pages begin with
	door   string          // where one enters it; "": with one's account
	paper  vote.TypedPaper // which paper staff type in here; of no paper Serial is 0
}

// boothCookie holds who is in a booth, sealed, between entering it and leaving it. It says nothing but keyed
// hashes, is sent below the booth's address alone, and lives for half an hour.
const (
	boothCookie = "booth"
	boothLife   = 30 * time.Minute
)

// holder is what this browser alone holds: its session or, while nobody is signed in, its visitor's cookie.
func (v *Visit) holder() string {
	if v.Actor.SignedIn() {
		return string(v.token())
	}
	return v.visitor()
}

// boothOf is the booth that the address of a request lies in, without who is in it.
func (s *Server) boothOf(v *Visit) (b booth, err error) {
	switch {
	case strings.HasPrefix(v.route.path, "/admin/votes/:id/desk"):
		t, _, err := s.managedVote(v)
		if err != nil {
			return b, err
		}
		at := deskVote(t.ID) + "/desk"
		return booth{bearer: vote.Bearer{Actor: v.Actor}, slug: t.Slug, at: at, door: at}, nil
	case strings.HasPrefix(v.route.path, "/admin/votes/:id/paper"):
		t, _, err := s.managedVote(v)
		return booth{slug: t.Slug, at: v.papersAt(), door: v.papersAt()}, err
	case strings.HasPrefix(v.route.path, "/votes/:slug/code"):
		t, err := v.voteThing()
		at := t.Path() + "/code"
		return booth{slug: t.Slug, at: at, door: at}, err
	}
	slug := v.Param("slug")
	return booth{bearer: vote.Bearer{Actor: v.Actor}, slug: slug, at: thing.Thing{Kind: vote.Kind, Slug: slug}.Path()}, nil
}

// inBooth finds out who is in the booth of a request; false when nobody is any more, and the browser was
// sent to its door.
func (s *Server) inBooth(v *Visit) (ok bool, err error) {
	b, err := s.boothOf(v)
	if err != nil {
		return false, err
	}
	v.booth = b
	if b.door == "" {
		return true, nil
	}
	who := v.openBooth(b.at)
	switch {
	case who == nil:
		return false, v.Redirect(b.door)
	case strings.HasPrefix(v.route.path, "/admin/votes/:id/paper"):
		v.booth.paper = onTable(who)
	case strings.HasPrefix(b.at, deskVotes):
		v.booth.bearer.Entry = who
	default:
		v.booth.bearer.Code = who
	}
	return true, nil
}

// enterBooth lets somebody in: who is a keyed hash.
func (v *Visit) enterBooth(at string, who []byte) {
	b := binary.BigEndian.AppendUint64(bytes.Clone(who), uint64(v.Now.Add(boothLife).Unix()))
	v.cookieAt(at, boothCookie, base64.RawURLEncoding.EncodeToString(append(b, v.boothSum(at, b)...)), boothLife)
}

// leaveBooth lets nobody be in it any more: the next person may sit at the same device.
func (v *Visit) leaveBooth() {
	if v.booth.door != "" {
		v.cookieAt(v.booth.at, boothCookie, "", -1)
	}
}

func (v *Visit) boothSum(at string, b []byte) []byte {
	return v.csrfSum("booth\x00"+at+"\x00"+v.holder(), b)
}

// openBooth is who the cookie says is in the booth; nil: nobody.
func (v *Visit) openBooth(at string) []byte {
	const hash, sum = 32, 16
	b, err := base64.RawURLEncoding.DecodeString(v.remembered(boothCookie))
	if err != nil || len(b) != hash+8+sum {
		return nil
	}
	body := b[:hash+8]
	if !hmac.Equal(b[hash+8:], v.boothSum(at, bytes.Clone(body))) || v.Now.Unix() >= int64(binary.BigEndian.Uint64(body[hash:])) {
		return nil
	}
	return bytes.Clone(body[:hash])
}
