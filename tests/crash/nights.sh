#!/usr/bin/env bash
# Nights on ledger sets against the same nights on one ledger: outputs byte for byte, and every answer.
# After the nights the newest is withdrawn and taken in again, then an alias and a release come.
#
#     tests/crash/nights.sh PROGRAM NIGHTS PARTS...
set -u
program=$(realpath "$1")
nights=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0
complain() {
    bad=$((bad + 1))
    echo "BAD  $*"
}

"$(dirname "$program")/generate" --lines $((nights * 500)) --members $((nights * 30)) --seed 7 --files "$nights" --voids 3 \
    --replacements 3 --authorized 5 --months 6 --out in --quiet || exit 1

night() { # LEDGER FILE: into out-LEDGER/FILE
    "$program" validate "in/$2" --roster in/roster --as-of 2024-02-01 --ledger "$1" --out "out-$1/${2%%.*}" \
        --threads 2 --with-decisions --quiet || complain "$1: night of $2 fails"
}
story() { # LEDGER
    mkdir "out-$1"
    local file
    for file in $(cd in && ls claims*.csv.gz); do
        night "$1" "$file"
    done
    "$program" ledger withdraw "$nights" --ledger "$1" >/dev/null || complain "$1: withdraw fails"
    mv "out-$1/${file%%.*}" "out-$1/withdrawn"
    night "$1" "$file"
    "$program" ledger alias alias.csv --as-of 2024-02-01 --ledger "$1" >"$1.alias" || complain "$1: alias fails"
    "$program" ledger release release.csv --as-of 2024-02-01 --ledger "$1" >"$1.release" ||
        complain "$1: release fails"
}
strip() { # what may differ: times, hashes, the folder's name
    sed -E -e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]+Z/TIME/g' -e 's/[0-9a-f]{32,64}/HASH/g' -e "s/out-$1/OUT/g"
}
answers() { # LEDGER
    local question
    "$program" ledger runs --ledger "$1"
    "$program" ledger runs --json --ledger "$1"
    for question in $(seq $((nights + 4))); do
        # What report.json has of times changes its bytes.
        "$program" ledger show "$question" --ledger "$1" | grep -v -E '^ *[0-9,]+ bytes|report.json'
    done
    while IFS=, read -r member claim; do
        "$program" usage "$member" --date 2024-01-15 --plan 5/week --json --ledger "$1"
        "$program" explain "$claim" --json --ledger "$1"
        "$program" explain "$claim" --ledger "$1"
        "$program" check --member "$member" --date 2024-01-15 --units 3 --rendering-npi 1000000004 \
            --roster in/roster --as-of 2024-02-01 --ledger "$1" --json
    done <asked
    "$program" reconsider --json --ledger "$1"
    "$program" members --near 20 --date 2024-01-15 --limit 0 --csv --ledger "$1" | sort
    "$program" provider "$npi" --roster in/roster --ledger "$1" --date 2024-01-15
    "$program" ledger verify --ledger "$1"
    "$program" audit "in/$last" --ledger "$1" --run $((nights + 2)) --roster in/roster --out "audit-$1" --quiet ||
        complain "$1: audit fails"
    zcat "audit-$1"/*.csv.gz
    "$program" validate in/claims-01.csv.gz --roster in/roster --as-of 2024-02-01 --ledger "$1" --dry-run \
        --quiet 2>&1
}

"$program" validate in/claims*.csv.gz --roster in/roster --as-of 2024-02-01 --out all --with-decisions --quiet || exit 1
last=$(cd in && ls claims*.csv.gz | tail -1)
columns='NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }'
zcat all/decisions.csv.gz | awk -F, "$columns"' { print $at["member_id"] "," $at["claim_id"] }' |
    awk -F, '$1 != "" && $2 != ""' | awk 'NR % 97 == 1' | head -12 >asked
npi=$(tail -1 in/roster/credentials.csv | cut -d, -f1)
{ echo claim_id,payer_claim_id,member_id
    awk -F, '{ print $2 ",P-" NR "," (NR % 2 ? $1 : "") }' asked; } >alias.csv
{ echo claim_id,claim_line_number,member_id
    awk -F, '{ print $2 ",," (NR % 3 ? $1 : "") }' asked | head -6; } >release.csv

story one
answers one 2>one.notes | strip one >one.answers
grep -q "The ledger is sound" one.answers || complain "one: not sound"
for parts in "$@"; do
    set=set$parts
    "$program" ledger create "$set" --parts "$parts" >/dev/null || complain "$set: cannot be made"
    story "$set"
    for file in out-one/*/{accepted,rejected,decisions}.csv.gz; do
        cmp -s <(zcat "$file") <(zcat "${file/out-one/out-$set}") || complain "$set: ${file#out-one/} differs"
    done
    answers "$set" 2>"$set.notes" | strip "$set" >"$set.answers"
    diff one.answers "$set.answers" >difference || { complain "$set: answers differ"; head -20 difference; }
    diff <(cat one.alias one.release) <(cat "$set.alias" "$set.release") || complain "$set: lists differ"
    "$program" ledger export --ledger "$set" --snapshot "$set.copy" || complain "$set: no snapshot"
    "$program" ledger verify --ledger "$set.copy" >/dev/null || complain "$set: its snapshot is not sound"
done
echo "$nights nights, sets of $*: $(wc -l <one.answers) lines of answers, $bad bad"
[ "$bad" -eq 0 ]
