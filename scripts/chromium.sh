#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests: CHROMIUM_PATH, else one in PATH, else (Debian, as root) it is
# installed with apt, together with fonts, because without any every screenshot is made of boxes.
set -euo pipefail

if [[ -n "${CHROMIUM_PATH:-}" ]]; then
  [[ -x "$CHROMIUM_PATH" ]] || { echo "CHROMIUM_PATH=$CHROMIUM_PATH is not a program." >&2; exit 1; }
  echo "$CHROMIUM_PATH"
  exit
fi

find_chromium() {
  local name
  for name in chromium chromium-browser google-chrome-stable google-chrome; do
    command -v "$name" && return
  done
  return 1
}

if find_chromium; then
  exit
fi
if ! command -v apt-get >/dev/null || [[ "$(id -u)" != 0 ]]; then
  echo "The browser tests need Chromium: install it (apt-get install chromium) or set CHROMIUM_PATH." >&2
  exit 1
fi
echo "Installing Chromium with apt" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >&2
apt-get install -y -qq --no-install-recommends chromium fonts-liberation fonts-noto-color-emoji >&2
find_chromium
