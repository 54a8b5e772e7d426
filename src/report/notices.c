#include "claimgate/report/notices.h"

#include "run_json.h"

#include "claimgate/base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How each kind is told: what is wrong, the number and the places, the mend. */
static const struct {
    const char *name; /* under which the report lists it; NULL: it has a list of its own there */
    const char *seen;
    const char *mend;
    const char *seen_in_import; /* NULL: as in a run */
    const char *mend_in_import;
} kinds[CG_NOTICE_KINDS] = {
    [CG_NOTICE_NEAR_CODE] = {.seen = "records whose code only looks like one that the policy "
                                     "names, or stands in another column, so that they pass "
                                     "untested",
                             .mend = "mend the codes, or have the policy reject such lines with "
                                     "near_code",
                             .seen_in_import = "records whose code only looks like one that the "
                                               "policy names, or stands in another column, so that "
                                               "they were not taken in",
                             .mend_in_import = "mend the codes and import them"},
    [CG_NOTICE_WORDS_FOR_CODE] = {.name = "words_for_codes",
                                  .seen = "records with words where the procedure's code belongs, "
                                          "so that they pass untested whatever the words say",
                                  .mend = "have the code written",
                                  .seen_in_import = "records with words where the procedure's code "
                                                    "belongs, so that they were not taken in "
                                                    "whatever the words say",
                                  .mend_in_import = "have the code written and import them"},
    [CG_NOTICE_ODD_ID] = {.name = "odd_ids",
                          .seen = "lines with an id as a spreadsheet spells it (123456.0, "
                                  "=\"123456\", an apostrophe before it, a character inside that "
                                  "cannot be seen), which is another member or claim than the id "
                                  "alone, or of noughts alone",
                          .mend = "have the program that writes the file write ids alone"},
    [CG_NOTICE_NEAR_MEMBER] = {.name = "near_member_ids",
                               .seen = "member ids that differ from another one by letter case, "
                                       "noughts before them, blanks or hyphens alone, so that "
                                       "each is a member with caps of its own",
                               .mend = "have each member written in one way, or say who is one "
                                       "person in members.csv (member_crosswalk of a policy)"},
    [CG_NOTICE_NAMES_OTHER] =
        {.name = "originals_that_name_another",
         .seen = "originals by a blank or 1 for their frequency that name another claim as their "
                 "original, which counts beside them",
         .mend = "where they replace it, have them sent with frequency 7, or say so in the layout: "
                 "\"claim_frequency_code\": {\"column\": COLUMN OF THE ORIGINAL, \"map\": "
                 "{\"*\": \"7\"}}"},
    [CG_NOTICE_OTHER_FREQUENCY] =
        {.name = "other_frequencies",
         .seen = "lines rejected for a frequency code that is none of 1, 7 and 8, be it that of a "
                 "void",
         .mend = "say what each code means under \"map\" of claim_frequency_code in a copy of the "
                 "layout"},
    [CG_NOTICE_NEGATIVE_UNITS] =
        {.name = "negative_units",
         .seen = "lines rejected for units below zero, which reverse nothing so",
         .mend = "where they reverse what their claim stands with, say \"negative_units\": "
                 "\"void\" in a copy of the layout"},
    [CG_NOTICE_TOTAL_ROW] = {.name = "totals",
                             .seen = "records that look like a total or the end of a report, and "
                                     "are taken as records of claims",
                             .mend = "have them left out of the file, or say in the layout how one "
                                     "begins that counts records (\"trailer\"), and which rows "
                                     "are services (\"only\")"},
    [CG_NOTICE_HELD_CODE] = {.seen = "lines taken in as paid although their code is only held in "
                                     "its cell together with something else, or looks like it",
                             .mend = "look at them, for a run rejects such lines"},
    [CG_NOTICE_OTHER_UNITS] = {.name = "reversals_of_other_units",
                               .seen = "rows with negative units that took back lines with another "
                                       "number of units, each as a whole",
                               .mend = "send a line with the units that are to stay"},
    [CG_NOTICE_VOIDED_BEFORE] = {.name = "voided_before",
                                 .seen = "voids that took nothing back, for they have taken their "
                                         "claim back once already; what was accepted under its "
                                         "number since stands",
                                 .mend = "where that is to go too, send a void with a claim id of "
                                         "its own, or free it with `claimgate ledger release`"},
    [CG_NOTICE_VOIDED_AGAIN] = {.name = "voided_lines_again",
                                .seen = "lines that a void took back and that come again as they "
                                        "were, under the same claim id and line number, so that "
                                        "they are accepted anew",
                                .mend = "look whether the file repeats an earlier one; free those "
                                        "that are not to stand with `claimgate ledger release`"},
    [CG_NOTICE_REJECTED_REPLACEMENT] =
        {.name = "rejected_replacements",
         .seen = "replacements that were rejected when they had taken their original back, so that "
                 "its units are free, though it was accepted and may be paid",
         .mend = "recover what was paid for the originals, or have the replacements sent again "
                 "right before anything else uses the units"},
    [CG_NOTICE_FED_BACK_ALONE] =
        {.name = "fed_back_alone",
         .seen = "records of a rejected file that were decided without the lines that were "
                 "accepted beside them, which have used units and may be the same services",
         .mend = "name the ledger (--ledger), or give the accepted file too, its rows marked in "
                 "a column cg_past"},
    [CG_NOTICE_VAIN_TAKE_BACK] = {.name = "take_backs_in_vain",
                                  .seen = "records that ask to void or replace a claim that "
                                          "stands, by a code that is out of scope or in a row that "
                                          "the layout leaves out, and took nothing back",
                                  .mend = "write the code of the service into voids, and have the "
                                          "layout's \"only\" take them in; free claims that were "
                                          "replaced without it with `claimgate ledger release`"},
    [CG_NOTICE_OTHER_PERSON] =
        {.name = "lines_of_another_person",
         .seen = "rows of members.csv with an id whose accepted lines of those days the ledger "
                 "keeps as another person's, so that caps, duplicates and voids do not know them",
         .mend = "have the nights of these lines decided again under this roster (`claimgate "
                 "ledger redo`), and what was imported taken back and imported again"},
};

void cg_notice_add(struct cg_notice *notice, const char *file, uint64_t line) {
    notice->records++;
    if (notice->named < CG_RECORDS_NAMED) {
        notice->first[notice->named++] = (struct cg_place_of_record){file, line};
    }
}

void cg_notices_add(struct cg_notices *notices, enum cg_notice_kind kind, const char *file,
                    uint64_t line) {
    cg_notice_add(&notices->of[kind], file, line);
}

static void add_record(struct cg_notices *notices, enum cg_notice_kind kind, const char *file,
                       const struct cg_batch *batch, uint32_t record_no) {
    cg_notices_add(notices, kind, file,
                   batch->first_line + cg_batch_record(batch, record_no)->line_delta);
}

void cg_notices_add_codes(struct cg_notices *notices, const char *file,
                          const struct cg_batch *batch) {
    for (uint32_t i = 0; i < batch->total_rows.count; i++) {
        const uint32_t *line_delta = cg_array_at(&batch->total_rows, i);
        cg_notices_add(notices, CG_NOTICE_TOTAL_ROW, file, batch->first_line + *line_delta);
    }
    for (uint32_t i = 0; batch->is_fed_back && i < batch->records.count; i++) {
        add_record(notices, CG_NOTICE_FED_BACK_ALONE, file, batch, i);
    }
    uint32_t left = batch->near_codes + batch->words_for_code;
    for (uint32_t i = 0; left > 0; i++) {
        const struct cg_record *record = cg_batch_record(batch, i);
        if (record->near_code || record->words_for_code) {
            add_record(notices, record->near_code ? CG_NOTICE_NEAR_CODE : CG_NOTICE_WORDS_FOR_CODE,
                       file, batch, i);
            left--;
        }
    }
}

void cg_notices_know_past(struct cg_notices *notices, bool is_known) {
    if (is_known) {
        notices->of[CG_NOTICE_FED_BACK_ALONE] = (struct cg_notice){.records = 0};
    }
}

void cg_notices_add_lines(struct cg_notices *notices, const char *file,
                          const struct cg_batch *batch) {
    if (batch->told_lines == 0) {
        return;
    }
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        const struct cg_line *line = cg_batch_line(batch, i);
        if (!line->told) {
            continue;
        }
        if (line->odd_id) {
            add_record(notices, CG_NOTICE_ODD_ID, file, batch, line->record_no);
        }
        if (line->near_member) {
            add_record(notices, CG_NOTICE_NEAR_MEMBER, file, batch, line->record_no);
        }
        if (line->odd_value != CG_NO_ODD_VALUE) {
            add_record(notices,
                       line->odd_value == CG_NEGATIVE_UNITS ? CG_NOTICE_NEGATIVE_UNITS
                                                            : CG_NOTICE_OTHER_FREQUENCY,
                       file, batch, line->record_no);
        }
        if (line->names_other) {
            add_record(notices, CG_NOTICE_NAMES_OTHER, file, batch, line->record_no);
        }
        if (line->odd_take_back != 0) {
            static const enum cg_notice_kind kind_of[] = {
                [CG_TOOK_OTHER_UNITS] = CG_NOTICE_OTHER_UNITS,
                [CG_TOOK_BACK_BEFORE] = CG_NOTICE_VOIDED_BEFORE,
                [CG_TOOK_THOUGH_REJECTED] = CG_NOTICE_REJECTED_REPLACEMENT,
                [CG_COMES_AGAIN_VOIDED] = CG_NOTICE_VOIDED_AGAIN};
            add_record(notices, kind_of[line->odd_take_back], file, batch, line->record_no);
        }
    }
}

void cg_notice_warn(const struct cg_notice *notice, const char *seen, const char *mend) {
    char places[1024] = "";
    if (notice->records == 0) {
        return;
    }
    for (uint32_t i = 0; i < notice->named; i++) {
        const size_t used = strlen(places);
        snprintf(places + used, sizeof places - used, "%s%s:%" PRIu64, i == 0 ? "" : ", ",
                 notice->first[i].file, notice->first[i].line);
    }
    cg_log_warning("%s: %" PRIu64 " (%s%s); %s", seen, notice->records, places,
                   notice->records > notice->named ? ", ..." : "", mend);
}

void cg_notices_warn(const struct cg_notices *notices, enum cg_noticed_in where) {
    for (enum cg_notice_kind kind = 0; kind < CG_NOTICE_KINDS; kind++) {
        const bool imports = where == CG_NOTICED_IN_IMPORT && kinds[kind].seen_in_import != NULL;
        cg_notice_warn(&notices->of[kind], imports ? kinds[kind].seen_in_import : kinds[kind].seen,
                       imports ? kinds[kind].mend_in_import : kinds[kind].mend);
    }
}

static void put_first(struct cg_json_writer *json, const char *key,
                      const struct cg_notice *notice) {
    cg_json_open_array(json, key);
    for (uint32_t i = 0; i < notice->named; i++) {
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "file", notice->first[i].file);
        cg_json_put_integer(json, "line", (int64_t)notice->first[i].line);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

void cg_put_notices(struct cg_json_writer *json, const struct cg_notices *notices) {
    bool any = false;
    if (notices->of[CG_NOTICE_NEAR_CODE].records > 0) {
        put_first(json, "near_codes", &notices->of[CG_NOTICE_NEAR_CODE]);
    }
    for (enum cg_notice_kind kind = 0; kind < CG_NOTICE_KINDS; kind++) {
        const struct cg_notice *notice = &notices->of[kind];
        if (notice->records == 0 || kinds[kind].name == NULL) {
            continue;
        }
        if (!any) {
            cg_json_open_array(json, "notices");
        }
        any = true;
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "notice", kinds[kind].name);
        cg_json_put_integer(json, "records", (int64_t)notice->records);
        put_first(json, "first", notice);
        cg_json_close_object(json);
    }
    if (any) {
        cg_json_close_array(json);
    }
}
