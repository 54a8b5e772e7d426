#!/bin/sh
# The main job on the fixtures, as a new user would run it.
set -eu
claimgate=${CLAIMGATE:-build/claimgate}
work=${BUILD:-build}/demo
quick=fixtures/quickstart

show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

rm -rf "$work"
mkdir -p "$work"
gzip -c "$quick/claims.csv" >"$work/claims.csv.gz"

printf 'One night of claims: %s service lines, gzipped.\n' "$(($(wc -l <"$quick/claims.csv") - 1))"
show "$claimgate" validate "$work/claims.csv.gz" --roster "$quick/roster" --policy ms \
    --as-of 2024-07-31 --out "$work/out"

printf '\nAccepted, byte for byte as they came (the first five lines):\n'
zcat "$work/out/accepted.csv.gz" | head -n 5
printf '\nRejected, each with its first reason and a sentence:\n'
show "$claimgate" policy list
zcat "$work/out/rejected.csv.gz" | awk 'NR > 1' | head -n 5

zcat "$work/out/accepted.csv.gz" | cmp - "$quick/expected/accepted.csv"
zcat "$work/out/rejected.csv.gz" | cmp - "$quick/expected/rejected.csv"
printf '\nBoth files are what the fixture expects. They stand in %s.\n' "$work/out"
