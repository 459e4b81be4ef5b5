#!/usr/bin/env bash
# Fuzzing: the property tests of `make test` with many more cases. ASTROLABE_FUZZ_CASES (20,000) is their number.
# Two minutes on two cores, after building.
# Not through nextest, which ends tests that take this long.
set -euo pipefail

cd "$(dirname "$0")/.."
cache="${XDG_CACHE_HOME:-$HOME/.cache}/astrolabe"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"
cases="${ASTROLABE_FUZZ_CASES:-20000}"

echo "== requests: $cases of each kind"
ASTROLABE_FUZZ_CASES="$cases" cargo test --locked -p astrolabe-server --test it fuzz::
echo "== parsers"
PROPTEST_CASES="$cases" cargo test --locked -p astrolabe-core -p astrolabe-wire --lib
