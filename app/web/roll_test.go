package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tequio/app/db"
	"tequio/app/db/dbtest"
	"tequio/app/identity"
)

// withCensus gives the town the key of a census.
func (w *town) withCensus() {
	key := identity.CensusKey("a key of this test")
	w.s.People.Census = key
	if w.s.Votes != nil {
		w.s.Votes.Census = key
	}
}

// drafts a vote for those in the census, and returns its address among the staff's.
func (b *browser) draftFor(agency string, roll url.Values) string {
	b.w.Helper()
	local := func(at time.Duration) string {
		return printWhen(b.w.clock.Now().Add(at), b.w.s.Instance.Current().Location())
	}
	form := url.Values{"agency": {agency}, "lang": {"es"}, "title": {"El nombre del parque"}, "summary": {"Cómo se llama."}, "level": {"1"}, "opens": {local(time.Hour)},
		"closes": {local(48 * time.Hour)}, "objections": {"10"}, "questions": {"1"}, "q0-form": {"choose-one"}, "q0-rule": {"plurality/1"}, "q0-seats": {"1"},
		"q0-blank": {"yes"}, "q0-options": {"2"}, "q0-o0-title": {"Tequio"}, "q0-o1-title": {"Morelos"}}
	for name, values := range roll {
		form[name] = values
	}
	b.do("GET", "/admin/votes/new", "").expect(200)
	b.send("/admin/votes/new", form).expect(303)
	return b.head.Get("Location")
}

var slugOf = regexp.MustCompile(`href="/votes/([a-z0-9-]+)"`)

// opens publishes a draft and waits until it is open; it returns the vote's public address.
func (b *browser) opens(desk string) string {
	b.w.Helper()
	b.get(desk).expect(200)
	b.fill(desk+"/publish", nil).expect(303)
	b.get(desk).expect(200)
	address := "/votes/" + slugOf.FindStringSubmatch(b.body)[1]
	b.w.clock.Advance(time.Hour)
	return address
}

func TestCensusOnPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		w.withCensus()
		const file = "document,birth_date,place\nABCD1234,31/01/1990,centro\nEFGH5678,1950-06-01,el-carmen\nabcd-1234,,\n?,,\n"
		staff.get("/admin/census").expect(200, "Register of residents")
		staff.sendFile("/admin/census", "file", "padron.csv", "name\nAna\n", url.Values{"then": {"dry"}}).expect(422, "The file could not be read")
		staff.sendFile("/admin/census", "file", "padron.csv", file, url.Values{"then": {"dry"}}).expect(200, "Nothing was stored", "<dt>New people</dt><dd>2</dd>", "<dt>Twice in the file</dt><dd>1</dd>", "<dt>Without a document number</dt><dd>1</dd>")
		staff.get("/admin/census").expect(200, "<dt>People on the register</dt><dd>0</dd>")
		staff.sendFile("/admin/census", "file", "padron.csv", file, url.Values{"then": {"apply"}}).expect(200, "The register was stored", "<dt>People on the register</dt><dd>2</dd>")

		staff.get("/admin/votes/new").expect(200, "Whoever is checked against the register")
		staff.send("/admin/votes/new", url.Values{"agency": {agency}, "roll": {"staff"}, "desk": {"yes"}, "questions": {"1"}}).expect(422, "one person could vote twice")
		address := staff.opens(staff.draftFor(agency, url.Values{"roll": {"census"}, "roll_place": {"centro"}, "least_age": {"18"}, "desk": {"yes"}}))
		staff.get(address+"/rules").expect(200, "People checked against the register of residents", "Aged 18 or more", "You can vote at a desk too")

		ana := w.voter("Ana", identity.Reachable)
		ana.get(address+"/ballot").expect(403, "Your account is not checked yet", `href="/me/census?return=`+strings.ReplaceAll(address, "/", "%2f")+`%2fballot"`)
		ana.get("/me/census?return="+address+"/ballot").expect(200, "Date of birth or postal code")
		ana.fill("/me/census", url.Values{"document": {""}, "second": {""}}).expect(422, "Write your document number")
		ana.get("/me/census?return="+address+"/ballot").fill("/me/census", url.Values{"document": {"abcd 1234"}, "second": {"1/1/1990"}}).expect(422, "does not match the register", `value="abcd 1234"`)
		ana.fill("/me/census", url.Values{"document": {"abcd 1234"}, "second": {"1990-01-31"}}).to(address + "/ballot")
		ana.get(address+"/ballot").expect(200, "Tequio")
		ana.get("/me/census").expect(200, "is checked against the register already")

		eva := w.voter("Eva", identity.Reachable)
		eva.get("/me/census").fill("/me/census", url.Values{"document": {"EFGH5678"}, "second": {"1950-06-01"}}).to("/me/account")
		eva.get(address+"/ballot").expect(403, "live in another place", "ask for a correction at a desk")
		var notes []string
		w.write(func(tx *db.Tx) (err error) {
			notes, err = db.All(tx, db.Value[string], `SELECT verb || ' ' || note FROM event WHERE verb LIKE 'census.%' ORDER BY id`)
			return err
		})
		if got := strings.Join(notes, "|"); strings.Contains(got, "1234") || strings.Count(got, "census.match") != 2 || strings.Count(got, "census.miss") != 1 {
			t.Errorf("events %s", got)
		}
	})
}

func TestListOnPages(t *testing.T) {
	w, staff, agency := newHall(t, dbtest.Open(t, t.TempDir()+"/t.db", dbtest.NewClock(dbtest.Start).Now), dbtest.NewClock(dbtest.Start))
	w.withCensus()
	desk := staff.draftFor(agency, url.Values{"roll": {"list"}})
	staff.get(desk+"/roll").expect(200, "The list is empty")
	staff.sendFile(desk+"/roll", "list", "lista.csv", "email\nno-address\n", nil).expect(422, "Line 2 has no valid document")
	staff.sendFile(desk+"/roll", "list", "lista.csv", "email\nana@pueblo.example\n", nil).to(desk + "/roll")
	staff.get(desk+"/roll").expect(200, "1 person is on the list")
	w.voter("Ana", identity.Reachable).get("/votes").expect(200)
}

var slipCode = regexp.MustCompile(`receipt-code">([0-9A-Z-]{19})<`)

// Whoever has a code votes without an account, changes their vote and comes to a receipt; guessing ends.
func TestCodesOnPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		w.withCensus()
		w.s.Limits = true
		desk := staff.draftFor(agency, url.Values{"roll": {"codes"}})
		staff.get(desk+"/roll").expect(200, "Codes for voting")
		staff.get(desk+"/codes").expect(200, "Publish the vote before you issue codes")
		address := staff.opens(desk)
		clock.Advance(-30 * time.Minute) // the staff's session ends when it is idle
		staff.get(desk+"/codes").expect(200, "Codes are shown once")
		staff.fill(desk+"/codes", url.Values{"number": {"0"}, "then": {"print"}}).expect(422, "Write how many codes")
		staff.fill(desk+"/codes", url.Values{"number": {"2"}, "place": {"Centro"}, "then": {"print"}}).expect(200, "Codes to print", "Vote at:", address+"/code")
		codes := slipCode.FindAllStringSubmatch(staff.body, -1)
		if len(codes) != 2 {
			t.Fatalf("%d codes on the page", len(codes))
		}
		staff.get(desk+"/codes").fill(desk+"/codes", url.Values{"number": {"1"}, "then": {"csv"}}).expect(200, "number,code,for,address\n3,")
		clock.Advance(30 * time.Minute)

		w.voter("Ana", identity.Resident).get(address+"/ballot").expect(403, "you vote with a code", address+"/code")
		b := w.browser()
		b.get(address).expect(200, `href="`+address+`/code"`)
		b.get(address + "/code/ballot").to(address + "/code")
		b.get(address+"/code").expect(200, "Your code")
		b.fill(address+"/code", url.Values{"code": {"ABCD"}}).expect(422, "A code has 16 letters and digits; you wrote 4", `value="ABCD"`)
		vote := func(choice string) {
			t.Helper()
			b.get(address+"/code").fill(address+"/code", url.Values{"code": {strings.ToLower(codes[0][1])}}).to(address + "/code/ballot")
			b.get(address+"/code/ballot").expect(200, "Tequio")
			b.fill(address+"/code/ballot", url.Values{"q0": {choice}}).expect(200, "Cast my vote")
			b.fill(address+"/code/cast", nil).to(address + "/code/receipt")
			b.get(address+"/code/receipt").expect(200, "receipt-code")
			b.get(address + "/code/ballot").to(address + "/code") // the next person begins anew
		}
		vote("tequio")
		vote("morelos")
		var n int64
		var events []string
		w.write(func(tx *db.Tx) (err error) {
			if n, err = db.One(tx, db.Value[int64], `SELECT count(*) FROM ballot WHERE channel = 'code'`); err == nil {
				events, err = db.All(tx, db.Value[string], `SELECT verb FROM event WHERE verb LIKE 'vote.%' AND verb NOT IN ('vote.draft', 'vote.publish', 'vote.open', 'vote.translate', 'vote.codes')`)
			}
			return err
		})
		if n != 1 || len(events) > 0 {
			t.Errorf("%d ballots, events %v", n, events)
		}
		for range 5 {
			b.get(address+"/code").fill(address+"/code", url.Values{"code": {"0000-0000-0000-0000"}}).expect(422, "We do not know this code")
		}
		b.get(address+"/code").fill(address+"/code", url.Values{"code": {codes[1][1]}}).expect(429, "Many wrong codes came from your network")
		clock.Advance(16 * time.Minute)
		b.get(address+"/code").fill(address+"/code", url.Values{"code": {codes[1][1]}}).to(address + "/code/ballot")
	})
}

// Staff help somebody vote who has no account; the receipt is theirs, and nothing of them stays on the device.
func TestDeskOnPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		w.withCensus()
		staff.get("/admin/census").sendFile("/admin/census", "file", "padron.csv", "document,place\nABCD1234,centro\nEFGH5678,centro\n", url.Values{"then": {"apply"}}).expect(200)
		desk := staff.draftFor(agency, url.Values{"roll": {"census"}, "desk": {"yes"}, "paper": {"yes"}})
		staff.opens(desk)
		clock.Advance(-30 * time.Minute)
		w.write(func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE thing SET opens_at = $1 WHERE kind = 'vote'`, tx.Now)
			return err
		})
		staff.get(desk+"/roll").expect(200, "Voting at a desk")
		staff.get(desk + "/desk/ballot").to(desk + "/desk")
		staff.get(desk+"/desk").expect(200, "Help people vote who come with their document")
		staff.fill(desk+"/desk", url.Values{"document": {"ZZZZ0000"}, "then": {"help"}}).expect(422, "not on the register or the list")
		if strings.Contains(staff.body, "ZZZZ0000") {
			t.Error("the number of a document stays on the screen")
		}
		staff.fill(desk+"/desk", url.Values{"document": {"ABCD-1234"}, "then": {"help"}}).to(desk + "/desk/ballot")
		staff.get(desk+"/desk/ballot").expect(200, "Morelos")
		staff.fill(desk+"/desk/ballot", url.Values{"q0": {"morelos"}}).expect(200, "Cast my vote")
		staff.fill(desk+"/desk/cast", nil).to(desk + "/desk/receipt")
		staff.get(desk+"/desk/receipt").expect(200, "receipt-code", "Finish and let the next person in")
		staff.get(desk + "/desk/ballot").to(desk + "/desk")
		staff.get(desk+"/desk").expect(200, "<dt>Ada Administra</dt><dd>1 person</dd>")
		staff.fill(desk+"/desk", url.Values{"document": {"EFGH5678"}, "then": {"paper"}}).to(desk + "/desk")
		staff.get(desk+"/desk").fill(desk+"/desk", url.Values{"document": {"EFGH5678"}, "then": {"help"}}).expect(422, "handed a ballot on paper already")
		w.write(func(tx *db.Tx) error {
			n, err := db.One(tx, db.Value[int64], `SELECT count(*) FROM ballot WHERE channel = 'desk' AND level = 3`)
			if n != 1 {
				t.Errorf("%d ballots from the desk", n)
			}
			return err
		})
	})
}

// Two of the staff type the papers in, each through a ballot of their own, and the batch is counted.
func TestPaperOnPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w, staff, agency := newHall(t, d, clock)
		w.withCensus()
		desk := staff.draftFor(agency, url.Values{"roll": {"census"}, "paper": {"yes"}})
		address := staff.opens(desk)
		clock.Advance(-30 * time.Minute)
		other := identity.Person{Name: "Beto Básculas", Level: identity.Identified}
		w.write(func(tx *db.Tx) error {
			if err := identity.Insert(tx, &other); err != nil {
				return err
			}
			if err := identity.Give(tx, other.ID, identity.Grant{Role: identity.Administrator}, 0); err != nil {
				return err
			}
			_, err := tx.Exec(`UPDATE thing SET opens_at = $1 WHERE kind = 'vote'`, tx.Now)
			return err
		})
		beto := w.signedIn(other.ID, true)
		typ := func(b *browser, serial, choice string) {
			t.Helper()
			b.get(desk+"/paper").expect(200, "Two people type in each ballot")
			if choice == "" {
				b.fill(desk+"/paper", url.Values{"batch": {"7"}, "serial": {serial}, "then": {"spoiled"}}).expect(303)
				return
			}
			b.fill(desk+"/paper", url.Values{"batch": {"7"}, "serial": {serial}, "then": {"ballot"}}).to(desk + "/paper/ballot")
			b.get(desk+"/paper/ballot").expect(200, "Morelos")
			b.fill(desk+"/paper/ballot", url.Values{"q0": {choice}}).expect(303)
		}
		staff.get(desk+"/paper").fill(desk+"/paper", url.Values{"batch": {"0"}, "serial": {"1"}, "then": {"ballot"}}).expect(422, "Write a batch from 1")
		staff.get(desk+"/paper").fill(desk+"/paper", url.Values{"batch": {"7"}, "serial": {"1"}, "then": {"ballot"}}).to(desk + "/paper/ballot")
		staff.get(desk+"/paper/ballot").fill(desk+"/paper/ballot", nil).expect(422) // nothing chosen
		typ(staff, "101", "tequio")
		staff.get(desk+"/paper?batch=7&serial=102").expect(200, `value="102"`, "Typed once only are the serial numbers: 101")
		typ(staff, "102", "")
		typ(beto, "101", "morelos")
		typ(beto, "102", "")
		beto.get(desk+"/paper").expect(200, "Not alike are the serial numbers: 101")
		typ(beto, "101", "tequio")
		beto.get(desk+"/paper").fill(desk+"/paper/accept", nil).to(desk + "/paper")
		beto.get(desk+"/paper").expect(200, "<dt>Ballots counted</dt><dd>1</dd>", "<dt>Spoiled ballots</dt><dd>1</dd>")
		beto.get(address+"/check").fill(address+"/check", url.Values{"code": {"101"}}).expect(200, "alert-info")
		clock.Set(clock.Now().Add(49 * time.Hour))
		w.browser().get(address+"/results").expect(200, "On paper", "Spoiled ballots")
	})
}
