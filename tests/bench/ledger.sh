#!/bin/bash
# What a ledger costs: the table of a first load, of nights on a large ledger and of questions to it.
# Programs are measured in turn on copies of the same state; medians of the rounds.
#
#   LEDGER_LINES   lines the ledger holds before the nights (20000000), built once under build/bench
#   LEDGER_NIGHT   lines of a night (100000)
#   LEDGER_FIRST   lines of the first load (5000000, at most LEDGER_LINES)
#   LEDGER_ROUNDS  rounds (3)
#   AGAINST        another claimgate, measured beside this one (none)
set -eu
claimgate=${CLAIMGATE:-build/claimgate}
lines=${LEDGER_LINES:-20000000}
night=${LEDGER_NIGHT:-100000}
first=${LEDGER_FIRST:-5000000}
rounds=${LEDGER_ROUNDS:-3}
[ "$first" -le "$lines" ] || first=$lines
work=${BUILD:-build}/bench/ledger-$lines-$night
programs="$claimgate ${AGAINST:-}"
mkdir -p "$work"

load=$((lines / 40)) # lines of a file, each a run of its own; the last is where the night is taken from
[ "$load" -ge "$night" ] || load=$night
files=$((lines / load + 1))
if [ ! -f "$work/tonight.csv.gz" ]; then
    "${BUILD:-build}/generate" --lines $((files * load)) --members $((lines / 60)) --files $files --out "$work/in" --quiet
    gzip -dc "$work/in/claims-$files.csv.gz" 2>"$work/pipe" | head -n $((night + 1)) | gzip -1 >"$work/tonight.csv.gz"
    rm "$work/in/claims-$files.csv.gz"
fi
inputs=$(ls "$work"/in/claims-*.csv.gz)
tonight=$work/tonight.csv.gz
options="--roster $work/in/roster --policy ms --as-of 2026-06-30 --quiet"

name_of() { # PROGRAM: a short name for its files
    echo "$1" | tr -c 'a-zA-Z0-9\n' _
}
build() { # PROGRAM
    at=$work/$(name_of "$1")
    [ ! -f "$at/whole" ] || return 0
    rm -rf "$at"
    mkdir "$at"
    for one in $inputs; do
        "$1" validate "$one" $options --ledger "$at/ledger.db" --out "$at/out"
        rm -rf "$at/out"
    done
    touch "$at/whole"
}
results=$work/results
: >"$results"
measure() { # PROGRAM ROW COMMAND...: wall, CPU, megabytes written, megabytes of memory
    program=$1 row=$2
    shift 2
    code=0
    /usr/bin/time -o "$work/time" -f '%e %U %S %O %M' "$@" >/dev/null || code=$?
    tail -n 1 "$work/time" | awk -v p="$program" -v r="$row" -v c="$code" \
        '{ printf "%s\t%s\t%.3f\t%.3f\t%.1f\t%.1f\t%d\n", r, p, $1, $2 + $3, $4 / 2048, $5 / 1024, c }' >>"$results"
    rm -rf "$work/out"
}
fresh() { # PROGRAM: a copy of its ledger, warm
    cp "$work/$(name_of "$1")/ledger.db" "$work/copy.db"
    sync
}

for program in $programs; do
    build "$program"
done
round=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    for program in $programs; do
        some=$(echo "$inputs" | head -n $((first / load)))
        rm -f "$work"/copy.db* "$work"/empty.db*
        measure "$program" "1 first load, no ledger" "$program" validate $some $options --out "$work/out"
        measure "$program" "2 first load" "$program" validate $some $options --out "$work/out" --ledger "$work/copy.db"
        echo "3 bytes a line	$program	$(($(stat -c %s "$work/copy.db") / first))" >>"$results"
        measure "$program" "4 night, empty ledger" "$program" validate "$tonight" $options --out "$work/out" --ledger "$work/empty.db"
        rm -f "$work"/copy.db* "$work"/empty.db*
        fresh "$program"
        measure "$program" "5 night" "$program" validate "$tonight" $options --out "$work/out" --ledger "$work/copy.db"
    done
done
for program in $programs; do
    ledger=$work/$(name_of "$program")/ledger.db
    member=$(sqlite3 -readonly "$ledger" "SELECT member_id FROM member WHERE member_no = 1000")
    npi=$(sed -n '2s/,.*//p' "$work/in/roster/credentials.csv")
    claim=$(sqlite3 -readonly "$ledger" "SELECT claim_id FROM line LIMIT 1 OFFSET 1000")
    for round in 1 2 3 4 5; do
        measure "$program" "6 usage" "$program" usage "$member" --ledger "$ledger"
        measure "$program" "7 explain" "$program" explain "$claim" --ledger "$ledger"
        measure "$program" "8 check" "$program" check --member "$member" --date 2024-06-03 --units 2 \
            --rendering-npi $npi --roster "$work/in/roster" --policy ms --ledger "$ledger"
    done
    measure "$program" "9 reconsider" "$program" reconsider --ledger "$ledger"
    measure "$program" "9 verify" "$program" ledger verify --ledger "$ledger"
done

awk -F'\t' -v lines="$lines" '
    function median(key, column,    n, i, j, list, swap) {
        n = count[key]
        for (i = 1; i <= n; i++) list[i] = value[key, i, column] + 0
        for (i = 1; i < n; i++) for (j = i + 1; j <= n; j++) if (list[j] < list[i]) { swap = list[i]; list[i] = list[j]; list[j] = swap }
        return list[int((n + 1) / 2)]
    }
    {
        key = $1 "\t" $2
        if (!(key in count)) order[++keys] = key
        count[key]++
        for (i = 3; i <= NF; i++) value[key, count[key], i] = $i
    }
    END {
        printf "%d lines\n%-24s %-28s %9s %9s %9s %9s %s\n", lines, "row", "program", "wall s", "CPU s", "MB out", "MB mem", "exit"
        for (k = 1; k <= keys; k++) {
            split(order[k], at, "\t")
            if (at[1] ~ /bytes a line/) { printf "%-24s %-28s %9d\n", substr(at[1], 3), at[2], median(order[k], 3); continue }
            printf "%-24s %-28s %9.3f %9.3f %9.1f %9.1f %d\n", substr(at[1], 3), at[2], median(order[k], 3), median(order[k], 4), median(order[k], 5), median(order[k], 6), median(order[k], 7)
            wall[at[1], at[2]] = median(order[k], 3); cpu[at[1], at[2]] = median(order[k], 4); programs[at[2]] = 1
        }
        for (p in programs) {
            printf "%s: a night is %.2f times that on an empty ledger by wall, %.2f by CPU; a first load costs %.1f s beyond the run\n", p,
                wall["5 night", p] / wall["4 night, empty ledger", p], cpu["5 night", p] / cpu["4 night, empty ledger", p],
                wall["2 first load", p] - wall["1 first load, no ledger", p]
        }
    }' "$results"
