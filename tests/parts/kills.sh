#!/usr/bin/env bash
# Every step of a run in parts, without ledgers and as a night of a ledger set, killed at each of its
# fault points and failing there; then all commands again: what is published and kept is that of an
# undisturbed run. And two copies of every step at once.
#
#     tests/parts/kills.sh PROGRAM_WITH_FAULTS
set -u
program=$(realpath "$1")
fixtures=$(realpath "$(dirname "$0")/../../fixtures/quickstart")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset CLAIMGATE_FAULT CLAIMGATE_FAULT_LOG
part() { # FROM TO: lines of the quickstart under its header
    head -n 1 "$fixtures/claims.csv"
    sed -n "$1,$2p" "$fixtures/claims.csv"
}
part 2 6 >a.csv
part 7 12 >b.csv
part 13 99 >c.csv

steps=("plan a.csv b.csv c.csv --run RUN --tasks 2 --roster $fixtures/roster --as-of 2025-06-30"
    "ask --run RUN --task 0" "ask --run RUN --task 1" "decide --run RUN --part 0" "decide --run RUN --part 1"
    "answer --run RUN --task 0" "answer --run RUN --task 1" "merge --run RUN --out out --one-file")
with=
step() { # NUMBER
    local more=
    [ "$1" -gt 0 ] || more=$with
    # shellcheck disable=SC2086
    "$program" part ${steps[$1]} $more --quiet 2>>messages
}
all_steps() {
    for ((i = 0; i < ${#steps[@]}; i++)); do step $i || return; done
}
kept() { # what is published, and what the ledgers have
    zcat out/accepted.csv.gz out/rejected.csv.gz
    sed '/"timing": {/,$d; /"id":/d' out/report.json
    [ ! -d set ] || "$program" ledger export --ledger set --table line | sed 's/^\([0-9]*\),[0-9]*,/\1,/'
}
leave_inputs() { find . -mindepth 1 -maxdepth 1 ! -name '*.csv' ! -name 'state*' ! -name golden -exec rm -rf {} +; }
restore() { # what stood before a step
    leave_inputs
    cp -a "state$1/." .
}
tried=0
bad=0
complain() {
    bad=$((bad + 1))
    echo "BAD  $1: $2"
    sed 's/^/       /' messages
}
judge() { # CASE
    tried=$((tried + 1))
    all_steps || { complain "$1" "the commands again fail"; return; }
    [ -z "$(find RUN -path '*_attempt/*' -o -name '.plan-*')" ] || complain "$1" "something is left: $(find RUN)"
    kept 2>>messages | cmp -s - golden || complain "$1" "something else is kept"
    [ ! -d set ] || "$program" ledger verify --ledger set >verified 2>>messages || complain "$1" "the set is not sound"
}
disturb() { # STEP FAULT...
    restore "$1"
    (CLAIMGATE_FAULT=$2 step "$1") 2>>messages
    judge "step $1 ($with) $2"
} 2>>messages # the shell's own word on killed programs
at_once() { # STEP
    restore "$1"
    step "$1" &
    step "$1" || complain "step $1 ($with) twice at once" "one of them fails"
    wait $! || complain "step $1 ($with) twice at once" "one of them fails"
    judge "step $1 ($with) twice at once"
}

for with in "--parts 2" "--ledgers set"; do
    leave_inputs
    rm -rf state* golden
    [ "$with" = "--parts 2" ] || "$program" ledger create set --parts 2 >/dev/null
    for ((s = 0; s < ${#steps[@]}; s++)); do
        mkdir state$s
        find . -mindepth 1 -maxdepth 1 ! -name '*.csv' ! -name 'state*' -exec cp -a {} state$s/ \;
        (CLAIMGATE_FAULT_LOG=$work/state$s.points step $s) || { cat messages; exit 1; }
    done
    kept >golden
    for ((s = 0; s < ${#steps[@]}; s++)); do
        at_once $s
        while read -r count point; do
            disturb $s "$point:1:kill"
            [ "$count" -eq 1 ] || disturb $s "$point:$count:kill"
            disturb $s "$point:1:28" # the disk is full
        done < <(sort "state$s.points" | uniq -c)
    done
done
echo "parts cut off: $tried cases, $bad bad"
[ "$bad" -eq 0 ]
