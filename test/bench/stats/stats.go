package stats

import (
	"math"
	"slices"
)

// Number is what can be ordered and averaged.
type Number interface{ ~int | ~int64 | ~float64 }

// Percentile returns the p-th percentile (0 to 100) of values by the nearest rank; 0 when there is none. Values are
// sorted in place.
func Percentile[T Number](values []T, p float64) T {
	if len(values) == 0 {
		var zero T
		return zero
	}
	slices.Sort(values)
	rank := int(math.Ceil(p/100*float64(len(values)))) - 1
	return values[min(max(rank, 0), len(values)-1)]
}

// Median returns the middle value, or the mean of the two in the middle; NaN values are not counted, and NaN when there
// is no other.
func Median(values []float64) float64 {
	sorted := known(values)
	if len(sorted) == 0 {
		return math.NaN()
	}
	slices.Sort(sorted)
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Best returns the smallest value, or the largest; NaN values are not counted, and NaN when there is no other.
func Best(values []float64, largest bool) float64 {
	sorted := known(values)
	if len(sorted) == 0 {
		return math.NaN()
	}
	if largest {
		return slices.Max(sorted)
	}
	return slices.Min(sorted)
}

// Ratios divides pairwise, as far as both lists go. What cannot be divided is NaN.
func Ratios(above, below []float64) []float64 {
	ratios := make([]float64, min(len(above), len(below)))
	for i := range ratios {
		ratios[i] = above[i] / below[i]
		if math.IsInf(ratios[i], 0) {
			ratios[i] = math.NaN()
		}
	}
	return ratios
}

func known(values []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(values), math.IsNaN)
}
