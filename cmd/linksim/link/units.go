package link

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Rate is in bit/s of IP packets; 0: unlimited. Text: "300kbit/s".
type Rate int64

// Share is a probability, 0 to 1. Text: "5%" or "0.05".
type Share float64

// Bytes is a size. Text: "64kB".
type Bytes int64

// Duration is a time.Duration with Go's text: "40ms".
type Duration time.Duration

type unit struct {
	suffix string
	factor float64
}

var (
	rateUnits  = []unit{{"Gbit/s", 1e9}, {"Mbit/s", 1e6}, {"kbit/s", 1e3}, {"bit/s", 1}}
	shareUnits = []unit{{"%", 0.01}, {"", 1}}
	byteUnits  = []unit{{"MB", 1e6}, {"kB", 1e3}, {"B", 1}}
)

// maxNumber keeps every conversion to an integer exact and defined.
const maxNumber = 1e15

// parseNumber reads a plain decimal number and its unit; a lone 0 needs none.
func parseNumber(text string, units []unit, example string) (float64, error) {
	digits := text[:len(text)-len(strings.TrimLeft(text, "0123456789."))]
	n, err := strconv.ParseFloat(digits, 64)
	if err == nil && n == 0 && digits == text {
		return 0, nil
	}
	for _, u := range units {
		if err == nil && text[len(digits):] == u.suffix && n*u.factor <= maxNumber {
			return n * u.factor, nil
		}
	}
	return 0, fmt.Errorf("%.40q is not understood: write it like %s", text, example)
}

// formatNumber uses the largest unit that leaves at least 1.
func formatNumber(n float64, units []unit) string {
	for _, u := range units {
		if n >= u.factor || u.factor == 1 {
			return strconv.FormatFloat(n/u.factor, 'f', -1, 64) + u.suffix
		}
	}
	return "0"
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Rate) UnmarshalText(text []byte) error {
	n, err := parseNumber(string(text), rateUnits, "300kbit/s or 3Mbit/s, 0 for no limit")
	*r = Rate(math.Round(n))
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (r Rate) MarshalText() ([]byte, error) {
	if r == 0 {
		return []byte("0"), nil
	}
	return []byte(formatNumber(float64(r), rateUnits)), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Share) UnmarshalText(text []byte) error {
	n, err := parseNumber(string(text), shareUnits, "5% or 0.05")
	*s = Share(n)
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (s Share) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(s), 'f', -1, 64), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *Bytes) UnmarshalText(text []byte) error {
	n, err := parseNumber(string(text), byteUnits, "15000B or 64kB, 0 for no limit")
	*b = Bytes(math.Round(n))
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(formatNumber(float64(b), byteUnits)), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	n, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%.40q is not understood: write it like 40ms or 1.5s", text)
	}
	*d = Duration(n)
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }
