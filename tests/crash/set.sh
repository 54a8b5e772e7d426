#!/usr/bin/env bash
# A night on a ledger set is cut off or fails at every named point: of a run, a withdrawal, an import, a
# release and an alias. Then `ledger recover` is told that nothing runs any more. Held against it:
#   whole      what the set counts is what it was before or what an undisturbed night makes of it, in all
#              parts; `ledger verify` finds nothing, and no night is open
#   durable    where the disturbed command itself said 0, it is what the night makes of it
#   visible    a run's folder is there if and only if the set counts its lines
#   converge   the same command again makes of it what an undisturbed one does
#
#     tests/crash/set.sh PROGRAM_WITH_FAULTS ["KIND..."]
set -u
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset CLAIMGATE_FAULT CLAIMGATE_FAULT_LOG

"$(dirname "$program")/generate" --lines 600 --members 40 --seed 11 --files 3 --voids 2 --replacements 2 \
    --out in --quiet || exit 1
validate() { # FILE_NUMBER OUT
    "$program" validate "../in/claims-0$1.csv.gz" --roster ../in/roster --as-of 2025-06-30 --threads 0 \
        --out "$2" --ledger set --quiet
}
command_of() { # KIND: the command that is disturbed, in the folder that holds the set
    case $1 in
    validate) validate 2 out ;;
    withdraw) "$program" ledger withdraw 1 --ledger set ;;
    import) "$program" ledger import ../paid/accepted.csv.gz --as-of 2025-06-30 --ledger set ;;
    release) "$program" ledger release ../release.csv --as-of 2025-06-30 --ledger set ;;
    alias) "$program" ledger alias ../alias.csv --as-of 2025-06-30 --ledger set ;;
    esac
}
counted() { # all that the set counts
    local part
    {
        "$program" ledger export --ledger set --table usage_by_year
        for part in set/part-*.ledger; do
            sqlite3 "$part" "SELECT claim_id, payer_claim_id, member_no FROM alias
                WHERE run_no NOT IN (SELECT withdraws FROM run WHERE withdraws > 0) ORDER BY 1, 2, 3"
        done
    } | sha256sum
}

"$program" validate in/claims-03.csv.gz --roster in/roster --as-of 2025-06-30 --out paid --quiet || exit 1
mkdir base
(cd base && "$program" ledger create set --parts 3 >/dev/null && validate 1 first) || exit 1
(cd base && "$program" ledger export --ledger set --table decision) |
    awk -F, 'NR > 1 && /accepted/ { print $6 "," $5 }' | head -20 >accepted
{ echo claim_id,member_id; head -10 accepted; cut -d, -f1 accepted | tail -10 | sed 's/$/,/'; } >release.csv
{ echo claim_id,payer_claim_id,member_id; head -10 accepted | sed 's/,/,P-&/; s/P-,/P-1,/' |
    awk -F, '{ print $1 ",P-" NR "," $3 }'; tail -10 accepted | awk -F, '{ print $1 ",Q-" NR "," }'; } >alias.csv

tried=0
bad=0
complain() { # CASE WHAT
    bad=$((bad + 1))
    echo "BAD  $1: $2"
    sed 's/^/       /' messages 2>/dev/null
}

judge() { # CASE KIND EXIT_CODE BEFORE AFTER
    local name=$1 kind=$2 code=$3 before=$4 after=$5 now
    tried=$((tried + 1))
    "$program" ledger recover --ledgers set >recovered 2>>messages || complain "$name" "recover fails"
    now=$(counted)
    [ "$now" = "$before" ] || [ "$now" = "$after" ] || complain "$name" "neither as before nor as after"
    [ "$code" -ne 0 ] || [ "$now" = "$after" ] || complain "$name" "exit 0, but not done"
    [ ! -e set/night.json ] || complain "$name" "a night is still open"
    "$program" ledger verify --ledger set >verified 2>>messages || complain "$name" "$(cat verified)"
    if [ "$kind" = validate ] && { [ -d out ] && [ "$now" != "$after" ] || [ ! -d out ] && [ "$now" = "$after" ]; }; then
        complain "$name" "folder and set disagree"
    fi
    if [ "$now" = "$before" ]; then
        command_of "$kind" >/dev/null 2>>messages || complain "$name" "the same again fails"
        [ "$(counted)" = "$after" ] || complain "$name" "the same again makes something else of it"
        "$program" ledger verify --ledger set >verified 2>>messages || complain "$name" "$(cat verified)"
    fi
}

declare -A made # by kind: what an undisturbed night makes of it
for kind in ${2:-validate withdraw import release alias}; do
    rm -rf try points
    cp -a base try
    cd try || exit 1
    before=$(counted)
    CLAIMGATE_FAULT_LOG=$work/points command_of $kind >/dev/null 2>messages || complain $kind "fails undisturbed"
    after=$(counted)
    made[$kind]=$after
    [ "$before" != "$after" ] || complain $kind "changes nothing"
    cd ..
    while read -r count point; do
        passes=$(seq 1 "$count")
        [ "$count" -gt 6 ] && passes="1 2 $((count / 2)) $count"
        for pass in $passes; do
            for action in kill 28; do
                rm -rf try
                cp -a base try
                cd try || exit 1
                (CLAIMGATE_FAULT=$point:$pass:$action command_of $kind) >/dev/null 2>messages
                judge "$kind:$point:$pass:$action" $kind $? "$before" "$after"
                cd ..
            done
        done
    done < <(sort points | uniq -c)
    echo "$kind: $(sort -u points | wc -l) points"
done 2>/dev/null # the shell's own word on killed programs

# Recovery itself is cut off, and told again.
for kind in "${!made[@]}"; do
    for point in night.recover night.before_take_back set.put_in_place ledger.before_commit night.close; do
        for pass in 1 2 3 4; do
            rm -rf try
            cp -a base try
            cd try || exit 1
            before=$(counted)
            (CLAIMGATE_FAULT=ledger.before_commit:2:kill command_of $kind) >/dev/null 2>messages
            (CLAIMGATE_FAULT=$point:$pass:kill "$program" ledger recover --ledgers set) >/dev/null 2>>messages
            judge "recover $kind:$point:$pass" $kind 1 "$before" "${made[$kind]}"
            cd ..
        done
    done
done 2>/dev/null
echo "$tried cases, $bad bad"
[ "$bad" -eq 0 ]
