#!/usr/bin/env bash
# What takes too long for `make test`, in stages, each with its time; the first stage that fails ends the run.
#   scripts/soak.sh                    everything
#   scripts/soak.sh power              only this stage
# About 25 minutes on two cores. SOAK=10 does ten times as much of everything.
set -euo pipefail

cd "$(dirname "$0")/.."
cache="${XDG_CACHE_HOME:-$HOME/.cache}/astrolabe"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"
times_as_much="${SOAK:-1}"

# Tests by name, in one process each and without the time limit of cargo-nextest.
run_test() { cargo test --locked -p "$1" --test it -- --exact "$2" --nocapture; }

# A server that is killed in the middle of concurrent writes, on one data folder. About 7 minutes.
stage_kills() {
  ASTROLABE_KILL_ROUNDS=$((300 * times_as_much)) \
    run_test astrolabe-server durability::acknowledged_writes_survive_sigkill
}

# Chains of simulated power cuts below the store. About 15 minutes.
stage_power() {
  ASTROLABE_POWER_CUT_SEEDS=$((20000 * times_as_much)) \
    run_test astrolabe-store sqlite::power::acknowledged_writes_survive_power_cuts
}

times=""
for stage in "${@:-kills power}"; do
  for name in $stage; do
    printf '\n== %s\n' "$name"
    started=$SECONDS
    "stage_$name"
    times+="$(printf '%5ds  %s' "$((SECONDS - started))" "$name")"$'\n'
  done
done
printf '\n%sThe soak took %d s.\n' "$times" "$SECONDS"
