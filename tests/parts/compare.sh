#!/usr/bin/env bash
# A run in parts against the same run in one piece: every file and the report but for its timing, the
# summary, and what is warned of.
#
#     tests/parts/compare.sh PROGRAM FOLDER PARTS TASKS FILE... OPTION...
set -u
program=$1 work=$2 parts=$3 tasks=$4
shift 4
rm -rf "$work"
mkdir -p "$work"
# shellcheck source=tests/parts/steps.sh
. "$(dirname "$0")/steps.sh"

in_parts() {
    steps "$work/RUN" "$@" --parts "$parts" || return
    "$program" part merge --run "$work/RUN" --out "$work/pieces" --quiet || return
    "$program" part merge --run "$work/RUN" --out "$work/parts" --one-file --html >"$work/parts.txt"
}

"$program" validate "$@" --out "$work/one" --html >"$work/one.txt" 2>"$work/one.err"
expected=$?
in_parts "$@" 2>"$work/parts.err"
code=$?
[ $code -eq $expected ] || complain "exit $code, in one piece $expected: $(tail -n 1 "$work/parts.err")"
[ $expected -eq 0 ] && [ $code -eq 0 ] || exit $bad

compare_folders "$work/one" "$work/parts"
same_content() { # FILE FOLDER
    [ ! -f "$work/one/$1" ] || cmp <(zcat "$work/one/$1" | sha256sum) <(zcat "$work/pieces/$2/"*.gz | sha256sum) ||
        complain "other pieces of $1"
}
same_content accepted.csv.gz accepted
same_content accepted.x12.gz accepted
same_content rejected.csv.gz rejected
same_content decisions.csv.gz decisions
same_content rejected.x12.gz rejected_x12
same_content ack.277ca.x12.gz ack
diff <(summary "$work/one.txt") <(summary "$work/parts.txt") || complain "another summary"
diff <(grep warning "$work/one.err" | sort -u) <(grep warning "$work/parts.err" | sort -u) || complain "other warnings"
exit $bad
