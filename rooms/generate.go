package rooms

//go:generate go run ./generate
