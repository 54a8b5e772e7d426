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
bad=0
complain() {
    echo "parts $parts, tasks $tasks: $1"
    bad=1
}
report() { sed '/"timing": {/,$d' "$1"; }
summary() { grep -v '^published\|seconds' "$1"; }

in_parts() {
    "$program" part plan "$@" --run "$work/RUN" --parts "$parts" --tasks "$tasks" || return
    for ((i = 0; i < tasks; i++)); do "$program" part ask --run "$work/RUN" --task $i || return; done
    for ((i = 0; i < parts; i++)); do "$program" part decide --run "$work/RUN" --part $i || return; done
    for ((i = 0; i < tasks; i++)); do "$program" part answer --run "$work/RUN" --task $i || return; done
    "$program" part merge --run "$work/RUN" --out "$work/pieces" --quiet || return
    "$program" part merge --run "$work/RUN" --out "$work/parts" --one-file >"$work/parts.txt"
}

"$program" validate "$@" --out "$work/one" >"$work/one.txt" 2>"$work/one.err"
expected=$?
in_parts "$@" 2>"$work/parts.err"
code=$?
[ $code -eq $expected ] || complain "exit $code, in one piece $expected: $(tail -n 1 "$work/parts.err")"
[ $expected -eq 0 ] && [ $code -eq 0 ] || exit $bad

diff <(cd "$work/one" && ls) <(cd "$work/parts" && ls) || complain "other files"
for file in "$work"/one/*; do
    name=$(basename "$file")
    if [ "$name" = report.json ]; then
        diff <(report "$file") <(report "$work/parts/$name") || complain "another report"
    else
        cmp "$file" "$work/parts/$name" || complain "another $name"
    fi
done
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
