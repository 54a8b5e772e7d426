#!/bin/sh
# Races: the belt alone under load, then the whole program on a generated file, which must write
# the same bytes on any number of threads. Run by `make tsan` on a build with ThreadSanitizer, where
# a race ends the program with exit code 66.
set -eu
claimgate=${CLAIMGATE:-build/tsan/claimgate}
build=$(dirname "$claimgate")
work=$build/stress
export TSAN_OPTIONS="halt_on_error=1 exitcode=66 ${TSAN_OPTIONS:-}"
# Its shadow memory has fixed places that a randomised address space may take.
fixed=""
setarch -R true 2>/dev/null && fixed="setarch -R"

$fixed "$build/tests/stress/belt_stress"

rm -rf "$work"
mkdir -p "$work"
$fixed "$(dirname "$claimgate")/generate" --out "$work/input" --lines 60000 --quoted 5 --out-of-scope 20 \
    --policy-shape ms-full --quiet
roster=$work/input/roster

same_on_all_threads() { # name, file...
    name=$1
    shift
    for threads in 0 1 2 7; do
        $fixed "$claimgate" validate "$@" --roster "$roster" --policy ms-full --as-of 2024-12-31 \
            --out "$work/$name-$threads" --threads "$threads" --quiet
        cmp "$work/$name-0/accepted.csv.gz" "$work/$name-$threads/accepted.csv.gz"
        cmp "$work/$name-0/rejected.csv.gz" "$work/$name-$threads/rejected.csv.gz"
        printf '%s: %s threads, the same bytes\n' "$name" "$threads"
    done
}
gzip -dc "$work/input/claims.csv.gz" | gzip -1 >"$work/stream.csv.gz"
same_on_all_threads stream "$work/stream.csv.gz"
# Accepted lines come as blocks, which are unpacked in parallel; two inputs make one stream.
same_on_all_threads blocks "$work/stream-0/accepted.csv.gz" "$work/stream-0/accepted.csv.gz"

# Rows go to a ledger on a belt of their own.
for threads in 0 2; do
    $fixed "$claimgate" validate "$work/stream.csv.gz" --roster "$roster" --policy ms-full \
        --as-of 2024-12-31 --out "$work/night-$threads" --threads "$threads" --quiet \
        --ledger "$work/ledger-$threads.db"
    cmp "$work/stream-0/accepted.csv.gz" "$work/night-$threads/accepted.csv.gz"
    $fixed "$claimgate" ledger verify --ledger "$work/ledger-$threads.db" >"$work/verified"
    printf 'ledger: %s threads, sound\n' "$threads"
done
# A signal may come to any thread, and all look whether one came.
for moment in 0.5 1 2; do
    code=0
    timeout --preserve-status -s TERM "$moment" $fixed "$claimgate" validate "$work/stream.csv.gz" \
        --roster "$roster" --policy ms-full --as-of 2024-12-31 --out "$work/cut-$moment" --threads 2 \
        --quiet --ledger "$work/cut.db" || code=$?
    printf 'stopped after %s s: %s\n' "$moment" "$code"
    [ "$code" -eq 0 ] || [ "$code" -eq 143 ]
done
rm -rf "$work"
