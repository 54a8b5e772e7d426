#!/usr/bin/env bash
# Nights in parts on a ledger set against the same nights of validate on one ledger: outputs, reports,
# and every line that the ledgers keep.
#
#     tests/parts/nights.sh PROGRAM FOLDER PARTS TASKS "OPTION..." "FILE..."...
set -u
program=$1 work=$2 parts=$3 tasks=$4 options=$5
shift 5
rm -rf "$work"
mkdir -p "$work"
bad=0
complain() {
    echo "parts $parts, tasks $tasks: $1"
    bad=1
}
report() { sed '/"timing": {/,$d; s|/parts\([0-9]*"\)|/one\1|' "$1"; }
lines() { # LEDGER: by input and line, without numbers that a part gives for itself
    "$program" ledger export --ledger "$1" --table line 2>"$work/e" | python3 -c '
import csv, sys
rows = [[v for k, v in r.items() if k not in ("part", "line_no", "member_no")] for r in csv.DictReader(sys.stdin)]
print(*sorted(map(",".join, rows)), sep="\n")'
}

in_parts() { # NIGHT FILE...
    local run=$work/RUN$1 out=$work/parts$1
    shift
    # shellcheck disable=SC2086
    "$program" part plan "$@" $options --run "$run" --tasks "$tasks" --ledgers "$work/set" --quiet || return
    for ((i = 0; i < tasks; i++)); do "$program" part ask --run "$run" --task $i || return; done
    for ((i = 0; i < parts; i++)); do "$program" part decide --run "$run" --part $i || return; done
    for ((i = 0; i < tasks; i++)); do "$program" part answer --run "$run" --task $i || return; done
    "$program" part merge --run "$run" --out "$out" --one-file --quiet
}

"$program" ledger create "$work/set" --parts "$parts" >"$work/e" || complain "no set"
night=0
for files in "$@"; do
    night=$((night + 1))
    # shellcheck disable=SC2086
    "$program" validate $files $options --out "$work/one$night" --ledger "$work/ledger" --quiet --guard off \
        2>"$work/one$night.err" || complain "night $night fails on one ledger: $(cat "$work/one$night.err")"
    # shellcheck disable=SC2086
    in_parts $night $files 2>"$work/parts$night.err" || complain "night $night: $(cat "$work/parts$night.err")"
    if [ ! -d "$work/one$night" ]; then
        [ ! -d "$work/parts$night" ] || complain "night $night was published, though all of it is known"
        continue
    fi
    for file in "$work/one$night"/*; do
        name=$(basename "$file")
        if [ "$name" = report.json ]; then
            diff <(report "$file") <(report "$work/parts$night/$name") || complain "night $night: another report"
        else
            cmp "$file" "$work/parts$night/$name" || complain "night $night: another $name"
        fi
    done
done
cmp <(lines "$work/ledger") <(lines "$work/set") || complain "the ledgers keep other lines"
"$program" ledger verify --ledger "$work/set" >"$work/verify" || complain "$(cat "$work/verify")"
exit $bad
