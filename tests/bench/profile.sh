#!/bin/sh
# Where the time goes, by station: wall time of a run on two threads, then instructions a line,
# which are the same on every run and so show a gain that the clock cannot.
#
#   BENCH_LINES  lines for the clock (5000000)
#
# Valgrind knows neither the SHA instructions nor AVX-512: the hashes in read and write count some
# ten times their share of a real run, and the AVX2 variant of ISA-L is counted.
set -eu
here=$(dirname "$0")
claimgate=${CLAIMGATE:-build/claimgate}
work=${BUILD:-build}/bench
lines=${BENCH_LINES:-5000000}
counted=200000 # lines under valgrind
. "$here/inputs.sh"

validate() { # input, option...
    folder=$work/$1
    shift
    rm -rf "$work/out"
    "$@" "$claimgate" validate "$folder/claims.csv.gz" --roster "$folder/roster" --out "$work/out" --quiet $options
}

mkdir -p "$work"
generated "lines-$lines" "$lines"
options="--threads 2 --trace $work/trace.json"
validate "lines-$lines"
printf '\n%s lines, two threads. Busy: at work. Queued: batches stood before it, ready or waiting for their turn.\n' "$lines"
awk -v lines="$lines" -f "$here/stations.awk" "$work/out/report.json"
printf 'Each batch at each station: %s, to be opened in ui.perfetto.dev.\n' "$work/trace.json"

if ! command -v valgrind >/dev/null; then
    echo "valgrind is not installed: make deps-bench, or apt-get install valgrind"
    exit
fi
generated "lines-$counted" "$counted"
options="--threads 0 --as-of 2026-01-01"
validate "lines-$counted" valgrind --quiet --tool=callgrind --callgrind-out-file="$work/callgrind.out"
callgrind_annotate --auto=no --threshold=100 --inclusive=yes "$work/callgrind.out" >"$work/inclusive"
callgrind_annotate --auto=no --threshold=100 "$work/callgrind.out" >"$work/exclusive"
printf '\nInstructions a line of %s, everything on one thread.\n' "$counted"
awk -v lines="$counted" -v what=stations -f "$here/instructions.awk" "$work/inclusive"
printf '\nFunctions by their own instructions, what they call left out.\n'
awk -v lines="$counted" -v what=functions -f "$here/instructions.awk" "$work/exclusive" | sort -rn | head -n 50
