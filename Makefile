# Two commands matter: "make run" and "make test". "make help" lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME ?= 20s
BENCHTIME ?= 1s
ARGS ?=

# Both may be empty: a source archive has no history. Two builds of one commit are the same, byte by byte.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)

WEB_SOURCES := $(shell find web/src web/public web/index.html web/*.ts web/*.json -type f 2>/dev/null)
GO_SOURCES := go.mod go.sum $(shell find cmd configs rooms sfu signaling web -path web/node_modules -prune -o \( -name '*.go' -o -name default.yaml -o -path '*/presets/*.yaml' \) -type f -print 2>/dev/null)

.PHONY: help
help: ## show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

.PHONY: run
run: build ## build what is needed and serve http://localhost:8080 (make run ARGS="--log-level debug")
	exec bin/salon serve $(ARGS)

.PHONY: build
build: bin/salon bin/linksim bin/provider ## build the web client, bin/salon, and for the browser tests bin/linksim (a simulated network) and bin/provider (a login provider)

bin/salon: web/dist/index.html $(GO_SOURCES)
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o $@ ./cmd/salon

bin/linksim: $(GO_SOURCES)
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o $@ ./cmd/linksim

bin/provider: go.mod $(shell find test/provider -name '*.go' -type f 2>/dev/null)
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o $@ ./test/provider/serve

.PHONY: web
web: web/dist/index.html ## build the web client only

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	npm --prefix web run build
	touch web/dist/.placeholder $@

# npm writes that file when it is done: it is as old as the installation.
web/node_modules/.package-lock.json: web/package-lock.json
	npm --prefix web ci --no-audit --no-fund
	touch $@

.PHONY: test
test: test-go test-acme test-web build test-browser ## everything that must pass

.PHONY: test-go
test-go: ## vet and test the Go code; what measures calls runs alone, and once more when it fails, since the machine may have stood still
	go vet ./...
	go test $$(go list ./... | grep -v '^salon/cmd/loadtest$$')
	go test -parallel 1 ./cmd/loadtest || go test -parallel 1 -count 1 ./cmd/loadtest

.PHONY: test-acme
test-acme: ## get a certificate from a local ACME authority (a module of its own, for its dependencies)
	cd test/acme && go vet ./... && go test ./...

.PHONY: test-web
test-web: web/node_modules/.package-lock.json ## type-check and test the web client
	npm --prefix web run check
	npm --prefix web test

.PHONY: test-browser
test-browser: build ## calls in Chromium and Firefox against bin/salon (installs both where it may)
	test/prerequisites
	npm --prefix test/browser ci --no-audit --no-fund
	npm --prefix test/browser test

test/browser/node_modules/.package-lock.json: test/browser/package-lock.json
	npm --prefix test/browser ci --no-audit --no-fund
	touch $@

.PHONY: quality
quality: build test/browser/node_modules/.package-lock.json ## the quality floors in Chromium through linksim, into docs/performance.md (about 24 minutes on an idle machine; QUICK=1, ROW=loss5,narrow, DIRECT=0)
	test/prerequisites
	node test/browser/measure/quality.mjs

.PHONY: switches
switches: build test/browser/node_modules/.package-lock.json ## 1,000 forced layer and publication switches in Chromium and in Firefox (SWITCHES=100, BROWSERS=firefox)
	test/prerequisites
	node test/browser/measure/switches.mjs

.PHONY: test-race
test-race: ## the Go tests with the race detector
	go test -race ./...

.PHONY: check
check: web/node_modules/.package-lock.json test-race ## format, vet, staticcheck, types, floors, race, generated files
	@unformatted="$$(gofmt -l cmd configs docs rooms sfu signaling test web/*.go)"; \
	  if [ -n "$$unformatted" ]; then echo "gofmt these files: $$unformatted"; exit 1; fi
	go vet ./...
	go run $(STATICCHECK) ./...
	npm --prefix web run check
	@before="$$(git status --porcelain; git diff | sha256sum)"; $(MAKE) --no-print-directory generate; \
	  if [ "$$before" != "$$(git status --porcelain; git diff | sha256sum)" ]; then echo "generated files were not fresh: commit them"; exit 1; fi

.PHONY: bench
bench: bin/salon bin/bench ## what a forwarded packet costs, beside a bare Pion loop and a floor (root; BENCH=quick: 2 minutes)
	bin/bench $(if $(filter quick,$(BENCH)),-quick) -json bin/bench.json $(ARGS)

bin/bench: $(GO_SOURCES) $(shell find test/bench -name '*.go' -type f 2>/dev/null)
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o $@ ./test/bench

.PHONY: bench-go
bench-go: ## the Go benchmarks, with allocations
	go test -run '^$$' -bench . -benchtime $(BENCHTIME) -benchmem ./...

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (20s)
	@grep -rl --include='*_test.go' '^func Fuzz' cmd configs rooms sfu signaling | xargs -n 1 dirname | sort -u | while read -r folder; do \
	  for target in $$(grep -ho '^func Fuzz[A-Za-z0-9_]*' $$folder/*_test.go | cut -c 6-); do \
	    echo "$$folder $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) ./$$folder; done; done

.PHONY: generate
generate: ## rewrite generated files (TypeScript types, tables of the protocol and of the rules)
	go generate ./...

.PHONY: clean
clean: ## remove what was built
	rm -rf bin web/node_modules test/browser/node_modules
	find web/dist -mindepth 1 ! -name .placeholder -delete
