#!/usr/bin/env bash
# All tests in stages, each with its time; the first stage that fails ends the run.
#   scripts/test.sh                 everything
#   scripts/test.sh rust site       only these stages
# Where no PostgreSQL is named or answers, a private one runs meanwhile; see scripts/with-postgres.sh.
# Budget: 10 minutes on two cores with warm caches, 25 with empty ones.
set -euo pipefail

cd "$(dirname "$0")/.."
. scripts/stages.sh
if [ -z "${ASTROLABE_TEST_POSTGRES_URL:-}" ]; then
  exec scripts/with-postgres.sh scripts/test.sh "$@"
fi
cache="${XDG_CACHE_HOME:-$HOME/.cache}/astrolabe"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"
export ASTROLABE_BIN="${ASTROLABE_BIN:-$CARGO_TARGET_DIR/debug/astrolabe}"

# One binary for the conformance and browser tests and the demo.
stage_build() { cargo build --locked --workspace --all-targets; }

stage_rust() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --workspace --no-fail-fast
  else
    cargo test --locked --workspace --no-fail-fast
  fi
}

# Unmodified clients and recorded answers of the reference server, against the binary; and how the benchmarks judge.
stage_conformance() {
  scripts/npm-ci.sh conformance/parse-js
  scripts/npm-ci.sh conformance/better-auth
  node --test --test-reporter=spec --test-concurrency=2 \
    conformance/{parse-js,better-auth,wire,compatibility,permissions}/test/*.test.mjs bench/test/*.test.mjs
}

# Generated types, against the real tsc, zod and drizzle. Reading the database takes the SQLite of Node 22.
stage_types() {
  scripts/npm-ci.sh conformance/types
  PATH="$(scripts/node.sh):$PATH" node --test --test-reporter=spec conformance/types/test/*.test.mjs
}

# The npm packages: built, packed, installed and used against the binary, the client on both databases.
stage_packages() {
  scripts/build-packages.sh
  node --test --test-reporter=spec --test-concurrency=2 packages/{cli,client}/test/*.test.mjs
  ASTROLABE_TEST_DATABASE=postgres node --test --test-reporter=spec --test-concurrency=2 packages/client/test/{objects,writes,users,cookies,stores,vue,forms}.test.mjs
}

# Once more what goes through HTTP, with apps in PostgreSQL. (The contract of the store runs on both in `rust`.)
stage_postgres() {
  export ASTROLABE_TEST_DATABASE=postgres
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked -p astrolabe-server --no-fail-fast -E 'test(parse::) + test(accounts::) + test(nodes::)'
  else
    cargo test --locked -p astrolabe-server --test it -- parse:: accounts:: nodes::
  fi
  scripts/npm-ci.sh conformance/parse-js
  scripts/npm-ci.sh conformance/better-auth
  node --test --test-reporter=spec --test-concurrency=2 conformance/parse-js/test/*.test.mjs \
    conformance/better-auth/test/*.test.mjs conformance/wire/test/wire.test.mjs
  # Each world makes and drops classes, which takes PostgreSQL longer than SQLite; `make soak` runs many more.
  WORLDS=150 node --test --test-reporter=spec conformance/permissions/test/*.test.mjs
  unset ASTROLABE_TEST_DATABASE
}

# The integration for Astro, which takes a newer Node: development servers, and sites on Node, Bun and the edge. A hang must
# not become the run's.
stage_astro() {
  scripts/build-packages.sh
  PATH="$(scripts/node.sh):$PATH" node --test --test-reporter=spec --test-timeout=600000 --test-concurrency=2 packages/astro/test/*.test.mjs
}

# The real Parse Dashboard in a real browser. A hang must not become the run's.
stage_dashboard() {
  scripts/npm-ci.sh conformance/parse-dashboard
  CHROMIUM_PATH="$(scripts/chromium.sh)"
  export CHROMIUM_PATH
  node --test --test-reporter=spec --test-timeout=600000 conformance/parse-dashboard/test/*.test.mjs
}

# The example site in a real browser, and a site that many visitors use at once.
stage_site() {
  scripts/build-site.sh examples/todo
  CHROMIUM_PATH="$(scripts/chromium.sh)"
  export CHROMIUM_PATH
  (
    PATH="$(scripts/node.sh):$PATH"
    cd examples/todo
    npm run --silent check
    npm run --silent test
  )
  scripts/build-site.sh conformance/site
  local node
  node="$(scripts/node.sh)"
  PATH="$node:$PATH" node --test conformance/site/test/*.test.mjs
  ASTROLABE_TEST_DATABASE=postgres PATH="$node:$PATH" node --test conformance/site/test/*.test.mjs
}

# What a newcomer runs first.
stage_demo() {
  PATH="$(scripts/node.sh):$PATH" node scripts/demo.mjs --check
}

all=(build rust conformance postgres types packages astro dashboard site demo)
run_stages "All tests passed" "${@:-${all[@]}}"
