#!/usr/bin/env bash
# Installs what the npm packages need and builds them, unless nothing changed since.
#   scripts/build-packages.sh
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
(cd "$here/.." && scripts/npm-ci.sh packages)
PATH="$("$here/node.sh"):$PATH"
export PATH
cd "$here/../packages"

sources() {
  find . -name node_modules -prune -o -name dist -prune -o -path '*/src/*' -type f -print -o -name '*.json' -type f -print \
    | LC_ALL=C sort | xargs cksum
}
stamp=node_modules/.built-from
if [[ -f "$stamp" && "$(cat "$stamp")" == "$(sources)" ]]; then
  exit
fi
echo "npm run build in packages" >&2
rm -f "$stamp"
rm -rf ./*/dist
npm run --silent build >&2
sources >"$stamp"
