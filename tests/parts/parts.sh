#!/usr/bin/env bash
# Runs in parts against one run, over layouts, policies, inputs that hold little or nothing, parts and
# tasks; and two and thirty nights on ledger sets against one ledger.
#
#     tests/parts/parts.sh PROGRAM GENERATE [NAME...]      comparisons of these inputs alone
set -u
program=$(realpath "$1")
generate=$(realpath "$2")
wanted=" ${*:3} "
here=$(realpath "$(dirname "$0")")
policies=$here/../../schemas/policies
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0
tried=0
is_wanted() { [ "$wanted" = "  " ] || [[ $wanted == *" $1 "* ]]; }
feed() { # NAME LINES MEMBERS OPTION...
    local name=$1 lines=$2 members=$3
    shift 3
    ! is_wanted "$name" || "$generate" --out "$name" --quiet --lines "$lines" --members "$members" "$@" || exit 1
}
judge() { # NAME COMMAND...
    tried=$((tried + 1))
    "${@:2}" || { bad=$((bad + 1)); echo "BAD  $1"; }
}
compare() { # NAME OPTION...
    local name=$1
    shift
    is_wanted "$name" || return
    for parts in 1 3 8; do
        for tasks in 1 3 8; do
            judge "$name $*" "$here/compare.sh" "$program" w $parts $tasks "$name"/claims* --roster "$name/roster" --as-of 2025-06-30 "$@"
        done
    done
}
has() { # NAME WHAT OPTION...: the inputs do meet what they are made for
    ! is_wanted "$1" || "$program" validate "$1"/claims* --roster "$1/roster" --as-of 2025-06-30 --dry-run --json "${@:3}" |
        grep -q "$2" || { bad=$((bad + 1)); echo "BAD  $1 has no $2"; }
}
inputs() { # NAME: a folder of inputs made by hand, its roster a generated one
    mkdir "$1"
    cp -r plain/roster "$1/"
    header=$(zcat plain/claims-01.csv.gz | head -n 1)
}

feed plain 20000 300 --files 4 --voids 2 --replacements 2 --seed 3 --out-of-scope 60 --errors 1
compare plain --with-decisions
compare plain --policy mi
feed quoted 20000 300 --files 3 --quoted 30 --voids 2 --replacements 2 --seed 4
compare quoted --with-decisions
compare quoted --multiline
feed cclf 20000 300 --layout cclf5-feed --files 3 --voids 2 --replacements 2 --seed 5
compare cclf --layout cclf5
feed taf 20000 300 --layout taf-ot-feed --files 3 --voids 2 --replacements 2 --seed 7
compare taf --layout taf-ot
feed x12 20000 300 --layout x12-837p --files 3 --seed 8 --dependents 20 --errors 1 --out-of-scope 30
compare x12 --dependents joined --ack --with-decisions
compare x12 --lines --with-decisions

# Rows that are claims of several lines, accepted or rejected whole; and files without a header.
feed rows 8000 100 --files 3 --seed 14 --voids 2 --replacements 2 --plain
if is_wanted rows; then
    sed 's/"count": 13/"count": 2/' "$here/../../fixtures/layouts/claim-rows.json" >rows.json
    cp -r rows numbers
    for file in rows/claims*; do
        tail -n +2 "$file" >"numbers/${file##*/}"
        awk -F, -v OFS=, '{ gsub(/-/, "", $4); gsub(/-/, "", $17) }
            NR == 1 { print "clm_id,desynpuf_id,clm_freq_cd,orig_clm_id,clm_rcvd_dt,line_from_dt_1,hcpcs_cd_1,line_units_1,line_from_dt_2,hcpcs_cd_2,line_units_2,prf_physn_npi" }
            NR > 1 { print $1, $3, $15, $16, $17, $4, $8, $7, NR % 2 ? $4 : "", NR % 2 ? "H0038" : "", NR % 2 ? NR % 3 : "", $11 }' \
            "$file" >changed && mv changed "$file"
    done
    echo '{"name": "numbers", "title": "numbers", "delimiter": ",", "date_format": "YYYY-MM-DD", "header": false, "columns": 19, "fields": {
        "claim_id": {"column": 1}, "claim_line_number": {"column": 2}, "member_id": {"column": 3}, "claim_line_start_date": {"column": 4},
        "service_unit_quantity": {"column": 7}, "hcpcs_code": {"column": 8}, "rendering_npi": {"column": 11},
        "claim_frequency_code": {"column": 15}, "original_claim_id": {"column": 16}}}' >numbers.json
    wanted=${wanted/ rows / rows numbers }
fi
has rows '"claims": {' --layout rows.json
compare rows --layout rows.json --with-decisions
has numbers '"taken_back": [1-9]' --layout numbers.json
compare numbers --layout numbers.json --with-decisions

# Caps over months that roll, lines over several days, and what is over a cap cut off it.
feed spans 6000 60 --layout tuva --files 3 --voids 3 --replacements 3 --seed 15 --plain --errors 0
if is_wanted spans; then
    for file in spans/claims*; do # every fifth line ends up to four days later
        awk -F, -v OFS=, 'NR % 5 == 2 { split($10, d, "-"); if (d[3] < 25) $11 = d[1] "-" d[2] "-" sprintf("%02d", d[3] + NR % 4 + 1); $22 = $22 * 2 } 1' \
            "$file" >changed && mv changed "$file"
    done
    change() { sed "$2" "$policies/ms.json" >"$1"; }
    rolling='s/"period": "year"/"period": "rolling_months", "months": 3/; /"year_start"/d; s/"limit": 200/"limit": 24/'
    change rolling.json "$rolling"
    change split.json 's/"span": "reject"/"span": "split"/'
    change cutback.json 's/"over_cap": "reject"/"over_cap": "cutback"/'
    change all.json "$rolling; s/\"span\": \"reject\"/\"span\": \"split\"/; s/\"over_cap\": \"reject\"/\"over_cap\": \"cutback\"/"
fi
has spans '"yearly_cap"' --policy rolling.json
compare spans --policy rolling.json
has spans '"service_date_span"'
compare spans
has spans '"taken_back": [1-9]' --policy split.json
compare spans --policy split.json --with-decisions
has spans '"cutback": [1-9]' --policy cutback.json
compare spans --policy cutback.json --with-decisions
has spans '"cutback": [1-9]' --policy all.json
compare spans --policy all.json --with-decisions

feed one 3000 1 --files 2 --seed 9
compare one --with-decisions
feed crowd 1000000 1 --files 2 --seed 12 # an id that stands for nobody
! is_wanted crowd ||
    judge crowd "$here/compare.sh" "$program" w 3 2 crowd/claims* --roster crowd/roster --as-of 2025-06-30

# Inputs that hold no record in scope, or none at all, alone and among others.
if [ "$wanted" = "  " ] || [[ $wanted == *" malformed "* || $wanted == *" headers "* || $wanted == *" nothing "* ]]; then
    [ -d plain ] || "$generate" --out plain --quiet --lines 2000 --members 50 --files 4 --seed 3
    inputs malformed
    for i in 1 2 3; do
        { echo "$header"; for ((k = 0; k < 500; k++)); do echo "$i,\"$k,x"; done; printf '\0\n%070000d\n' 0; } >malformed/claims-$i.csv
    done
    inputs among
    cp plain/claims-01.csv.gz plain/claims-02.csv.gz among
    cp malformed/claims-1.csv among/claims-01b.csv
    cp malformed/claims-2.csv among/claims-00.csv
    inputs headers
    for i in 1 2 3 4; do echo "$header" >headers/claims-$i.csv; done
    inputs nothing
    for i in 1 2 3; do : >nothing/claims-$i.csv; done
    cp headers/claims-1.csv nothing/claims-2b.csv
    wanted=${wanted/ malformed / malformed among }
fi
compare malformed --with-decisions
compare among --with-decisions
compare headers --with-decisions
compare nothing --allow-empty

feed nights 6000 300 --files 30 --voids 2 --replacements 2 --seed 11
for parts in 1 4 16; do
    ! is_wanted nights || judge "nights on $parts" \
        "$here/nights.sh" "$program" w $parts 1 "--roster nights/roster --as-of 2025-06-30" nights/claims*
done
echo "parts: $tried comparisons, $bad bad"
[ "$bad" -eq 0 ]
