#!/usr/bin/env bash
# Runs in parts against one run, over layouts, parts and tasks; and two and thirty nights on ledger sets
# against one ledger.
#
#     tests/parts/parts.sh PROGRAM GENERATE
set -u
program=$(realpath "$1")
generate=$(realpath "$2")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0
tried=0
feed() { # NAME LINES MEMBERS OPTION...
    local name=$1 lines=$2 members=$3
    shift 3
    "$generate" --out "$name" --quiet --lines "$lines" --members "$members" "$@" || exit 1
}
compare() { # NAME OPTION...
    local name=$1
    shift
    for parts in 1 3 8; do
        for tasks in 1 3 8; do
            tried=$((tried + 1))
            "$here/compare.sh" "$program" w $parts $tasks "$name"/claims* --roster "$name/roster" --as-of 2025-06-30 "$@" ||
                { bad=$((bad + 1)); echo "BAD  $name"; }
        done
    done
}
feed plain 20000 300 --files 4 --voids 2 --replacements 2 --seed 3 --out-of-scope 60 --errors 1
compare plain --with-decisions
feed quoted 20000 300 --files 3 --quoted 30 --voids 2 --replacements 2 --seed 4
compare quoted --with-decisions
compare quoted --multiline
compare plain --policy mi
feed cclf 20000 300 --layout cclf5-feed --files 3 --voids 2 --replacements 2 --seed 5
compare cclf --layout cclf5
feed taf 20000 300 --layout taf-ot-feed --files 3 --voids 2 --replacements 2 --seed 7
compare taf --layout taf-ot
feed x12 20000 300 --layout x12-837p --files 3 --seed 8 --dependents 20 --errors 1 --out-of-scope 30
compare x12 --dependents joined --ack --with-decisions
compare x12 --lines --with-decisions
feed one 3000 1 --files 2 --seed 9
compare one --with-decisions
feed crowd 1000000 1 --files 2 --seed 12 # an id that stands for nobody
tried=$((tried + 1))
"$here/compare.sh" "$program" w 3 2 crowd/claims* --roster crowd/roster --as-of 2025-06-30 ||
    { bad=$((bad + 1)); echo "BAD  crowd"; }

feed nights 6000 300 --files 30 --voids 2 --replacements 2 --seed 11
for parts in 1 4 16; do
    tried=$((tried + 1))
    "$here/nights.sh" "$program" w $parts 1 "--roster nights/roster --as-of 2025-06-30" nights/claims* ||
        { bad=$((bad + 1)); echo "BAD  nights on $parts"; }
done
echo "parts: $tried comparisons, $bad bad"
[ "$bad" -eq 0 ]
