package opinion

import (
	"math"
	"math/rand/v2"
	"slices"
)

// How groups are looked for. The seed is fixed: the same votes make the same groups.
const (
	groupMost  = 5
	restarts   = 20
	roundMost  = 100
	sampleMost = 2000 // people among whom groups are looked for, before everybody joins the nearest
	seed       = 20210701
)

// groups numbers the group of each point: k-means with two to five groups, of the best of many beginnings,
// and of these numbers the one with the best silhouette. One point, or points all in one place, are one
// group.
func groups(points []Point) (of []int, best float64) {
	some := sample(points)
	random := rand.New(rand.NewPCG(seed, uint64(len(points))))
	best = math.Inf(-1)
	var chosen []Point
	for k := 2; k <= min(groupMost, 2+len(points)/12, len(some)); k++ {
		found, centers := tightest(some, k, random)
		if len(centers) < 2 {
			break
		}
		if s := silhouette(some, found); s > best+1e-12 {
			best, chosen = s, centers
		}
	}
	if chosen == nil {
		return make([]int, len(points)), 0
	}
	of, _ = settled(points, chosen)
	return of, best
}

// sample is every so-manyth point.
func sample(points []Point) []Point {
	step := (len(points) + sampleMost - 1) / sampleMost
	if step < 2 {
		return points
	}
	var some []Point
	for i := 0; i < len(points); i += step {
		some = append(some, points[i])
	}
	return some
}

// tightest is the best of many beginnings.
func tightest(points []Point, k int, random *rand.Rand) (of []int, centers []Point) {
	least := math.Inf(1)
	for range restarts {
		found, middle := settled(points, beginnings(points, k, random))
		if s := spread(points, found, middle); s < least-1e-12 {
			least, of, centers = s, found, middle
		}
	}
	return of, centers
}

func apart(a, b Point) float64 {
	x, y := a.X-b.X, a.Y-b.Y
	return float64(x*x) + float64(y*y)
}

// settled moves centers to the middle of the points nearest to them until nobody changes. A center that
// nobody is near is dropped.
func settled(points, centers []Point) (of []int, moved []Point) {
	of, moved = make([]int, len(points)), slices.Clone(centers)
	for round := range roundMost {
		changed := round == 0
		for i, p := range points {
			to := nearest(p, moved)
			changed = changed || to != of[i]
			of[i] = to
		}
		if !changed {
			break
		}
		middles(points, of, moved)
	}
	return compact(of, moved)
}

func nearest(p Point, centers []Point) int {
	to, least := 0, math.Inf(1)
	for c := range centers {
		if d := apart(p, centers[c]); d < least {
			to, least = c, d
		}
	}
	return to
}

// beginnings are centers far from each other (k-means++, Arthur and Vassilvitskii 2007); fewer than k where
// the points stand in fewer places.
func beginnings(points []Point, k int, random *rand.Rand) (centers []Point) {
	centers = append(centers, points[random.IntN(len(points))])
	far := make([]float64, len(points))
	for i := range far {
		far[i] = math.Inf(1)
	}
	for len(centers) < k {
		sum := 0.0
		for i, p := range points {
			far[i] = min(far[i], apart(p, centers[len(centers)-1]))
			sum += far[i]
		}
		if sum <= 1e-18 {
			break // everybody stands where a center is
		}
		at, to := random.Float64()*sum, len(points)-1
		for i := range points {
			if at -= far[i]; at < 0 {
				to = i
				break
			}
		}
		centers = append(centers, points[to])
	}
	return centers
}

// middles moves each center to the mean of its points; one without any stays.
func middles(points []Point, of []int, centers []Point) {
	sums, many := make([]Point, len(centers)), make([]float64, len(centers))
	for i, p := range points {
		sums[of[i]].X += p.X
		sums[of[i]].Y += p.Y
		many[of[i]]++
	}
	for c := range centers {
		if many[c] > 0 {
			centers[c] = Point{sums[c].X / many[c], sums[c].Y / many[c]}
		}
	}
}

// compact leaves out clusters without points.
func compact(of []int, centers []Point) ([]int, []Point) {
	place := make([]int, len(centers))
	for c := range place {
		place[c] = -1
	}
	var kept []Point
	for i, c := range of {
		if place[c] < 0 {
			place[c] = len(kept)
			kept = append(kept, centers[c])
		}
		of[i] = place[c]
	}
	return of, kept
}

func spread(points []Point, of []int, centers []Point) (sum float64) {
	for i, p := range points {
		sum += apart(p, centers[of[i]])
	}
	return sum
}

// silhouette is the mean, over the points, of how much nearer their own cluster is than the next
// (Rousseeuw 1987). A point alone in its cluster has 0.
func silhouette(points []Point, of []int) float64 {
	k := 0
	for _, c := range of {
		k = max(k, c+1)
	}
	if k < 2 {
		return 0
	}
	sum := 0.0
	for i, p := range points {
		far, many := make([]float64, k), make([]float64, k)
		for j, q := range points {
			if i != j {
				far[of[j]] += math.Sqrt(apart(p, q))
				many[of[j]]++
			}
		}
		if many[of[i]] == 0 {
			continue
		}
		own, next := far[of[i]]/many[of[i]], math.Inf(1)
		for c := range k {
			if c != of[i] && many[c] > 0 {
				next = min(next, far[c]/many[c])
			}
		}
		if most := max(own, next); most > 0 {
			sum += (next - own) / most
		}
	}
	return sum / float64(len(points))
}
