#!/usr/bin/env bash
# Installs and builds an Astro site when its sources changed since the last build, so that tests and the demo may ask for
# a build each time and mostly get it for nothing.
#   scripts/build-site.sh examples/todo
set -euo pipefail

dir="${1:?usage: build-site.sh DIR}"
here="$(cd "$(dirname "$0")" && pwd)"
"$here/npm-ci.sh" "$dir"
PATH="$("$here/node.sh"):$PATH"
export PATH ASTRO_TELEMETRY_DISABLED=1
cd "$dir"

sources() {
  find src public astro.config.mjs package.json package-lock.json tsconfig.json -type f | LC_ALL=C sort | xargs cksum
  echo "SITE_URL=${SITE_URL:-}"
}
stamp=dist/.built-from
if [[ -f "$stamp" && "$(cat "$stamp")" == "$(sources)" ]]; then
  exit
fi
echo "astro build in $dir" >&2
npm run --silent build >&2
sources >"$stamp"
