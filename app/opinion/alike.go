package opinion

// Alike is the adjusted Rand index of two groupings of the same people: 1 when they are the same, about 0
// when they are no more alike than by chance (Hubert and Arabie 1985).
func Alike(a, b []int) float64 {
	type pair struct{ a, b int }
	both, inA, inB := map[pair]float64{}, map[int]float64{}, map[int]float64{}
	for i := range a {
		both[pair{a[i], b[i]}]++
		inA[a[i]]++
		inB[b[i]]++
	}
	sumBoth, sumA, sumB := 0.0, 0.0, 0.0 // of whole numbers: the order in which a map gives them is the same to them
	for _, n := range both {
		sumBoth += n * (n - 1) / 2
	}
	for _, n := range inA {
		sumA += n * (n - 1) / 2
	}
	for _, n := range inB {
		sumB += n * (n - 1) / 2
	}
	all := float64(len(a)) * float64(len(a)-1) / 2
	if all == 0 {
		return 1
	}
	expected, most := sumA*sumB/all, (sumA+sumB)/2
	if most == expected {
		return 1 // one group each, or everybody alone
	}
	return (sumBoth - expected) / (most - expected)
}
