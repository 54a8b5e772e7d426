/*
 * What is told of layouts, policies and rosters, in text and as documents.
 */
#include "support/script.h"

#include <criterion/criterion.h>

/* A layout with a fixed field, a rule of rows and a column whose name is only near. */
#define LAYOUT                                                                                     \
    "echo '{\"name\":\"mine\",\"title\":\"t\",\"delimiter\":\",\",\"date_format\":\"YYYY-MM-DD\"," \
    "\"only\":[{\"column\":\"TYPE\",\"equals\":\"S\"}],\"fields\":{"                               \
    "\"claim_id\":{\"column\":\"CLAIM\"},\"member_id\":{\"column\":\"MEMBER\"},"                   \
    "\"claim_line_number\":{\"column\":\"LINE\",\"as\":\"id\"},"                                   \
    "\"claim_line_start_date\":{\"column\":\"FROM\"},\"hcpcs_code\":{\"fixed\":\"H0038\"},"        \
    "\"service_unit_quantity\":{\"column\":\"UNITS\"},"                                            \
    "\"rendering_npi\":{\"column\":\"NPI\",\"fallback\":\"OTHER\"},"                               \
    "\"diagnosis_code_1\":{\"column\":\"DX\"},\"charge_amount\":{\"column\":\"CHARGE\"}}}' "       \
    "> $1/l.json; printf '%s\\n' CLAIM,MEMBER,LINE,FROM,UNITS,OTHER,TYPE,DX,CHRAGE "               \
    "C-1,M-10001,L-70001,2025-01-06,4,1000000004,S,F200123456789012345,10 "                        \
    "C-2,M-10001,L-70002,2025-01-06,4,1000000004,X,F200,10 > $1/c.csv; "                           \
    "C=\"$0 layout check $1/l.json --sample $1/c.csv\"; "

Test(told_rules, a_sample_tells_where_each_field_comes_from_and_what_is_left_out) {
    script_expect(LAYOUT "$C | grep -e always -e OTHER -e 'not read' -e 'only where'",
                  "hcpcs_code              always \"H0038\"\n"
                  "rendering_npi           6 OTHER\n"
                  "not read: 9 CHRAGE; is it CHARGE?\n"
                  "only where TYPE equals S: leaves out 1\n");
}

Test(told_rules, ids_are_masked_and_long_values_cut) {
    script_expect(LAYOUT "for show in '' --show-phi; do $C $show | sed 1,/comes/d | "
                         "grep -e ^claim_id -e number -e ^member -e diag; done",
                  "claim_id                .. (3 bytes)\n"
                  "claim_line_number       L-.. (7 bytes)\n"
                  "member_id               M-.. (7 bytes)\n"
                  "diagnosis_code_1        (19 bytes)\n"
                  "claim_id                C-1\n"
                  "claim_line_number       L-70001\n"
                  "member_id               M-10001\n"
                  "diagnosis_code_1        F20012345678901..\n");
}

Test(told_rules, the_document_of_a_sample_has_what_the_page_has) {
    script_expect(LAYOUT "$C --json | tr -d '\\n' | tr -s ' ' | grep -o -e '\"fixed[^,]*' -e "
                         "'\"unread_columns[^]]*' -e '\"left_out[^]]*'",
                  "\"fixed\": \"H0038\"\n"
                  "\"unread_columns\": [ { \"position\": 9, \"column\": \"CHRAGE\", \"near\": "
                  "\"CHARGE\" } \n"
                  "\"left_out\": [ { \"rule\": \"TYPE equals S\", \"records\": 1 } \n");
}

Test(told_rules, good_rules_are_told_as_documents_too) {
    script_expect(LAYOUT "$0 layout check $1/l.json --json | grep -e name -e title; "
                         "$0 layout check cclf5 --json | grep -c name; "
                         "$0 layout list --json | grep -c '\"title\"' | { read n; "
                         "$0 layout list | wc -l | { read m; echo $((n > 4 && m > n)); }; }; "
                         "$0 policy check ms --json | grep -e '\"id\"' -e versions",
                  "  \"name\": \"mine\",\n  \"title\": \"t\"\n1\n1\n"
                  "  \"id\": \"ms\",\n  \"versions\": 1,\n");
}

/* A provider with rows in every file of the roster. */
Test(told_rules, a_provider_is_told_with_its_agency_supervisor_and_hours) {
    script_expect("sed 's/\"credential\": {/\"credential\": {\"continuing_education\": "
                  "{\"severity\":\"warn\",\"hours\":10,\"ethics_hours\":3},/' "
                  "schemas/policies/ms-full.json > $1/p.json; "
                  "$(dirname $0)/generate --lines 40 --members 6 --plain --out $1/g --quiet; "
                  "$0 provider 1008224655 --roster $1/g/roster --policy $1/p.json --csv | "
                  "grep -e employment -e supervision -e 2025",
                  "employment,2018-09-05,,agency 1208224653,,\n"
                  "supervision,2018-08-26,,\"supervisor S000000, MHP\",,\n"
                  "education,2025-01-01,2025-12-31,\"15.000 hours, 3.000 of them ethics\",,\n");
}

/* Two dozen spans of one credential, each over the others; two that grant nothing either way. */
#define ROSTER                                                                                     \
    "mkdir $1/r; { echo npi,credential_type,status,effective_date,end_date; "                      \
    "for m in 01 02 03 04 05 06 07 08 09 10 11 12; do for y in 2019 2020; do "                     \
    "echo 1000000004,CPSSP-MH,current,$y-$m-01,2025-12-31; done; done; "                           \
    "for row in CPSSP-MH,pending CPSSP-MH,inactive CNA,current XYZ,current; do "                   \
    "echo 1000000012,$row,2020-01-01,; done; } > $1/r/credentials.csv; "

Test(told_rules, of_many_remarks_on_a_roster_the_first_are_shown) {
    script_expect(
        ROSTER "$0 roster check $1/r | sed 1d | "
               "grep -v 'overlap, from 20[12][90]-[01][23456789]'",
        "\nproviders: 2; with a current or limited credential of a type that policy ms accepts: 1; "
        "never with one: 1\n\ncredential types that the policy does not name:\n"
        "  CNA (rows: 1)\n  XYZ (rows: 1)\n\nremarks:\n"
        "  1000000004 CPSSP-MH: two current spans overlap, from 2019-10-01 to 2025-12-31\n"
        "  1000000004 CPSSP-MH: two current spans overlap, from 2019-11-01 to 2025-12-31\n"
        "  1000000004 CPSSP-MH: two current spans overlap, from 2020-01-01 to 2025-12-31\n"
        "  and 257 more; --json has them\n");
}

Test(told_rules, the_document_of_a_roster_has_every_remark) {
    script_expect(ROSTER "$0 roster check $1/r --json > $1/d; grep -c '\"remark\"' $1/d; "
                         "grep -c '\"wins\": null' $1/d; tail -n 12 $1/d | head -n 8",
                  "277\n277\n      \"remark\": \"statuses\",\n      \"npi\": \"1000000012\",\n"
                  "      \"credential_type\": \"CPSSP-MH\",\n      \"other_type\": \"CPSSP-MH\",\n"
                  "      \"status\": \"inactive\",\n      \"other_status\": \"pending\",\n"
                  "      \"from\": \"2020-01-01\",\n      \"to\": null,\n");
}
