// Package stats holds the arithmetic of measurements: medians, percentiles, and what Linux says of a process.
package stats
