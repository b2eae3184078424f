package configs

import "salon/configs/yamlfile"

// Problem is one thing that is wrong.
type Problem = yamlfile.Problem

// Problems is everything that is wrong, so that it can be repaired in one go. It is the error of Load.
type Problems = yamlfile.Problems
