#!/usr/bin/env bash
# Runs a command with ASTROLABE_TEST_POSTGRES_URL: as it is set, or that of a server that answers on the standard port
# without a password, or that of a private cluster in a temporary folder that goes with the command.
#   scripts/with-postgres.sh cargo nextest run -p astrolabe-store
set -euo pipefail

standard="postgres://postgres@127.0.0.1:5432/postgres"

answers() { command -v psql >/dev/null && PGCONNECT_TIMEOUT=3 psql --no-password --quiet --command 'SELECT 1' "$1" >/dev/null 2>&1; }

# Debian keeps the programs of a server out of the PATH.
programs() {
  command -v initdb >/dev/null && { dirname "$(command -v initdb)"; return; }
  find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1
}

install() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "PostgreSQL is missing: install it, or set ASTROLABE_TEST_POSTGRES_URL" >&2
    exit 1
  fi
  # The package would start a cluster of its own.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
}

free_port() {
  node -e 'const s=require("net").createServer();s.listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

if [ -z "${ASTROLABE_TEST_POSTGRES_URL:-}" ] && ! answers "$standard"; then
  [ -n "$(programs)" ] || install
  bin="$(programs)"
  folder="$(mktemp -d)"
  as=()
  if [ "$(id -u)" = 0 ]; then
    # The server refuses to run as root.
    chown postgres "$folder"
    as=(runuser -u postgres --)
  fi
  stop() {
    "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
  }
  trap stop EXIT
  port="$(free_port)"
  (
    cd "$folder"
    "${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 --no-locale >/dev/null
    "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w start \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c fsync=off" >/dev/null
  )
  ASTROLABE_TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
fi
export ASTROLABE_TEST_POSTGRES_URL="${ASTROLABE_TEST_POSTGRES_URL:-$standard}"
"$@"
