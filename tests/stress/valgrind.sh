#!/bin/sh
# The main jobs under valgrind, one after another; what it finds ends them with its code.
# valgrind does not know Landlock and asks for calls that the sandbox refuses: it is off here.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
watch="valgrind --quiet --vgdb=no --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite"
claims="fixtures/quickstart/claims.csv --roster fixtures/quickstart/roster --as-of 2025-06-30 --no-sandbox"
for threads in 0 2; do
    $watch "$CLAIMGATE" validate $claims --quiet --threads $threads --out "$dir/o$threads"
done
$watch "$CLAIMGATE" validate $claims --quiet --out "$dir/night" --ledger "$dir/l"
$watch "$CLAIMGATE" ledger verify --ledger "$dir/l" >/dev/null
$watch "$CLAIMGATE" usage M-02 --ledger "$dir/l" >/dev/null
$watch "$CLAIMGATE" explain CLM-1001 --ledger "$dir/l" >/dev/null
$watch "$CLAIMGATE" ledger export --snapshot "$dir/s" --ledger "$dir/l"
$watch "$CLAIMGATE" policy check ms-full >/dev/null
echo 'valgrind: eight jobs, no error and no block lost'
