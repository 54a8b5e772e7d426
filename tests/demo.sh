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

printf 'One night of claims: %s lines, gzipped.\n' "$(($(wc -l <"$quick/claims.csv") - 1))"
show "$claimgate" validate "$work/claims.csv.gz" --roster "$quick/roster" --policy ms \
    --as-of 2025-06-30 --out "$work/out"

zcat "$work/out/accepted.csv.gz" >"$work/accepted.csv"
zcat "$work/out/rejected.csv.gz" | sed "s|^$work/claims.csv.gz|$quick/claims.csv|" >"$work/rejected.csv"

printf '\nAccepted, byte for byte as they came:\n'
sed -n 1,4p "$work/accepted.csv"
printf '\nRejected: where each line stood, and the sentence a person reads:\n'
sed 1d "$work/rejected.csv" | awk -F, '{
    sentence = $0
    if (!sub(/.*,"/, "", sentence) || !sub(/",[^,]*$/, "", sentence)) {
        sub(/,$/, "", sentence)
        sub(/.*,/, "", sentence)
    }
    gsub(/""/, "\"", sentence)
    printf "  line %-3s %s\n", $2, sentence
}' | head -n 8

cmp "$work/accepted.csv" "$quick/expected/accepted.csv"
cmp "$work/rejected.csv" "$quick/expected/rejected.csv"
printf '\nBoth files are what the fixture expects. They stand in %s/out.\n' "$work"

printf '\nThree nights on one ledger: what one night accepts, the next remembers.\n'
for night in 2025-02-04 2025-02-05 2025-02-06; do
    show "$claimgate" validate "fixtures/nights/$night.csv" --roster "$quick/roster" \
        --ledger "$work/claims.ledger" --as-of "$night" --out "$work/night-$night" --quiet
    zcat "$work/night-$night/rejected.csv.gz" | sed 1d | awk -F, '{print "  rejected: " $3 ", " $(NF - 1)}'
done
printf '\nA fourth night, in which lines of earlier ones come once more: what is out of the ordinary is said.\n'
show "$claimgate" validate fixtures/nights/2025-02-07.csv --roster "$quick/roster" \
    --ledger "$work/claims.ledger" --as-of 2025-02-07 --out "$work/night-2025-02-07" --quiet
show "$claimgate" usage M-08 --ledger "$work/claims.ledger" --date 2025-02-04
show "$claimgate" explain CLM-2003 --ledger "$work/claims.ledger"
show "$claimgate" reconsider --ledger "$work/claims.ledger"
show "$claimgate" audit fixtures/nights/2025-02-05.csv --ledger "$work/claims.ledger" --run 2 \
    --roster "$quick/roster" --out "$work/audit"
show "$claimgate" ledger verify --ledger "$work/claims.ledger"
