#!/bin/sh
# TEST_JOBS: test programs at once (2).
# Runs each test program given, says which ones failed, and closes with one line of totals.
# Criterion gives each test a process of its own, so one that crashes cannot hide the others.
# A program runs its tests one after another: two programs side by side keep two cores busy, where
# one program with two tests at once waits for its longest.
set -u
unset CLAIMGATE_LEDGER CLAIMGATE_ROSTER CLAIMGATE_POLICY # what they stand for is given in each test

# One program: what it said where it failed, then its line, all at once; "good bad program" in $2.
if [ "${1:-}" = --one ]; then
    out=$("$3" -j1 2>&1)
    code=$?
    line=$(printf '%s\n' "$out" | grep 'Synthesis: Tested:' | tail -n 1 | tr -d '\033' | sed 's/\[[0-9;]*m//g')
    tested=$(printf '%s' "$line" | sed -n 's/.*Tested: *\([0-9]*\).*/\1/p')
    good=$(printf '%s' "$line" | sed -n 's/.*Passing: *\([0-9]*\).*/\1/p')
    bad=$((${tested:-0} - ${good:-0}))
    # A program that ran no test, or did not end well, counts as one failure.
    if [ "$bad" -eq 0 ] && { [ "$code" -ne 0 ] || [ "${tested:-0}" -eq 0 ]; }; then
        bad=1
    fi
    printf '%s %s %s\n' "${good:-0}" "$bad" "$3" >>"$2"
    [ "$bad" -eq 0 ] && out= || out="$out
"
    printf '%s%-40s %s of %s\n' "$out" "$(basename "$3")" "${good:-0}" "${tested:-0}"
    exit 0
fi

results=$(mktemp)
trap 'rm -f "$results"' EXIT
printf '%s\n' "$@" | xargs -P "${TEST_JOBS:-2}" -n 1 sh "$0" --one "$results"
awk -v programs=$# '
    { passed += $1; failed += $2; ran++; broken = broken ($2 > 0 ? " " $3 : "") }
    END {
        if (broken != "") print "failed in:" broken
        if (ran != programs) print "not every program was run: " ran + 0 " of " programs
        printf "%d passed, %d failed\n", passed, failed
        exit failed > 0 || passed == 0 || ran != programs
    }' "$results"
