#!/usr/bin/env bash
# Fuzzing: requests by grammar against a whole server, then libFuzzer, guided by coverage, on each target of fuzz/.
#   scripts/fuzz.sh                    every target for FUZZ_SECONDS (60) each
#   scripts/fuzz.sh where field        only these
# What libFuzzer learns is kept in the cache folder and serves the next run. An input that fails is written to
# fuzz/artifacts/<target>; give that file to the program named in the output to see it again.
#
# The targets are built with the pinned toolchain: RUSTC_BOOTSTRAP lets it accept the flags that count coverage, which
# cargo-fuzz would want a nightly toolchain for. libFuzzer itself comes with a crate and needs a C++ compiler.
set -euo pipefail

cd "$(dirname "$0")/.."
cache="${XDG_CACHE_HOME:-$HOME/.cache}/astrolabe"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"
seconds="${FUZZ_SECONDS:-60}"
cases="${ASTROLABE_FUZZ_CASES:-20000}"
triple="$(rustc -vV | sed -n 's/^host: //p')"

# The tests of `make test`, with many more cases. Not through nextest, which ends tests that take this long.
fuzz_grammar() {
  echo "== grammar: $cases requests of each kind"
  ASTROLABE_FUZZ_CASES="$cases" cargo test --locked -p astrolabe-server --test it fuzz::
  echo "== grammar: the parsers"
  PROPTEST_CASES="$cases" cargo test --locked -p astrolabe-core -p astrolabe-wire --lib
}

build_targets() {
  RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing" \
    cargo build --locked --manifest-path fuzz/Cargo.toml --target "$triple" --target-dir "$CARGO_TARGET_DIR/fuzz"
}

fuzz_target() {
  local corpus="$cache/fuzz/$1" artifacts="fuzz/artifacts/$1/"
  mkdir -p "$corpus" "$artifacts"
  echo "== $1: $seconds s"
  "$CARGO_TARGET_DIR/fuzz/$triple/debug/$1" "$corpus" -dict=fuzz/protocol.dict -max_total_time="$seconds" \
    -artifact_prefix="$artifacts" -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 2>&1 |
    grep -E '^(stat::|==|SUMMARY|thread|Test unit|panicked|artifact)|DONE|panicked|assert' || true
  return "${PIPESTATUS[0]}"
}

if [ $# -eq 0 ]; then
  fuzz_grammar
  set -- where field schema request
fi
build_targets
for target in "$@"; do
  fuzz_target "$target"
done
echo "Nothing was found."
