package web

import (
	"fmt"
	"testing"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
	"tequio/app/thing"
)

// member adds a person with a role ("" for none) and returns their browser.
func (w *town) member(name string, g identity.Grant) (identity.Person, *browser) {
	w.Helper()
	p := identity.Person{Name: name, Email: name + "@example.org", Level: identity.Resident}
	w.write(func(tx *db.Tx) error {
		if err := identity.Insert(tx, &p); err != nil || g.Role == "" {
			return err
		}
		return identity.Give(tx, p.ID, g, 0)
	})
	return p, w.signedIn(p.ID, true)
}

// published adds a thing of a person.
func (w *town) published(kind thing.Kind, title string, author identity.ID) thing.Thing {
	w.Helper()
	t := thing.Thing{Kind: kind, Title: title, Summary: "Summary of " + title, Author: author, Lang: "en", State: thing.Published}
	w.write(func(tx *db.Tx) error {
		t := t
		t.PublishedAt = tx.Now
		if err := thing.Create(tx, &t); err != nil {
			return err
		}
		return thing.Record(tx, author, string(kind)+".publish", t.ID, "")
	})
	w.write(func(tx *db.Tx) (err error) {
		all, _, err := thing.Things(tx, thing.Query{Kind: kind, Now: tx.Now})
		t = all[0]
		return err
	})
	return t
}

func TestModerationFromFormToNotice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		eva, author := w.member("Eva", identity.Grant{})
		_, moderator := w.member("Mod", identity.Grant{Role: identity.Moderator})
		soap := w.published("proposal", "Buy my soap", eva.ID)
		form := fmt.Sprintf("/admin/hide/thing/%d", soap.ID)

		author.get(form).want(403)
		w.browser().get(form).to("/login?return=" + "%2Fadmin%2Fhide%2Fthing%2F" + fmt.Sprint(soap.ID))
		moderator.get(form).want(200, "Buy my soap", "Hide content", "/admin/audit")
		moderator.post(form, "act", "hide", "reason", "Because").want(422, "Error: ", "Choose a reason from the list", "Because</textarea>")
		moderator.post(form, "act", "hide", "code", "spam", "reason", "The same text nine times").to("/admin/hidden")
		moderator.follow().want(200, "The decision was recorded.", "Buy my soap", "The same text nine times")
		w.browser().get("/moderation").want(200, "Proposal", "Advertising or repeated text", "The same text nine times")

		w.work()
		author.get("/me/notices").want(200, "Moderation hid “Buy my soap”", "The same text nine times", "1 unread notice")
		author.post("/me/notices/read", "upto", author.reads(`name="upto" value="(\d+)"`)).to("/me/notices")
		author.follow().want(200)

		moderator.get(form).want(200, "Show again")
		moderator.post(form, "act", "show", "reason", "It was a mistake").to("/admin/hidden")
		moderator.follow().want(200, "Nothing is hidden")
	})
}

func TestFollowButton(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newTown(t, d, clock)
		eva, _ := w.member("Eva", identity.Grant{})
		_, leo := w.member("Leo", identity.Grant{})
		shade := w.published("proposal", "Shade at the stops", eva.ID)
		leo.get("/me/notices").want(200, "You have no notices yet")
		leo.get("/about")
		follow := fmt.Sprintf("/things/%d/follow", shade.ID)
		leo.post(follow, "return", "/about").to("/about")
		leo.get("/about").post(fmt.Sprintf("/things/%d/unfollow", shade.ID), "return", "https://elsewhere.example").to("/")
	})
}
