#!/usr/bin/env bash
# Makes DIR/node_modules match DIR/package-lock.json, and does nothing when it already does: `npm ci` always starts from
# nothing, which is too slow to run before every build and test.
#   scripts/npm-ci.sh examples/todo
# Install scripts stay off; nothing the project uses needs one.
set -euo pipefail

dir="${1:?usage: npm-ci.sh DIR}"
here="$(cd "$(dirname "$0")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/astrolabe"
mkdir -p "$cache"
PATH="$("$here/node.sh"):$PATH"
export PATH
cd "$dir"

wanted() { cat package.json package-lock.json | cksum; uname -sm; }
stamp=node_modules/.installed-from

# One install at a time: two `npm ci` in the same folder destroy each other's work.
if command -v flock >/dev/null; then
  exec 9>"$cache/npm-ci-$(pwd | cksum | cut -d' ' -f1).lock"
  flock 9
fi
if [[ -f "$stamp" && "$(cat "$stamp")" == "$(wanted)" ]]; then
  exit
fi
echo "npm ci in $dir" >&2
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --cache "$cache/npm" >&2
wanted >"$stamp"
