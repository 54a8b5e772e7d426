#!/usr/bin/env bash
# Nights in parts on a ledger set against the same nights of validate on one ledger: outputs, reports
# with what the guard says, and every line that the ledgers keep.
#
#     tests/parts/nights.sh PROGRAM FOLDER PARTS TASKS "OPTION..." "FILE..."...
set -u
program=$1 work=$2 parts=$3 tasks=$4 options=$5
shift 5
rm -rf "$work"
mkdir -p "$work"
# shellcheck source=tests/parts/steps.sh
. "$(dirname "$0")/steps.sh"
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
    steps "$run" "$@" $options --ledgers "$work/set" || return
    "$program" part merge --run "$run" --out "$out" --one-file --html --quiet
}

"$program" ledger create "$work/set" --parts "$parts" >"$work/e" || complain "no set"
night=0
for files in "$@"; do
    night=$((night + 1))
    # shellcheck disable=SC2086
    "$program" validate $files $options --out "$work/one$night" --ledger "$work/ledger" --html --quiet \
        2>"$work/one$night.err" || complain "night $night fails on one ledger: $(cat "$work/one$night.err")"
    # shellcheck disable=SC2086
    in_parts $night $files 2>"$work/parts$night.err" || complain "night $night: $(cat "$work/parts$night.err")"
    diff <(grep warning "$work/one$night.err" | sort -u) <(grep warning "$work/parts$night.err" | sort -u) ||
        complain "night $night: other warnings"
    if [ -d "$work/one$night" ]; then
        compare_folders "$work/one$night" "$work/parts$night"
    elif [ -d "$work/parts$night" ]; then
        complain "night $night was published, though all of it is known"
    fi
done
cmp <(lines "$work/ledger") <(lines "$work/set") || complain "the ledgers keep other lines"
"$program" ledger verify --ledger "$work/set" >"$work/verify" || complain "$(cat "$work/verify")"
exit $bad
