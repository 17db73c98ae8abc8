package demo

// The schema of data/demo, field by field as data/demo/README.md says it; texts named ES and EN are
// the same in Spanish and English.
type (
	both struct {
		ES string `toml:"es"`
		EN string `toml:"en"`
	}
	pageRow struct {
		Slug string `toml:"slug"`
		ES   prose  `toml:"es"`
		EN   prose  `toml:"en"`
	}
	prose struct {
		Title string `toml:"title"`
		Body  string `toml:"body"`
	}
	townFile struct {
		Name        string   `toml:"name"`
		Zone        string   `toml:"zone"`
		Languages   []string `toml:"languages"`
		Currency    string   `toml:"currency"`
		Hue         int      `toml:"hue"`
		Population  int      `toml:"population"`
		BaseLevel   int      `toml:"base_level"`
		Threshold   int      `toml:"threshold"`
		SupportDays int      `toml:"support_days"`
		AnswerDays  int      `toml:"answer_days"`
		Tagline     both     `toml:"tagline"`
		Front       both     `toml:"front"`
		Contact     struct {
			Agency  string `toml:"agency"`
			Email   string `toml:"email"`
			Phone   string `toml:"phone"`
			Address string `toml:"address"`
			Hours   both   `toml:"hours"`
		} `toml:"contact"`
		Subjects []struct {
			Slug string `toml:"slug"`
			ES   string `toml:"es"`
			EN   string `toml:"en"`
		} `toml:"subjects"`
		Places []struct {
			Slug       string `toml:"slug"`
			Name       string `toml:"name"`
			Kind       string `toml:"kind"`
			Population int    `toml:"population"`
		} `toml:"places"`
		Pages []pageRow `toml:"page"`
	}
	agenciesFile struct {
		Agencies []struct {
			Slug        string   `toml:"slug"`
			Parent      string   `toml:"parent"`
			Name        string   `toml:"name"`
			Short       string   `toml:"short"`
			Description string   `toml:"description"`
			Address     string   `toml:"address"`
			Phone       string   `toml:"phone"`
			Email       string   `toml:"email"`
			Hours       string   `toml:"hours"`
			Focal       []string `toml:"focal"`
			Editors     []string `toml:"editors"`
			Evaluators  []string `toml:"evaluators"`
			EN          struct {
				Name        string `toml:"name"`
				Description string `toml:"description"`
				Hours       string `toml:"hours"`
			} `toml:"en"`
		} `toml:"agency"`
	}
	peopleFile struct {
		Demo []struct {
			Person string `toml:"person"`
			Role   string `toml:"role"`
			Agency string `toml:"agency"`
			ES     string `toml:"es"`
			EN     string `toml:"en"`
		} `toml:"demo"`
		People []struct {
			Key   string `toml:"key"`
			Name  string `toml:"name"`
			Place string `toml:"place"`
			Level int    `toml:"level"`
			Lang  string `toml:"lang"`
		} `toml:"people"`
	}
	commentRow struct {
		By      string       `toml:"by"`
		At      string       `toml:"at"`
		Stance  string       `toml:"stance"`
		Text    string       `toml:"text"`
		Agency  string       `toml:"agency"`
		Hidden  string       `toml:"hidden"`
		Code    string       `toml:"code"`
		Replies []commentRow `toml:"reply"`
	}
	talkFile struct {
		Threads []struct {
			Proposal string    `toml:"proposal"`
			From     string    `toml:"from"`
			To       string    `toml:"to"`
			Lines    []lineRow `toml:"lines"`
		} `toml:"thread"`
		Closed []struct {
			Proposal string `toml:"proposal"`
			At       string `toml:"at"`
			Reason   string `toml:"reason"`
		} `toml:"closed"`
	}
	lineRow struct {
		By     string `toml:"by"`
		Level  int    `toml:"level"`
		Stance string `toml:"stance"`
		Text   string `toml:"text"`
		Agency string `toml:"agency"`
	}
	phaseRow struct {
		Key    string `toml:"key"`
		Name   both   `toml:"name"`
		Opens  string `toml:"opens"`
		Closes string `toml:"closes"`
	}
	proposalsFile struct {
		Proposals []proposalRow `toml:"proposal"`
	}
	proposalRow struct {
		Slug      string `toml:"slug"`
		Title     string `toml:"title"`
		Summary   string `toml:"summary"`
		Body      string `toml:"body"`
		Subject   string `toml:"subject"`
		Place     string `toml:"place"`
		Author    string `toml:"author"`
		Published string `toml:"published"`
		Supports  int    `toml:"supports"`
		Rush      int    `toml:"rush"` // how many of them came within one hour
		State     string `toml:"state"`
		Reached   string `toml:"reached"`
		Agency    string `toml:"agency"`
		Ended     string `toml:"ended"`
		Reason    string `toml:"reason"`
		Code      string `toml:"code"`

		With     []string `toml:"with"`
		Into     string   `toml:"into"`
		Carried  int      `toml:"carried"`
		Pictures []struct {
			File string `toml:"file"`
			Alt  string `toml:"alt"`
		} `toml:"picture"`
		Versions []struct {
			At      string `toml:"at"`
			Title   string `toml:"title"`
			Summary string `toml:"summary"`
			Body    string `toml:"body"`
			Note    string `toml:"note"`
		} `toml:"version"`
		Answers []struct {
			State  string `toml:"state"`
			At     string `toml:"at"`
			Agency string `toml:"agency"`
			By     string `toml:"by"`
			Text   string `toml:"text"`
			Cost   int64  `toml:"cost"`
			Unit   string `toml:"unit"`
			Due    string `toml:"due"`
		} `toml:"answer"`
		Comments []commentRow `toml:"comment"`
	}
	consultationsFile struct {
		Consultations []consultationRow `toml:"consultation"`
	}
	// replyRow answers the contributions that hold words and are not answered yet.
	replyRow struct {
		Words   string `toml:"words"`
		Verdict string `toml:"verdict"`
		Text    string `toml:"text"`
	}
	// statementRow is a statement with what part of each of three camps agrees, of a hundred.
	statementRow struct {
		Text  string `toml:"text"`
		Agree []int  `toml:"agree"`
	}
	consultationRow struct {
		Slug       string     `toml:"slug"`
		Agency     string     `toml:"agency"`
		Subject    string     `toml:"subject"`
		Place      string     `toml:"place"`
		Title      string     `toml:"title"`
		Summary    string     `toml:"summary"`
		Decided    string     `toml:"decided"`
		NotDecided string     `toml:"not_decided"`
		Who        string     `toml:"who"`
		Decides    string     `toml:"decides"`
		Body       string     `toml:"body"`
		Contact    string     `toml:"contact"`
		Published  string     `toml:"published"`
		Opens      string     `toml:"opens"`
		Closes     string     `toml:"closes"`
		Offline    string     `toml:"offline"`
		Responses  int        `toml:"responses"`
		Phases     []phaseRow `toml:"phase"`
		EN         struct {
			Title      string `toml:"title"`
			Summary    string `toml:"summary"`
			Decided    string `toml:"decided"`
			NotDecided string `toml:"not_decided"`
			Who        string `toml:"who"`
			Body       string `toml:"body"`
			Offline    string `toml:"offline"`
		} `toml:"en"`
		Questions []questionRow `toml:"question"`
		Topics    []struct {
			Key      string       `toml:"key"`
			Title    both         `toml:"title"`
			Body     both         `toml:"body"`
			Comments []commentRow `toml:"comment"`
		} `toml:"topic"`
		Statements []statementRow `toml:"statement"`
		Comments   []commentRow   `toml:"comment"`
		Replies    []replyRow     `toml:"reply"`
		Outcome    struct {
			At   string `toml:"at"`
			By   string `toml:"by"`
			Text string `toml:"text"`
			EN   string `toml:"en"`
			Rows []struct {
				Heard   both `toml:"heard"`
				Decided both `toml:"decided"`
				Why     both `toml:"why"`
			} `toml:"row"`
		} `toml:"outcome"`
	}
	questionRow struct {
		Key      string      `toml:"key"`
		Kind     string      `toml:"kind"`
		Label    both        `toml:"label"`
		Help     both        `toml:"help"`
		Required bool        `toml:"required"`
		Max      int         `toml:"max"`
		Options  []choiceRow `toml:"options"`
		Low      both        `toml:"low"`
		High     both        `toml:"high"`
		Weights  []int       `toml:"weights"`
		Texts    []string    `toml:"texts"`
	}
	choiceRow struct {
		Key    string `toml:"key"`
		ES     string `toml:"es"`
		EN     string `toml:"en"`
		Weight int    `toml:"weight"`
	}
	challengesFile struct {
		Declaration both           `toml:"declaration"`
		Challenges  []challengeRow `toml:"challenge"`
	}
	challengeRow struct {
		Slug        string   `toml:"slug"`
		Agency      string   `toml:"agency"`
		Subject     string   `toml:"subject"`
		Place       string   `toml:"place"`
		Partners    []string `toml:"partners"`
		State       string   `toml:"state"`
		Title       string   `toml:"title"`
		Summary     string   `toml:"summary"`
		Body        string   `toml:"body"`
		Success     string   `toml:"success"`
		Eligibility string   `toml:"eligibility"`
		Rules       string   `toml:"rules"`
		Property    string   `toml:"property"`
		Privacy     string   `toml:"privacy"`
		Prize       int64    `toml:"prize"`
		Seed        int64    `toml:"seed"`
		Finalists   int      `toml:"finalists"`
		Award       string   `toml:"award"`
		Sealed      bool     `toml:"sealed"`
		Contact     string   `toml:"contact"`
		Evaluators  []string `toml:"evaluators"`
		Published   string   `toml:"published"`
		Data        []struct {
			Title   string `toml:"title"`
			URL     string `toml:"url"`
			Format  string `toml:"format"`
			Licence string `toml:"licence"`
		} `toml:"data"`
		EN struct {
			Title       string `toml:"title"`
			Summary     string `toml:"summary"`
			Body        string `toml:"body"`
			Success     string `toml:"success"`
			Eligibility string `toml:"eligibility"`
			Rules       string `toml:"rules"`
			Property    string `toml:"property"`
			Privacy     string `toml:"privacy"`
			Award       string `toml:"award"`
		} `toml:"en"`
		Phases   []phaseRow `toml:"phase"`
		Criteria []struct {
			Key        string `toml:"key"`
			Name       both   `toml:"name"`
			Weight     int    `toml:"weight"`
			Descriptor both   `toml:"descriptor"`
		} `toml:"criterion"`
		FAQ []struct {
			Asked    string `toml:"asked"`
			Answered string `toml:"answered"`
			Question both   `toml:"question"`
			Answer   both   `toml:"answer"`
		} `toml:"faq"`
		Entries  []entryRow `toml:"entry"`
		Decision struct {
			At      string `toml:"at"`
			By      string `toml:"by"`
			Outcome string `toml:"outcome"`
			Text    string `toml:"text"`
			EN      string `toml:"en"`
		} `toml:"decision"`
		Milestones []struct {
			Name both   `toml:"name"`
			Due  string `toml:"due"`
			Done string `toml:"done"`
			Note both   `toml:"note"`
		} `toml:"milestone"`
		Comments []commentRow `toml:"comment"`
	}
	entryRow struct {
		Slug        string   `toml:"slug"`
		Team        string   `toml:"team"`
		Captain     string   `toml:"captain"`
		Members     []string `toml:"members"`
		Submitted   string   `toml:"submitted"`
		Pitch       string   `toml:"pitch"`
		Description string   `toml:"description"`
		Links       []struct {
			Label string `toml:"label"`
			URL   string `toml:"url"`
		} `toml:"links"`
		Valid     *bool          `toml:"valid"`
		Reason    string         `toml:"reason"`
		Scores    map[string]int `toml:"scores"`
		Finalist  bool           `toml:"finalist"`
		Place     int            `toml:"place"`
		Mention   bool           `toml:"mention"`
		Prototype struct {
			Text       string `toml:"text"`
			Repository string `toml:"repository"`
			Demo       string `toml:"demo"`
		} `toml:"prototype"`
	}
	votesFile struct {
		Votes []voteRow `toml:"vote"`
	}
	voteRow struct {
		Slug       string   `toml:"slug"`
		Agency     string   `toml:"agency"`
		Subject    string   `toml:"subject"`
		Place      string   `toml:"place"`
		Kind       string   `toml:"kind"`
		Title      string   `toml:"title"`
		Summary    string   `toml:"summary"`
		Body       string   `toml:"body"`
		Published  string   `toml:"published"`
		Opens      string   `toml:"opens"`
		Closes     string   `toml:"closes"`
		Objections string   `toml:"objections"`
		Level      int      `toml:"level"`
		Who        string   `toml:"who"`
		Method     string   `toml:"method"`
		Secrecy    string   `toml:"secrecy"`
		Effect     string   `toml:"effect"`
		Rule       string   `toml:"rule"`
		Budget     int64    `toml:"budget"`
		Electors   int      `toml:"electors"`
		Also       []string `toml:"also"`
		EN         struct {
			Title   string `toml:"title"`
			Summary string `toml:"summary"`
			Body    string `toml:"body"`
			Who     string `toml:"who"`
			Method  string `toml:"method"`
			Secrecy string `toml:"secrecy"`
			Effect  string `toml:"effect"`
		} `toml:"en"`
		Options []optionRow `toml:"option"`
		Ballots []struct {
			N      int      `toml:"n"`
			Area   string   `toml:"area"`
			Choose []string `toml:"choose"`
		} `toml:"ballots"`
		Areas   []areaRow `toml:"area"`
		Winners []string  `toml:"winners"`
		Result  struct {
			At   string `toml:"at"`
			By   string `toml:"by"`
			Text string `toml:"text"`
			EN   string `toml:"en"`
		} `toml:"result"`
		Comments []commentRow `toml:"comment"`
	}
	// areaRow is a question of a vote by areas; without a name it is about the whole town.
	areaRow struct {
		Name    string      `toml:"name"`
		EN      prose       `toml:"en"`
		Title   string      `toml:"title"`
		Budget  int64       `toml:"budget"`
		Options []optionRow `toml:"option"`
	}
	optionRow struct {
		Key      string `toml:"key"`
		Title    string `toml:"title"`
		Body     string `toml:"body"`
		Cost     int64  `toml:"cost"`
		Place    string `toml:"place"`
		Agency   string `toml:"agency"`
		Proposal string `toml:"proposal"`
		Review   string `toml:"review"`
		Reason   string `toml:"reason"`
		EN       prose  `toml:"en"`
	}
)
