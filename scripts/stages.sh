# For scripts that work in stages: runs the functions stage_NAME of those that are named, in order, and tells the time of
# each. The first stage that fails ends the run. To be sourced.
#   run_stages "What took all that time" NAME…
run_stages() {
  local what="$1" name started times=""
  shift
  for name in "$@"; do
    printf '\n== %s\n' "$name"
    started=$SECONDS
    "stage_$name"
    times+="$(printf '%5ds  %s' "$((SECONDS - started))" "$name")"$'\n'
  done
  printf '\n%s%s in %d s.\n' "$times" "$what" "$SECONDS"
}
