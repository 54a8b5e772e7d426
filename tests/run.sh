#!/bin/sh
# TEST_JOBS: tests at once (2); under AddressSanitizer 1, for the runner itself leaks with more.
# Runs each test program given, says which ones failed, and closes with one line of totals.
# Criterion gives each test a process of its own, so one that crashes cannot hide the others.
set -u
unset CLAIMGATE_LEDGER CLAIMGATE_ROSTER CLAIMGATE_POLICY # what they stand for is given in each test
passed=0
failed=0
broken=""
for program in "$@"; do
    out=$("$program" "-j${TEST_JOBS:-2}" 2>&1)
    code=$?
    line=$(printf '%s\n' "$out" | grep 'Synthesis: Tested:' | tail -n 1 | tr -d '\033' | sed 's/\[[0-9;]*m//g')
    tested=$(printf '%s' "$line" | sed -n 's/.*Tested: *\([0-9]*\).*/\1/p')
    good=$(printf '%s' "$line" | sed -n 's/.*Passing: *\([0-9]*\).*/\1/p')
    bad=$((${tested:-0} - ${good:-0}))
    passed=$((passed + ${good:-0}))
    if [ "$code" -ne 0 ] || [ "$bad" -ne 0 ] || [ "${tested:-0}" -eq 0 ]; then
        [ "$bad" -eq 0 ] && bad=1 # a program that ran no test, or did not end well, counts as one failure
        failed=$((failed + bad))
        broken="$broken $program"
        printf '%s\n' "$out"
    fi
    printf '%-40s %s of %s\n' "$(basename "$program")" "${good:-0}" "${tested:-0}"
done
[ -n "$broken" ] && printf 'failed in:%s\n' "$broken"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
