# The few commands of the project. `make help` lists them.
#
# The target directory and npm's downloads live in the user's cache folder, so that a fresh clone builds quickly.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/astrolabe
export CARGO_TARGET_DIR ?= $(CACHE)/target
export ASTROLABE_BIN ?= $(CARGO_TARGET_DIR)/debug/astrolabe

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: demo
demo: binary ## Build everything, start Astrolabe and the example site on it, print URLs and keys
	@scripts/build-site.sh examples/todo
	@PATH="$$(scripts/node.sh):$$PATH" node scripts/demo.mjs

.PHONY: test
test: ## Run all tests: Rust, JavaScript, browser; installs what it needs
	@scripts/test.sh

.PHONY: soak
soak: ## Run what takes too long for `make test`; scripts/soak.sh has the stages and their times
	@scripts/soak.sh

.PHONY: fuzz
fuzz: ## Fuzz parsers and the server for two minutes; ASTROLABE_FUZZ_CASES sets how long
	@scripts/fuzz.sh

.PHONY: check
check: ## Format, lints, docs, licences, typos
	@scripts/check.sh

.PHONY: format
format: ## Format the Rust code
	@cargo fmt --all

.PHONY: binary
binary:
	@cargo build --locked -p astrolabe-server

# RELEASE names a folder of release binaries to measure; without it they are built.
BINARIES := $(or $(RELEASE),$(CARGO_TARGET_DIR)/release)
BENCH := BENCH_ASTROLABE="$(BINARIES)/astrolabe" BENCH_CONSTANT="$(BINARIES)/bench-constant" \
	BENCH_LOAD="$(BINARIES)/bench-load" PATH="$$(scripts/node.sh):$$PATH"

.PHONY: bench
bench: bench-binaries ## Measure Astrolabe, PocketBase and Parse Server (bench/README.md); about 25 minutes
	@$(BENCH) BENCH_TOOLS="$$(bench/install.sh)" node bench/run.mjs

.PHONY: bench-quick
bench-quick: bench-binaries ## The same with little data and short runs, to see that it works
	@$(BENCH) QUICK=1 BENCH_TOOLS="$$(bench/install.sh)" node bench/run.mjs

.PHONY: bench-growth
bench-growth: bench-binaries ## CPU per get and create with ROWS objects (10 million) beside 10,000
	@$(BENCH) BENCH_TOOLS="$$(bench/install.sh wrk)" node bench/growth.mjs

.PHONY: bench-apps
bench-apps: bench-binaries ## Time and memory of each of a thousand apps in one process
	@$(BENCH) node bench/apps.mjs

.PHONY: bench-accounts
bench-accounts: bench-binaries ## get-session and log-in beside Better Auth on Node
	@$(BENCH) BENCH_TOOLS="$$(bench/install.sh accounts)" node bench/accounts.mjs

.PHONY: bench-binaries
bench-binaries:
	@[[ -n "$(RELEASE)" ]] || cargo build --locked --release -p astrolabe-server -p bench-constant -p bench-load
