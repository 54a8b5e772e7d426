#!/usr/bin/env bash
# The crash matrix: a night on a ledger is cut off or fails at every named point, at every write, fsync,
# rename and open, and at random moments; then the same command runs again. Held against it:
#   converge   the run after it ends well; outputs and ledger are those of an undisturbed run, row for row
#   visible    the folder is there only if the ledger has its run
#   durable    where the disturbed run itself said 0, nothing is left to do
#   integrity  `ledger verify` finds nothing
#   hygiene    nothing is left behind, and every file is 0600
#
#     tests/crash/ledger.sh PROGRAM_WITH_FAULTS [RANDOM_MOMENTS]
set -u
program=$(realpath "$1")
moments=${2:-200}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset CLAIMGATE_FAULT CLAIMGATE_FAULT_LOG

"$(dirname "$program")/generate" --lines 4000 --members 300 --seed 11 --files 2 --voids 2 --replacements 2 \
    --out in --quiet || exit 1
threads=0
night() { # LEDGER_FOLDER [WRAPPER...]: the second night, on so many threads
    local folder=$1
    shift
    (cd "$folder" && "$@" "$program" validate ../in/claims-02.csv.gz --roster ../in/roster --policy ms \
        --as-of 2025-06-30 --threads $threads --out out --ledger ledger.db --quiet) 2>"$folder/messages"
} 2>/dev/null # the shell's own word on killed programs
rows() { # everything in a ledger but times, paths and what is hashed over them
    sqlite3 -readonly "$1/ledger.db" "
        SELECT * FROM member ORDER BY member_no;
        SELECT * FROM line ORDER BY line_no;
        SELECT * FROM take_back ORDER BY take_back_no;
        SELECT past_no, up_to_run, hex(packed) FROM past;
        SELECT recent_no, run_no, first_member, last_member, hex(packed) FROM recent;
        SELECT * FROM fold;
        SELECT block_no, run_no, first_claim, hex(packed) FROM claim_block;
        SELECT run_no, input_no, bytes, records, hex(sha256), hex(content_sha256) FROM input;
        SELECT run_no, file, records, hex(content_hash) FROM output WHERE file <> 'report.json';
        SELECT * FROM run_reason;
        SELECT * FROM run_count;
        SELECT run_no, kind, records, accepted, rejected, units_accepted, taken_back, hex(rows_sha256)
          FROM run WHERE kind <> 'withdraw' AND run_no NOT IN (SELECT withdraws FROM run WHERE withdraws > 0);
        SELECT run_no FROM publication;" | sha256sum
}

mkdir base
(cd base && "$program" validate ../in/claims-01.csv.gz --roster ../in/roster --policy ms --as-of 2025-06-30 \
    --out first --ledger ledger.db --quiet) || exit 1
cp -a base golden
night golden || exit 1
golden_rows=$(rows golden)
golden_outputs=$(zcat golden/out/accepted.csv.gz golden/out/rejected.csv.gz | sha256sum)

tried=0
bad=0
complain() { # CASE WHAT
    bad=$((bad + 1))
    echo "BAD  $1: $2"
    [ ! -f try/messages ] || sed 's/^/       /' try/messages
}

judge() { # CASE EXIT_CODE: after the disturbed run in try/
    local name=$1 code=$2 known
    tried=$((tried + 1))
    # Asked of a copy: a reader that may not write cannot take up the log of a killed writer, and the
    # ledger itself must stay as the crash left it.
    rm -rf copy
    mkdir copy
    cp try/ledger.db copy/
    [ ! -f try/ledger.db-wal ] || cp try/ledger.db-wal copy/
    known=$(sqlite3 copy/ledger.db "SELECT count(*) FROM run WHERE kind = 'validate'")
    if [ -d try/out ] && [ "${known:-0}" -lt 2 ]; then
        complain "$name" "the folder is there, its run is not"
    fi
    if [ "$code" -eq 0 ] && { [ ! -d try/out ] || [ "$(rows try)" != "$golden_rows" ]; }; then
        complain "$name" "exit 0, but something is left to do"
    fi
    if ! night try; then
        complain "$name" "the next run fails"
        return
    fi
    if [ "$(rows try)" != "$golden_rows" ]; then
        complain "$name" "the ledger differs from that of an undisturbed run"
    fi
    if [ "$(zcat try/out/accepted.csv.gz try/out/rejected.csv.gz | sha256sum)" != "$golden_outputs" ]; then
        complain "$name" "the outputs differ from those of an undisturbed run"
    fi
    "$program" ledger verify --ledger try/ledger.db >try/verified || complain "$name" "$(cat try/verified)"
    rm -f try/messages try/verified
    local left
    left=$(cd try && find . ! -name . -printf '%P %m\n' | grep -v -x -E \
        '(first|out) 700|(first|out)/(accepted.csv.gz|rejected.csv.gz|report.json) 600|ledger.db(-lock|-wal|-shm)? 600|\.(first|out)\.claimgate-lock 600')
    [ -z "$left" ] || complain "$name" "left behind: $left"
}

disturb() { # CASE [WRAPPER...]
    local name=$1
    shift
    rm -rf try
    cp -a base try
    night try "$@"
    judge "$name" $?
}

# Named points: each passing of each (of frequent ones the first, the second, the middle and the last).
CLAIMGATE_FAULT_LOG=$work/points
export CLAIMGATE_FAULT_LOG
rm -rf try
cp -a base try
night try
unset CLAIMGATE_FAULT_LOG
before=$tried
while read -r count point; do
    passes=$(seq 1 "$count")
    [ "$count" -gt 12 ] && passes="1 2 $((count / 2)) $((count - 1)) $count"
    for pass in $passes; do
        for action in kill 28 5; do
            for threads in 0 2; do
                disturb "$point:$pass:$action:$threads" env "CLAIMGATE_FAULT=$point:$pass:$action"
            done
        done
    done
done < <(sort points | uniq -c)
echo "named points: $(sort -u points | wc -l), cases: $((tried - before))"

# System calls: the k-th of each kind fails or ends the program, until there is no k-th. On one thread,
# where the k-th is always the same.
before=$tried
threads=0
for call in write pwrite64 fsync fdatasync renameat2 openat mkdirat ftruncate unlinkat pread64 fchmod; do
    for action in error=ENOSPC error=EIO signal=KILL; do
        k=0
        step=1
        while :; do
            k=$((k + step))
            [ "$k" -gt 20 ] && step=7 # SQLite's page writes are alike
            rm -rf try trace
            cp -a base try
            night try strace -f -o "$work/trace" -e "trace=$call" -e "inject=$call:$action:when=$k"
            code=$?
            grep -q INJECTED trace || grep -q 'killed by SIGKILL' trace || break
            judge "$call:$action:$k" $code
        done
    done
done
echo "system calls: $((tried - before)) cases"

# Random moments.
before=$tried
threads=2
start=$(date +%s%N)
rm -rf try
cp -a base try
night try
span_us=$((($(date +%s%N) - start) / 1000))
for _ in $(seq "$moments"); do
    rm -rf try
    cp -a base try
    at=$(printf '%d.%06d' 0 $((RANDOM * 32768 % span_us + RANDOM % 1000)))
    night try timeout -s KILL "$at"
    judge "moment $at" $?
done
echo "random moments: $((tried - before))"
echo "$tried cases, $bad bad"
[ "$bad" -eq 0 ]
