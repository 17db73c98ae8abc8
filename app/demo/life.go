package demo

import (
	"fmt"
	"io/fs"

	"tequio/app/db"
	"tequio/app/fault"
	"tequio/app/identity"
	"tequio/app/media"
	"tequio/app/notice"
	"tequio/app/proposal"
	"tequio/app/text"
	"tequio/app/thing"
)

// The schema of life.toml.
type (
	lifeFile struct {
		Kinds     []kindRow     `toml:"kind"`
		Of        []ofRow       `toml:"of"`
		Pending   []pendingRow  `toml:"pending"`
		FollowUps []followUpRow `toml:"followup"`
	}
	kindRow struct {
		Key        string `toml:"key"`
		Name       both   `toml:"name"`
		About      both   `toml:"about"`
		Happens    both   `toml:"happens"`
		Threshold  int64  `toml:"threshold"`
		Period     int    `toml:"period"`
		AnswerDays int    `toml:"answer_days"`
		Sponsors   int64  `toml:"sponsors"`
		Level      int    `toml:"level"`
		Checked    bool   `toml:"checked"`
		Position   int64  `toml:"position"`
		Fields     []struct {
			Key      string      `toml:"key"`
			Form     string      `toml:"form"`
			Required bool        `toml:"required"`
			Label    both        `toml:"label"`
			Options  []choiceRow `toml:"options"`
		} `toml:"field"`
	}
	ofRow struct {
		Proposal string            `toml:"proposal"`
		Kind     string            `toml:"kind"`
		Fields   map[string]string `toml:"fields"`
	}
	pendingRow struct {
		Slug      string            `toml:"slug"`
		Kind      string            `toml:"kind"`
		Fields    map[string]string `toml:"fields"`
		Title     string            `toml:"title"`
		Summary   string            `toml:"summary"`
		Body      string            `toml:"body"`
		Subject   string            `toml:"subject"`
		Place     string            `toml:"place"`
		Author    string            `toml:"author"`
		Submitted string            `toml:"submitted"`
		Sponsors  []string          `toml:"sponsors"`
	}
	followUpRow struct {
		Proposal string `toml:"proposal"`
		At       string `toml:"at"`
		Agency   string `toml:"agency"`
		By       string `toml:"by"`
		State    string `toml:"state"`
		Text     string `toml:"text"`
		File     string `toml:"file"`
	}
)

// readLife reads the kinds of proposals, and which proposals are of which.
func (t *town) readLife(files fs.FS) error {
	f, err := read[lifeFile](files, "life.toml")
	if err != nil {
		return err
	}
	t.life, t.kinds, t.of = f, map[string]*proposal.Class{}, map[string]ofRow{}
	for _, row := range f.Kinds {
		k := row.class()
		t.kinds[row.Key] = k
		t.then(t.when(founded), func(tx *db.Tx) error {
			if err := proposal.InsertClass(tx, k); err != nil {
				return err
			}
			return thing.Record(tx, 0, "kind.create", 0, k.Key)
		})
	}
	for _, row := range f.Of {
		t.of[row.Proposal] = row
	}
	return nil
}

func (row kindRow) class() *proposal.Class {
	k := &proposal.Class{Key: row.Key, Names: row.Name.words(), About: row.About.words(), Happens: row.Happens.words(),
		Rules:   proposal.Rules{Threshold: row.Threshold, Period: row.Period, AnswerDays: row.AnswerDays},
		Checked: row.Checked, Sponsors: row.Sponsors, Level: identity.Level(row.Level), Position: row.Position}
	for _, f := range row.Fields {
		a := proposal.Ask{Key: f.Key, Labels: f.Label.words(), Form: proposal.Form(f.Form), Required: f.Required}
		for _, o := range f.Options {
			a.Options = append(a.Options, proposal.Option{Key: o.Key, Labels: both{o.ES, o.EN}.words()})
		}
		k.Asks = append(k.Asks, a)
	}
	return k
}

// fields are what an author answered to the questions of a kind.
func (t *town) fields(kind string, given map[string]string) []proposal.Field {
	k, ok := t.kinds[kind]
	if !ok {
		t.fail(fmt.Errorf("no kind of proposals is called %q", kind))
		return nil
	}
	var c fault.Check
	all := k.Answered(&c, given, "es", true)
	if err := c.Err(); err != nil {
		t.fail(err)
	}
	return all
}

// planLife plans the proposals that are not published yet, and how promises are carried out.
func (t *town) planLife(files fs.FS) {
	for _, row := range t.life.Pending {
		t.pend(row)
	}
	for _, row := range t.life.FollowUps {
		t.followUp(files, row)
	}
}

// pend plans a proposal that was handed in and waits for sponsors or for a moderator.
func (t *town) pend(row pendingRow) {
	k, author, fields := t.kinds[row.Kind], t.who(row.Author), t.fields(row.Kind, row.Fields)
	at := t.when(row.Submitted)
	t.then(at, func(tx *db.Tx) error {
		p := &proposal.Proposal{Body: row.Body, KindID: k.ID, Fields: fields, Level: k.Level, Sponsors: k.Sponsors, Checked: k.Checked, SubmittedAt: at}
		p.Slug, p.Lang, p.Title, p.Summary, p.Subject, p.Place = row.Slug, "es", row.Title, row.Summary, row.Subject, row.Place
		p.State, p.Author = thing.Checking, author.ID
		verb := "proposal.submit"
		if k.Sponsors > 0 {
			p.State, p.Invite, verb = thing.Draft, "DEMO"+text.Slug(row.Author), "proposal.seek"
		}
		if err := proposal.Insert(tx, p); err != nil {
			return err
		}
		t.loaded.Things++
		for _, key := range row.Sponsors {
			if err := proposal.StoreSponsor(tx, p.ID, t.who(key).ID); err != nil {
				return err
			}
		}
		if err := notice.StoreFollow(tx, p.ID, author.ID); err != nil {
			return err
		}
		return thing.Record(tx, author.ID, verb, p.ID, p.Title)
	})
}

// followUp plans that an agency tells how what it promised is carried out.
func (t *town) followUp(files fs.FS, row followUpRow) {
	by := t.who(row.By)
	t.then(t.when(row.At), func(tx *db.Tx) error {
		p, err := proposal.Get(tx, t.proposal[row.Proposal])
		if err != nil {
			return fmt.Errorf("%s: %w", row.Proposal, err)
		}
		f := proposal.FollowUp{Agency: t.agency[row.Agency], Author: by.ID, State: proposal.Progress(row.State), Lang: "es", Body: row.Text,
			HTML: text.Markdown(row.Text, text.Official)}
		if err := proposal.StoreFollowUp(tx, &p, &f); err != nil || row.File == "" || t.Files == nil {
			return err
		}
		bytes, err := fs.ReadFile(files, row.File)
		if err != nil {
			return err
		}
		batch, err := t.Files.Receive("files", []media.Upload{media.Bytes(row.File, "", bytes)}, media.CountMost)
		if err != nil {
			return err
		}
		return batch.Attach(tx, p.ID, by.ID, f.Use())
	})
}
