#!/usr/bin/env bash
# Everything that can be said about the code without running it. cargo-deny and typos are put into the user's cache
# when they are not installed.
set -euo pipefail

cd "$(dirname "$0")/.."
cache="${XDG_CACHE_HOME:-$HOME/.cache}/astrolabe"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"

tools="$cache/tools"

# The path of typos: from PATH, or a ready-made binary from PyPI.
typos_path() {
  command -v typos && return
  if [[ ! -x "$tools/bin/typos" ]]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check "typos==1.52.0" >&2
  fi
  echo "$tools/bin/typos"
}

# The path of cargo-deny: from PATH, or compiled once, which takes some minutes.
cargo_deny_path() {
  command -v cargo-deny && return
  if [[ ! -x "$tools/bin/cargo-deny" ]]; then
    CARGO_TARGET_DIR="$cache/tools-target" cargo install --quiet --locked --root "$tools" cargo-deny >&2
    rm -rf "$cache/tools-target"
  fi
  echo "$tools/bin/cargo-deny"
}

echo "== format" && cargo fmt --all --check
echo "== clippy" && cargo clippy --locked --workspace --all-targets -- -D warnings
echo "== docs" && RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps
# The advisory database is on the network at large, so `cargo deny check advisories` is for the maintainers.
echo "== licences" && "$(cargo_deny_path)" check bans licenses sources
echo "== typos" && "$(typos_path)"
