package app

import (
	"cmp"
	"io/fs"
	"math/rand"
	"slices"
	"strings"
	"unicode"

	"tequio/app/text"
	"tequio/data"
)

// The texts of a big load are made of the demo's words, the common ones as common as in any language
// (Zipf), and of rare ones made of syllables, so that searching them is as hard as searching people's.

// A lexicon makes texts. It is the same for the same seed.
type lexicon struct {
	*rand.Rand
	zipf  *rand.Zipf
	words []string
	stems map[string]string
}

const (
	lexiconSize = 40_000
	syllables   = "ba be bi bo ca co cu chi da de di do fa fe ga go gua ha he hua ja je la le li lo ma me mi mo na ne no ña pa pe po que ra re ri ro sa se so ta te ti to tla va ve vi xo ya yo za"
)

func newLexicon(seed int64) *lexicon {
	l := &lexicon{Rand: rand.New(rand.NewSource(seed)), stems: map[string]string{}}
	seen := map[string]int{}
	for _, name := range []string{"proposals.toml", "consultations.toml", "votes.toml", "challenges.toml"} {
		raw, err := fs.ReadFile(data.Demo(), name)
		if err != nil {
			panic(err) // embedded
		}
		for _, w := range strings.FieldsFunc(strings.ToLower(string(raw)), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if len(w) > 1 {
				if seen[w]++; seen[w] == 1 {
					l.words = append(l.words, w)
				}
			}
		}
	}
	slices.SortFunc(l.words, func(a, b string) int { return cmp.Or(cmp.Compare(seen[b], seen[a]), cmp.Compare(a, b)) })
	parts := strings.Fields(syllables)
	for len(l.words) < lexiconSize {
		w := ""
		for range 2 + l.Intn(3) {
			w += parts[l.Intn(len(parts))]
		}
		if seen[w]++; seen[w] == 1 {
			l.words = append(l.words, w)
		}
	}
	l.zipf = rand.NewZipf(l.Rand, 1.12, 12, uint64(len(l.words)-1))
	return l
}

var (
	loadActs   = strings.Fields("Reparar Instalar Ampliar Mejorar Cuidar Plantar Construir Iluminar Pintar Abrir Recuperar Limpiar Rescatar Señalizar Proteger Ordenar")
	loadThings = strings.Split("banquetas;luminarias;árboles de sombra;paradas del camión;ciclovías;bebederos;canchas;juegos infantiles;cruces seguros;drenaje pluvial;"+
		"contenedores de basura;bibliotecas;mercados;puentes peatonales;rampas;baños públicos;paneles solares;huertos;jardines de lluvia;topes;semáforos;casetas de policía;"+
		"pozos de agua;tuberías;escuelas;centros de salud;guarderías;comedores;talleres de oficios;conciertos en la plaza;perreras;esterilización de perros;camellones;fuentes", ";")
	loadPlaces = strings.Split("la calle Hidalgo;la avenida Juárez;el centro;la plaza principal;el mercado municipal;la colonia Morelos;el barrio de San Juan;la unidad deportiva;el parque Reforma;"+
		"la primaria Benito Juárez;el río;la carretera vieja;el cerro;la colonia Jardines;el panteón;la terminal;el barrio de Santa Ana;la secundaria técnica;el hospital general;las orillas del pueblo", ";")
)

// title is a title as people write them; every fifth says something rare.
func (l *lexicon) title() string {
	t := loadActs[l.Intn(len(loadActs))] + " " + loadThings[l.Intn(len(loadThings))] + " en " + loadPlaces[l.Intn(len(loadPlaces))]
	if l.Intn(5) == 0 {
		t += " de " + l.words[1000+l.Intn(len(l.words)-1000)]
	}
	return t
}

// sentence is n words of text.
func (l *lexicon) sentence(n int) string {
	var b strings.Builder
	for i := range n {
		w := l.words[l.zipf.Uint64()]
		switch {
		case i == 0:
			first, rest := []rune(w)[:1], []rune(w)[1:]
			b.WriteString(strings.ToUpper(string(first)) + string(rest))
		case i%11 == 10:
			b.WriteString(", " + w)
		default:
			b.WriteString(" " + w)
		}
	}
	return b.String() + "."
}

// tokens are what search indexes of a text, quickly: each word is stemmed once.
func (l *lexicon) tokens(into map[string]bool, mark, s string) {
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '.' }) {
		stem, ok := l.stems[w]
		if !ok {
			if stems := text.Stems(w, "es"); len(stems) == 1 {
				stem = stems[0]
			}
			l.stems[w] = stem
		}
		if stem != "" {
			into[mark+stem] = true
		}
	}
}

// learned are the pairs of words and stems that search completes words by.
func (l *lexicon) learned() (pairs [][2]string) {
	seen := map[[2]string]bool{}
	for w := range l.stems {
		for _, word := range text.Words(w, "es") {
			if pair := [2]string{word.Folded, word.Stem}; !seen[pair] {
				seen[pair] = true
				pairs = append(pairs, pair)
			}
		}
	}
	return pairs
}
