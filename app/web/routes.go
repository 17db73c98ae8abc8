package web

import "tequio/app/policy"

// A route is one address: what it needs, how often it may be asked, who serves it.
type route struct {
	method, path string
	serve        func(*Server, *Visit) error
	needs        policy.Action // "": anybody; else signed in, and the service decides on the thing
	instance     bool          // needs concerns the instance as a whole and is decided here
	limit        class
	upload       bool // the body may carry files
	exempt       bool // carries a token of its own instead of the form's
	bare         bool // no session is looked up: files, health
}

// routes is every address of the site.
var routes = []route{
	// general
	{method: "GET", path: "/", serve: (*Server).home},
	{method: "GET", path: "/about", serve: (*Server).staticPage},
	{method: "GET", path: "/pages/:slug", serve: (*Server).staticPage},
	{method: "GET", path: "/agencies", serve: (*Server).agencies},
	{method: "GET", path: "/agencies/:slug", serve: (*Server).agency},
	{method: "GET", path: "/search", serve: (*Server).search, limit: costly},
	// administration
	{method: "GET", path: "/admin", serve: (*Server).todo, needs: policy.Account},
	{method: "GET", path: "/admin/agencies", serve: (*Server).deskAgencies, needs: policy.Configure, instance: true},
	{method: "GET", path: "/admin/agencies/new", serve: (*Server).newAgency, needs: policy.Configure, instance: true},
	{method: "POST", path: "/admin/agencies/new", serve: (*Server).saveAgency, needs: policy.Configure, instance: true, limit: writing},
	{method: "GET", path: "/admin/agencies/:id", serve: (*Server).oneAgency, needs: policy.Configure, instance: true},
	{method: "POST", path: "/admin/agencies/:id", serve: (*Server).saveAgency, needs: policy.Configure, instance: true, limit: writing},
	{method: "GET", path: "/admin/instance", serve: (*Server).oneInstance, needs: policy.Configure, instance: true},
	{method: "POST", path: "/admin/instance", serve: (*Server).saveInstance, needs: policy.Configure, instance: true, limit: writing, upload: true},
	{method: "GET", path: "/admin/pages", serve: (*Server).deskPages, needs: policy.Configure, instance: true},
	{method: "GET", path: "/admin/pages/:slug/:lang", serve: (*Server).onePage, needs: policy.Configure, instance: true},
	{method: "POST", path: "/admin/pages/:slug/:lang", serve: (*Server).savePage, needs: policy.Configure, instance: true, limit: writing},
	{method: "GET", path: "/admin/audit", serve: (*Server).audit, needs: policy.Audit, instance: true, limit: costly},
	{method: "GET", path: "/admin/health", serve: (*Server).health, needs: policy.Operate, instance: true, limit: costly},

	// moderation
	{method: "GET", path: "/moderation", serve: (*Server).moderationLog, limit: costly},
	{method: "GET", path: "/admin/hidden", serve: (*Server).hiddenContent, needs: policy.Hide, instance: true},
	{method: "GET", path: "/admin/hide/thing/:id", serve: (*Server).decideThing, needs: policy.Hide},
	{method: "POST", path: "/admin/hide/thing/:id", serve: (*Server).hideThing, needs: policy.Hide, limit: writing},
	{method: "GET", path: "/admin/hide/comment/:id", serve: (*Server).decideComment, needs: policy.Hide},
	{method: "POST", path: "/admin/hide/comment/:id", serve: (*Server).hideComment, needs: policy.Hide, limit: writing},

	// notices
	{method: "GET", path: "/me/notices", serve: (*Server).notices, needs: policy.Account},
	{method: "POST", path: "/me/notices/read", serve: (*Server).readNotices, needs: policy.Account, limit: writing},
	{method: "POST", path: "/things/:id/follow", serve: (*Server).followThing, needs: policy.Follow, limit: writing},
	{method: "POST", path: "/things/:id/unfollow", serve: (*Server).unfollow, needs: policy.Account, limit: writing},

	{method: "GET", path: "/static/:version/*", serve: (*Server).file, bare: true},
	{method: "GET", path: "/theme.css", serve: (*Server).theme, bare: true},
	{method: "GET", path: "/favicon.ico", serve: (*Server).favicon, bare: true},
	{method: "GET", path: "/robots.txt", serve: (*Server).robots, bare: true},
	{method: "GET", path: "/healthz", serve: (*Server).alive, bare: true},
	{method: "GET", path: "/readyz", serve: (*Server).ready, bare: true},
	{method: "GET", path: "/metrics", serve: (*Server).showMetrics, bare: true},
	// signing in
	{method: "GET", path: "/login", serve: (*Server).loginPage},
	{method: "POST", path: "/login", serve: (*Server).loginMail, limit: signing},
	{method: "POST", path: "/login/demo", serve: (*Server).loginDemo, limit: signing},
	{method: "GET", path: "/login/code", serve: (*Server).loginCode},
	{method: "POST", path: "/login/code", serve: (*Server).loginWithCode, limit: signing},
	{method: "GET", path: "/login/link/:token", serve: (*Server).loginLink},
	{method: "POST", path: "/login/link/:token", serve: (*Server).loginWithLink, limit: signing},
	{method: "GET", path: "/login/join", serve: (*Server).loginJoin},
	{method: "POST", path: "/login/join", serve: (*Server).join, limit: signing},
	{method: "GET", path: "/login/factor", serve: (*Server).loginFactor},
	{method: "POST", path: "/login/factor", serve: (*Server).loginWithFactor, limit: signing},
	{method: "POST", path: "/login/:provider", serve: (*Server).loginElsewhere, limit: signing},
	{method: "GET", path: "/login/:provider/callback", serve: (*Server).loginBack, limit: signing},
	{method: "GET", path: "/invite/:token", serve: (*Server).invite},
	{method: "GET", path: "/setup/:token", serve: (*Server).setup, limit: signing},
	{method: "POST", path: "/setup/:token", serve: (*Server).setUp, limit: signing},
	{method: "POST", path: "/logout", serve: (*Server).logout},
	// one's own account
	{method: "GET", path: "/me", serve: (*Server).me, needs: policy.Account},
	{method: "GET", path: "/me/account", serve: (*Server).account, needs: policy.Account},
	{method: "POST", path: "/me/account", serve: (*Server).describe, needs: policy.Account, limit: writing},
	{method: "GET", path: "/me/account/ways", serve: (*Server).ways, needs: policy.Account},
	{method: "POST", path: "/me/account/unlink", serve: (*Server).unlink, needs: policy.Account, limit: writing},
	{method: "POST", path: "/me/account/email", serve: (*Server).askAddress, needs: policy.Account, limit: signing},
	{method: "GET", path: "/me/account/email", serve: (*Server).addressCode, needs: policy.Account},
	{method: "POST", path: "/me/account/email/code", serve: (*Server).takeAddress, needs: policy.Account, limit: signing},
	{method: "POST", path: "/me/account/sessions/:id/end", serve: (*Server).endSession, needs: policy.Account, limit: writing},
	{method: "POST", path: "/me/account/sessions/end", serve: (*Server).endSessions, needs: policy.Account, limit: writing},
	{method: "GET", path: "/me/confirm", serve: (*Server).confirmPage, needs: policy.Account},
	{method: "POST", path: "/me/confirm/send", serve: (*Server).confirmSend, needs: policy.Account, limit: signing},
	{method: "POST", path: "/me/confirm", serve: (*Server).confirm, needs: policy.Account, limit: signing},
	{method: "GET", path: "/me/factor", serve: (*Server).factorPage, needs: policy.Account},
	{method: "POST", path: "/me/factor", serve: (*Server).setFactor, needs: policy.Account, limit: signing},
	{method: "POST", path: "/me/factor/codes", serve: (*Server).renewCodes, needs: policy.Account, limit: signing},
	{method: "POST", path: "/me/factor/remove", serve: (*Server).removeFactor, needs: policy.Account, limit: signing},
	{method: "GET", path: "/me/data", serve: (*Server).downloadData, needs: policy.Account, limit: costly},
	{method: "GET", path: "/me/delete", serve: (*Server).deletePage, needs: policy.Account},
	{method: "POST", path: "/me/delete", serve: (*Server).deleteAccount, needs: policy.Account, limit: signing},

	// votes
	{method: "GET", path: "/votes", serve: (*Server).votes},
	{method: "GET", path: "/votes/feed.atom", serve: voteList.feed},
	{method: "GET", path: "/votes/export.csv", serve: voteList.csv, limit: costly},
	{method: "GET", path: "/votes/export.json", serve: voteList.json, limit: costly},
	{method: "GET", path: "/votes/:slug", serve: (*Server).vote},
	{method: "GET", path: "/votes/:slug/ballot", serve: (*Server).ballot, needs: policy.Cast},
	{method: "POST", path: "/votes/:slug/ballot", serve: (*Server).reviewBallot, limit: writing},
	{method: "POST", path: "/votes/:slug/cast", serve: (*Server).castBallot, limit: casting},
	{method: "GET", path: "/votes/:slug/receipt", serve: (*Server).receipt, needs: policy.Account},
	{method: "GET", path: "/votes/:slug/check", serve: (*Server).checkPage},
	{method: "POST", path: "/votes/:slug/check", serve: (*Server).checkCode, limit: costly},
	{method: "GET", path: "/votes/:slug/results", serve: (*Server).results},
	{method: "GET", path: "/votes/:slug/results.json", serve: (*Server).resultFile, limit: costly},
	{method: "GET", path: "/votes/:slug/ballots/:format", serve: (*Server).ballotsFile, limit: costly},
	{method: "GET", path: "/votes/:slug/log/checkpoint", serve: (*Server).logCheckpoint},
	{method: "GET", path: "/votes/:slug/log/tile/*", serve: (*Server).logTile},
	{method: "GET", path: "/admin/votes", serve: (*Server).deskVoteList, needs: policy.Manage},
	{method: "GET", path: "/admin/votes/new", serve: (*Server).newVote, needs: policy.Manage},
	{method: "POST", path: "/admin/votes/new", serve: (*Server).createVote, needs: policy.Manage, limit: writing},
	{method: "GET", path: "/admin/votes/:id", serve: (*Server).deskVote, needs: policy.Manage},
	{method: "GET", path: "/admin/votes/:id/edit", serve: (*Server).editVote, needs: policy.Manage},
	{method: "POST", path: "/admin/votes/:id/edit", serve: (*Server).saveVote, needs: policy.Manage, limit: writing},
	{method: "GET", path: "/admin/votes/:id/preview", serve: (*Server).previewVote, needs: policy.Manage},
	{method: "POST", path: "/admin/votes/:id/publish", serve: (*Server).publishVote, needs: policy.Manage, limit: writing},
	{method: "POST", path: "/admin/votes/:id/close", serve: (*Server).closeVote, needs: policy.Manage, limit: writing},

	// files that people attached
	{method: "GET", path: "/files/:storage/:name", serve: (*Server).attached},
	// talk, on anything
	{method: "POST", path: "/things/:id/comments", serve: (*Server).say, needs: policy.Comment, limit: writing},
	{method: "POST", path: "/things/:id/answers", serve: (*Server).answerThing, needs: policy.Answer, limit: writing},
	{method: "GET", path: "/comments/:id", serve: (*Server).commentLink},
	{method: "GET", path: "/comments/:id/edit", serve: (*Server).commentEdit, needs: policy.Comment},
	{method: "POST", path: "/comments/:id/edit", serve: (*Server).commentChange, needs: policy.Comment, limit: writing},
	{method: "POST", path: "/comments/:id/delete", serve: (*Server).commentDelete, needs: policy.Comment, limit: writing},
	{method: "GET", path: "/comments/:id/history", serve: (*Server).commentHistory},
	// proposals
	{method: "GET", path: "/proposals", serve: (*Server).proposals},
	{method: "GET", path: "/proposals/feed.atom", serve: proposalList.feed},
	{method: "GET", path: "/proposals/export.csv", serve: proposalList.csv, limit: costly},
	{method: "GET", path: "/proposals/export.json", serve: proposalList.json, limit: costly},
	{method: "GET", path: "/proposals/new", serve: (*Server).proposalStart},
	{method: "GET", path: "/proposals/new/title", serve: (*Server).proposalTitle, needs: policy.Propose},
	{method: "POST", path: "/proposals/new/title", serve: (*Server).proposalBegin, needs: policy.Propose, limit: writing},
	{method: "GET", path: "/proposals/drafts/:id/similar", serve: (*Server).proposalSimilar, needs: policy.Propose},
	{method: "GET", path: "/proposals/drafts/:id/check", serve: (*Server).proposalCheck, needs: policy.Propose},
	{method: "POST", path: "/proposals/drafts/:id/publish", serve: (*Server).proposalPublish, needs: policy.Propose, limit: writing},
	{method: "POST", path: "/proposals/drafts/:id/save", serve: (*Server).proposalAutosave, needs: policy.Propose, limit: writing},
	{method: "POST", path: "/proposals/drafts/:id/discard", serve: (*Server).proposalDiscard, needs: policy.Propose, limit: writing},
	{method: "GET", path: "/proposals/drafts/:id/:step", serve: (*Server).proposalStep, needs: policy.Propose},
	{method: "POST", path: "/proposals/drafts/:id/:step", serve: (*Server).proposalSaveStep, needs: policy.Propose, limit: writing},
	{method: "GET", path: "/proposals/:slug", serve: (*Server).proposal},
	{method: "GET", path: "/proposals/:slug/versions", serve: (*Server).proposalVersions},
	{method: "POST", path: "/proposals/:slug/support", serve: (*Server).proposalSupport, needs: policy.Support, limit: writing},
	{method: "POST", path: "/proposals/:slug/unsupport", serve: (*Server).proposalUnsupport, needs: policy.Support, limit: writing},
	{method: "GET", path: "/proposals/:slug/edit", serve: (*Server).proposalEdit, needs: policy.Edit},
	{method: "POST", path: "/proposals/:slug/edit", serve: (*Server).proposalChange, needs: policy.Edit, limit: writing},
	{method: "GET", path: "/proposals/:slug/withdraw", serve: (*Server).proposalWithdraw, needs: policy.Withdraw},
	{method: "POST", path: "/proposals/:slug/withdraw", serve: (*Server).proposalLeave, needs: policy.Withdraw, limit: writing},
	{method: "POST", path: "/proposals/:slug/agency", serve: (*Server).proposalAssign, needs: policy.Answer, limit: writing},
	// feeds of everything and of each thing
	{method: "GET", path: "/feed.atom", serve: (*Server).feedOfAll},
	{method: "GET", path: "/consultations/feed.atom", serve: consultationList.feed},
	{method: "GET", path: "/challenges/feed.atom", serve: feedOfKind("challenge")},
	{method: "GET", path: "/proposals/:slug/feed.atom", serve: feedOfThing("proposal")},
	{method: "GET", path: "/consultations/:slug/feed.atom", serve: feedOfThing("consultation")},
	{method: "GET", path: "/challenges/:slug/feed.atom", serve: feedOfThing("challenge")},
	{method: "GET", path: "/votes/:slug/feed.atom", serve: feedOfThing("vote")},
	{method: "GET", path: "/agencies/:slug/feed.atom", serve: feedOfThing("agency")},
	// consultations, their questionnaires and topics
	{method: "GET", path: "/consultations", serve: (*Server).consultations},
	{method: "GET", path: "/consultations/export.csv", serve: consultationList.csv, limit: costly},
	{method: "GET", path: "/consultations/export.json", serve: consultationList.json, limit: costly},
	{method: "GET", path: "/consultations/:slug", serve: (*Server).consultation},
	{method: "GET", path: "/consultations/:slug/calendar.ics", serve: (*Server).consultationCalendar},
	{method: "GET", path: "/consultations/:slug/questionnaire", serve: (*Server).surveyPage},
	{method: "POST", path: "/consultations/:slug/questionnaire", serve: (*Server).surveySend, needs: policy.Respond, limit: writing},
	{method: "POST", path: "/consultations/:slug/questionnaire/draft", serve: (*Server).surveyDraft, needs: policy.Respond, limit: writing},
	{method: "GET", path: "/consultations/:slug/questionnaire/done", serve: (*Server).surveyDone, needs: policy.Respond},
	{method: "GET", path: "/consultations/:slug/results", serve: (*Server).surveyResults},
	{method: "GET", path: "/consultations/:slug/results.csv", serve: (*Server).surveyCSV, needs: policy.Manage, limit: costly},
	{method: "GET", path: "/consultations/:slug/results/:question", serve: (*Server).surveyTexts},
	{method: "GET", path: "/surveys/:slug", serve: (*Server).surveyLink},
	{method: "GET", path: "/topics/:slug", serve: (*Server).topic},
	{method: "GET", path: "/admin/consultations", serve: (*Server).deskConsultations, needs: policy.Manage},
	{method: "GET", path: "/admin/consultations/new", serve: (*Server).consultationNew, needs: policy.Manage},
	{method: "POST", path: "/admin/consultations/new", serve: (*Server).consultationCreate, needs: policy.Manage, limit: writing},
	{method: "GET", path: "/admin/consultations/:id", serve: (*Server).deskConsultation, needs: policy.Manage},
	{method: "GET", path: "/admin/consultations/:id/edit", serve: (*Server).consultationEditPage, needs: policy.Manage},
	{method: "POST", path: "/admin/consultations/:id/edit", serve: (*Server).consultationSave, needs: policy.Manage, limit: writing},
	{method: "POST", path: "/admin/consultations/:id/publish", serve: (*Server).publishConsultation, needs: policy.Manage, limit: writing},
	{method: "POST", path: "/admin/consultations/:id/unschedule", serve: (*Server).unscheduleConsultation, needs: policy.Manage, limit: writing},
	{method: "POST", path: "/admin/consultations/:id/open", serve: (*Server).openConsultation, needs: policy.Manage, limit: writing},
	{method: "POST", path: "/admin/consultations/:id/close", serve: (*Server).closeConsultation, needs: policy.Manage, limit: writing},
	{method: "GET", path: "/admin/consultations/:id/outcome", serve: (*Server).consultationOutcome, needs: policy.Manage},
	{method: "POST", path: "/admin/consultations/:id/outcome", serve: (*Server).publishOutcome, needs: policy.Manage, limit: writing},
	{method: "GET", path: "/admin/consultations/:id/words/:lang", serve: (*Server).consultationWords, needs: policy.Manage},
	{method: "POST", path: "/admin/consultations/:id/words/:lang", serve: (*Server).saveWords, needs: policy.Manage, limit: writing},
	{method: "GET", path: "/admin/consultations/:id/questions/new", serve: (*Server).questionPage, needs: policy.Manage},
	{method: "POST", path: "/admin/consultations/:id/questions/new", serve: (*Server).questionSave, needs: policy.Manage, limit: writing},
	{method: "GET", path: "/admin/consultations/:id/questions/:question", serve: (*Server).questionPage, needs: policy.Manage},
	{method: "POST", path: "/admin/consultations/:id/questions/:question", serve: (*Server).questionSave, needs: policy.Manage, limit: writing},
	{method: "POST", path: "/admin/consultations/:id/questions/:question/move", serve: (*Server).questionMove, needs: policy.Manage, limit: writing},
	{method: "POST", path: "/admin/consultations/:id/questions/:question/remove", serve: (*Server).questionRemove, needs: policy.Manage, limit: writing},
	{method: "GET", path: "/admin/consultations/:id/topics/new", serve: (*Server).topicPage, needs: policy.Manage},
	{method: "POST", path: "/admin/consultations/:id/topics/new", serve: (*Server).topicSave, needs: policy.Manage, limit: writing},
	{method: "GET", path: "/admin/consultations/:id/topics/:topic", serve: (*Server).topicPage, needs: policy.Manage},
	{method: "POST", path: "/admin/consultations/:id/topics/:topic", serve: (*Server).topicSave, needs: policy.Manage, limit: writing},
	{method: "POST", path: "/admin/consultations/:id/topics/:topic/remove", serve: (*Server).topicRemove, needs: policy.Manage, limit: writing},
}

// Addresses are every route as "METHOD path", for the tests that try each.
func Addresses() []string {
	var all []string
	for _, r := range routes {
		all = append(all, r.method+" "+r.path)
	}
	return all
}
