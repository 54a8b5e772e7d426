#!/usr/bin/env bash
# A ledger of version 1 is brought up to date and cut off, or failed, at every write, sync and cut of
# its files; then it is started again. Held against it: the ledger is then, row for row, what an
# undisturbed migration makes, and `ledger verify` finds nothing.
#
#     tests/crash/migration.sh PROGRAM
set -u
program=$(realpath "$1")
fixture=$(realpath fixtures/ledger-v1/ledger.sql)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

mkdir base
sqlite3 base/ledger.db <"$fixture"
chmod 600 base/ledger.db
migrate() { # FOLDER [WRAPPER...]
    local folder=$1
    shift
    "$@" "$program" ledger recover --ledger "$folder/ledger.db" >"$folder/said" 2>&1
} 2>/dev/null # the shell's own word on killed programs
rows() {
    sqlite3 -readonly "$1/ledger.db" "PRAGMA user_version; SELECT * FROM line ORDER BY line_no;
        SELECT * FROM take_back; SELECT * FROM run; SELECT run_no, hex(hash) FROM publication;
        SELECT past_no, up_to_run, hex(packed) FROM past; SELECT block_no, first_claim, hex(packed) FROM claim_block" | sha256sum
}
cp -a base golden
migrate golden || exit 1
golden=$(rows golden)

tried=0
bad=0
for call in write pwrite64 fsync fdatasync ftruncate unlink openat pread64 mmap; do
    for action in signal=KILL error=EIO error=ENOSPC; do
        for ((k = 1; ; k++)); do
            rm -rf try trace
            cp -a base try
            migrate try strace -f -o trace -e "trace=$call" -e "inject=$call:$action:when=$k"
            grep -q INJECTED trace || grep -q 'killed by SIGKILL' trace || break
            tried=$((tried + 1))
            if ! migrate try || [ "$(rows try)" != "$golden" ] || ! "$program" ledger verify --ledger try/ledger.db >try/said 2>&1; then
                bad=$((bad + 1))
                echo "BAD  $call:$action:$k"
                sed 's/^/       /' try/said
            fi
        done
    done
done
echo "migration: $tried cases, $bad bad"
[ "$bad" -eq 0 ]
