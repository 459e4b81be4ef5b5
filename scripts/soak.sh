#!/usr/bin/env bash
# What takes too long for `make test`, in stages, each with its time; the first stage that fails ends the run.
#   scripts/soak.sh                    everything
#   scripts/soak.sh power worlds       only these stages
# Three to four hours on two cores, most of it in `worlds` and `growth`; each stage says where its time comes from. SOAK=10
# does ten times as much of everything. How much a stage does can be chosen: KILLS, POWER_CUTS, WORLDS and POSTGRES_WORLDS
# (with FIRST_SEED) and ROWS. RELEASE names a folder of release binaries to use; otherwise they are built.
set -euo pipefail

cd "$(dirname "$0")/.."
. scripts/stages.sh
cache="${XDG_CACHE_HOME:-$HOME/.cache}/astrolabe"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"
times_as_much="${SOAK:-1}"

# A test by name, in a process of its own and without the time limit of cargo-nextest. Cargo is content with a name that
# no test has; we are not.
run_test() {
  cargo test --locked -p "$1" --test it -- --exact "$2" --nocapture | tee /dev/stderr | grep '^test result: ok. 1 passed' >/dev/null
}

# A server that is killed in the middle of concurrent writes, on one data folder. About 5 minutes: 0.8 s for each kill.
stage_kills() {
  ASTROLABE_KILL_ROUNDS="${KILLS:-$((300 * times_as_much))}" \
    run_test astrolabe-server durability::acknowledged_writes_survive_sigkill
}

# Chains of simulated power cuts below the store. About 20 minutes: 50 ms for each chain.
stage_power() {
  ASTROLABE_POWER_CUT_SEEDS="${POWER_CUTS:-$((20000 * times_as_much))}" \
    run_test astrolabe-store sqlite::power::acknowledged_writes_survive_power_cuts
}

# Random worlds of permissions against their oracle (conformance/permissions), in two processes with seeds of their own.
# A world takes 72 ms of CPU, so an hour on two free cores; beside other work 12 a second were measured, two hours and more.
stage_worlds() {
  local worlds=$((${WORLDS:-$((100000 * times_as_much))} / 2)) first="${FIRST_SEED:-1}" failed=0
  [[ -n "${RELEASE:-}" ]] || cargo build --locked --release -p astrolabe-server
  ASTROLABE_BIN="${RELEASE:-$CARGO_TARGET_DIR/release}/astrolabe" PATH="$(scripts/node.sh):$PATH"
  export ASTROLABE_BIN PATH
  run_worlds "$worlds" "$first" &
  local other=$!
  run_worlds "$worlds" $((first + worlds)) || failed=1
  wait "$other" || failed=1
  return "$failed"
}

# The same on PostgreSQL, of which a private one runs meanwhile where none is named or answers.
stage_postgres_worlds() {
  WORLDS="${POSTGRES_WORLDS:-$((20000 * times_as_much))}" ASTROLABE_TEST_DATABASE=postgres \
    scripts/with-postgres.sh scripts/soak.sh worlds
}

run_worlds() { WORLDS="$1" FIRST_SEED="$2" node --test --test-reporter=spec conformance/permissions/test/*.test.mjs; }

# What a get and a create cost in a large class beside a small one (bench/growth.mjs), with its limits. Nearly all of it is
# loading, which slows down as the class grows: a million objects took 4 minutes beside other work, so about an hour. Needs
# several gigabytes in BENCH_WORK.
stage_growth() { make bench-growth ROWS="${ROWS:-$((10000000 * times_as_much))}"; }

all=(kills power worlds postgres_worlds growth)
run_stages "The soak is done" "${@:-${all[@]}}"
