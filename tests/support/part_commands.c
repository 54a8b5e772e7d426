#include "commands.h"

#define RULES "--roster in/roster --as-of 2025-06-30 --no-sandbox --threads 0 "
#define X12_RULES                                                                                  \
    "--roster x12/roster --as-of 2025-06-30 --no-sandbox --threads 0 --ack --reasons codes.csv "
#define BIG  "--roster big/roster --as-of 2025-06-30 --no-sandbox --threads 0 --quiet "
#define PLAN "part plan in/claims-01.csv in/claims-02.csv --tasks 2 " RULES

/* A run of each name has come to the step of that name; those on a set of their own begin with l.
 */
const struct command_world runs_in_parts = {
    .script =
        "rules='" RULES "--quiet'; " COMMAND_FEEDS
        "$1 --lines 9000 --members 90 --files 1 --plain --out big --quiet; "
        /* A claim that passes, and asks to take back one that stands. */
        "awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } END { "
        "$at[\"claim_id\"] = \"V1\"; $at[\"hcpcs_code\"] = 99213; $at[\"claim_frequency_code\"] = "
        "8; "
        "$at[\"original_claim_id\"] = \"C000000001\"; print }' in/claims-01.csv > v; "
        "cat v >> in/claims-01.csv; rm v; "
        "printf 'reason,stc\nclaim_id_invalid,A7:479\n' > codes.csv; "
        "plan() { $0 part plan in/claims-0[12].csv --tasks 2 $rules --run \"$@\"; }; "
        "each() { for i in 0 1; do $0 part $1 --run $2 --$3 $i --quiet; done; }; "
        "for i in 0 1 2 3; do $0 ledger create set$i --parts 2 > /dev/null 2>&1; done; "
        "plan planned --parts 2 --with-decisions; "
        "mkdir -p planned/_attempt/{ask-0-old,.gone-1}; touch planned/_attempt/ask-0-old/part-0; "
        "cp -r planned asked; each ask asked task; "
        "cp -r asked decided; each decide decided part; "
        "cp -r decided answered; each answer answered task; "
        "cp -r answered merged; $0 part merge --run merged --out out --quiet; "
        "plan l-planned --ledgers set1; "
        "plan l-asked --ledgers set2; each ask l-asked task; "
        "plan l-answered --ledgers set3; each ask l-answered task; each decide l-answered part; "
        "each answer l-answered task; "
        "$0 part plan x12/claims.837 --run x-planned --parts 1 --tasks 2 --quiet " X12_RULES "; "
        "cp -r x-planned x-decided; each ask x-decided task; "
        "$0 part decide --run x-decided --part 0 --quiet; "
        "$0 part plan big/claims.csv --run b-planned --parts 1 --tasks 1 " BIG "; "
        "cp -r b-planned b-asked; $0 part ask --run b-asked --task 0 --quiet; "
        "cp -r b-asked b-decided; $0 part decide --run b-decided --part 0 --quiet; ",
    .commands =
        {
            {PLAN "--run l-planned --ledgers set1", COMMAND_KEEPS}, /* as it stands */
            {PLAN "--run new --parts 2", COMMAND_KEEPS},
            {PLAN "--run planned --parts 2 --with-decisions", COMMAND_KEEPS},
            {PLAN "--run new --ledgers set0", COMMAND_KEEPS},
            {"part plan x12/claims.837 --run new --parts 2 --tasks 1 " X12_RULES, COMMAND_KEEPS},
            {PLAN "--run new --parts 2 --layout tuva", COMMAND_KEEPS},
            {"part ask --run planned --task 0", COMMAND_KEEPS},
            {"part ask --run asked --task 0", COMMAND_KEEPS},
            {"part ask --run l-planned --task 1", COMMAND_KEEPS},
            {"part ask --run x-planned --task 0", COMMAND_KEEPS},
            {"part decide --run asked --part 0", COMMAND_KEEPS},
            {"part decide --run l-asked --part 1", COMMAND_KEEPS},
            {"part answer --run decided --task 1", COMMAND_KEEPS},
            {"part answer --run x-decided --task 0", COMMAND_KEEPS},
            {"part answer --run x-decided --task 1", COMMAND_KEEPS}, /* without inputs */
            {"part ask --run b-planned --task 0", COMMAND_KEEPS},
            {"part decide --run b-asked --part 0", COMMAND_KEEPS},
            {"part answer --run b-decided --task 0", COMMAND_KEEPS},
            {"part merge --run answered --out new", COMMAND_KEEPS},
            {"part merge --run answered --out new --one-file --html --read-back --json",
             COMMAND_KEEPS},
            {"part merge --run answered --out out --overwrite --metrics m.prom", COMMAND_KEEPS},
            {"part merge --run merged --out out", COMMAND_KEEPS},
            {"part merge --run l-answered --out new --html", COMMAND_KEEPS},
            {"part merge --run l-answered --out new --max-reject-rate 0.1", COMMAND_CHANGES},
            {NULL, COMMAND_READS},
        },
};
