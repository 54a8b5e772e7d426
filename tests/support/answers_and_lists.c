#include "commands.h"

#define RULES "--roster in/roster --as-of 2025-06-30 "
#define NIGHT "validate in/claims-02.csv " RULES "--threads 0 --no-sandbox "
#define X12                                                                                        \
    "validate x12/claims.837 --roster x12/roster --as-of 2025-06-30 --threads 0 --no-sandbox "
#define REDO "ledger redo --from 1 --ledger l --inputs in --roster in/roster --threads 0 --dry-run "

const struct command_world answers_and_lists = {
    .script =
        "$1 --lines 60 --members 6 --files 2 --voids 4 --replacements 4 --error over_daily_cap=4 "
        "--plain --out in --quiet; $1 --layout x12-837p --lines 40 --members 6 --error "
        "over_daily_cap=5 --plain --out x12 --quiet; "
        "$0 validate in/claims-01.csv " RULES "--quiet --out n1 --ledger l; "
        "printf 'ISA*00*          *00*          *ZZ*PAYER1         *ZZ*SENDER         "
        "*250630*0000*^*00501*000000906*0*P*:~GS*HP*P*S*20250630*0000*1*X*005010X221A1~"
        "ST*835*1~CLP*C000000001*4*10*0**MC*PAY1~SE*3*1~GE*1*1~IEA*1*000000906~' > r.835; "
        "printf 'NPI,Entity Type Code,Provider Business Practice Location Address State Name,"
        "Provider Enumeration Date,NPI Deactivation Date,NPI Reactivation Date,Healthcare "
        "Provider Taxonomy Code_1\\n1098394608,1,MS,05/23/2005,06/01/2023,,175T00000X\\n' > n.csv; "
        "printf 'reason,stc\\ndaily_cap,A3:21\\n' > codes.csv; "
        "echo M10000001 > member.txt; $0 policy show ms > p.json; $0 layout show tuva > l.json; ",
    .commands = {
        {X12 "--out out --ack --payer-id XV:1 --reasons codes.csv", COMMAND_WRITES},
        {NIGHT "--out out --ledger l --guard stop --policy p.json --layout l.json", COMMAND_KEEPS},
        {"check - " RULES "--ledger l --no-sandbox --json <in/claims-02.csv", COMMAND_READS},
        {"usage M10000001 --date 2023-07-18 --ledger l --csv", COMMAND_READS},
        {"usage - --date 2023-07-18 --ledger l --plan 2/week <member.txt", COMMAND_READS},
        {"usage M10000001 --date 2023-07-18 --ledger l --plan 9/day --json", COMMAND_READS},
        {"explain C000000009 --ledger l --roster in/roster", COMMAND_READS},
        {"explain C000000009 --ledger l --roster in/roster --json", COMMAND_READS},
        {"members --date 2023-07-18 --ledger l --json", COMMAND_READS},
        {"provider 1098394608 --roster in/roster --ledger l --csv", COMMAND_READS},
        {"audit in/claims-01.csv " RULES "--threads 0 --no-sandbox --decided n1 --policy la --out "
         "out --xlsx --show-phi --html",
         COMMAND_WRITES},
        {"report n1/report.json", COMMAND_READS},
        {"ledger runs --ledger l --csv", COMMAND_READS},
        {"ledger verify --ledger l --json", COMMAND_READS},
        {"ledger release r.835 --ledger l --as-of 2025-06-30", COMMAND_CHANGES},
        {"ledger alias r.835 --ledger l --as-of 2025-06-30", COMMAND_CHANGES},
        {REDO, COMMAND_WRITES},
        {REDO "--csv", COMMAND_WRITES},
        {"roster expiring in/roster --within 3650 --ledger l --csv", COMMAND_READS},
        {"roster import --nppes n.csv --type CPSSP-MH", COMMAND_READS},
        {"roster import --nppes n.csv --type CPSSP-MH --out new.csv", COMMAND_WRITES},
        {"roster import --nppes n.csv --merge in/roster/credentials.csv --out new.csv",
         COMMAND_WRITES},
        {"policy check p.json --json", COMMAND_READS},
        {"layout list --json", COMMAND_READS},
        {"layout check l.json", COMMAND_READS},
        {"layout check l.json --json", COMMAND_READS},
        {NULL, COMMAND_READS},
    }};
