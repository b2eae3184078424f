// Package layers decides packet by packet whether a receiver gets it.
//
// It owns the words Layer, target and current, and the rules of changing from one to the other: at which packet an
// encoding may begin, and at which frame a spatial or temporal layer may end or begin. It does not choose the target (package
// allocation does), renumber what is forwarded (package sequence), parse payloads (package codec) or ask for keyframes
// (package forward does, where [Selector.NeedsKeyframe] tells it to).
package layers
