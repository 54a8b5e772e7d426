#!/bin/sh
# Pages with real figures: six nights on a ledger, with one remark of the guard, and what a browser
# makes of them. Pictures stay in build/pages.
set -eu
dir=$BUILD/pages
rm -rf "$dir"
mkdir -p "$dir"
"$BUILD/generate" --out "$dir/made" --lines 60000 --files 6 --seed 5 >/dev/null
for night in 1 2 3 4 5 6; do
    "$CLAIMGATE" validate "$dir/made/claims-0$night.csv.gz" --roster "$dir/made/roster" --ledger "$dir/ledger" \
        --out "$dir/night-$night" --as-of 2025-12-31 --quiet --html
done
cp "$dir/night-6/report.html" "$dir/report.html"
sed 's/"limit": 6/"limit": 4/' schemas/policies/ms.json >"$dir/other.json"
# Exit 1: something is decided otherwise.
"$CLAIMGATE" audit "$dir"/made/claims-0*.csv.gz --ledger "$dir/ledger" --all --roster "$dir/made/roster" \
    --policy "$dir/other.json" --out "$dir/audit" --quiet --html --show-phi || test $? -eq 1
cp "$dir/audit/audit.html" "$dir/audit.html"
node tests/pages/look.mjs "$dir" "$dir/report.html" "$dir/audit.html"
