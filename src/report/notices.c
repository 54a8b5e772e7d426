#include "claimgate/report/notices.h"

#include "run_json.h"

#include "claimgate/base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How each kind is told: what is wrong, then the number and the places, then the mend. A name under
 * which the report lists it; NULL: it has a list of its own there. */
static const struct {
    const char *name;
    const char *seen;
    const char *mend;
} kinds[CG_NOTICE_KINDS] = {
    [CG_NOTICE_NEAR_CODE] = {NULL,
                             "records whose code only looks like one that the policy names, or "
                             "stands in another column, so that they pass untested",
                             "mend the codes, or have the policy reject such lines with near_code"},
    [CG_NOTICE_WORDS_FOR_CODE] = {"words_for_codes",
                                  "records with words where the procedure's code belongs, so that "
                                  "they pass untested whatever the words say",
                                  "have the code written"},
    [CG_NOTICE_ODD_ID] = {"odd_ids",
                          "lines with an id as a spreadsheet spells it (123456.0, =\"123456\", an "
                          "apostrophe before it, a character inside that cannot be seen), which is "
                          "another member or claim than the id alone, or of noughts alone",
                          "have the program that writes the file write ids alone"},
    [CG_NOTICE_OTHER_UNITS] = {"reversals_of_other_units",
                               "rows with negative units that took back lines with another number "
                               "of units, each as a whole",
                               "send a line with the units that are to stay"},
    [CG_NOTICE_VAIN_TAKE_BACK] = {"take_backs_in_vain",
                                  "records that ask to void or replace a claim that stands, by a "
                                  "code that is out of scope, and took nothing back",
                                  "write the code of the service into voids; free claims that were "
                                  "replaced without it with `claimgate ledger release`"},
};

void cg_notices_add(struct cg_notices *notices, enum cg_notice_kind kind, const char *file,
                    uint64_t line) {
    struct cg_notice *notice = &notices->of[kind];
    notice->records++;
    if (notice->named < CG_RECORDS_NAMED) {
        notice->first[notice->named++] = (struct cg_place_of_record){file, line};
    }
}

static void warn(enum cg_notice_kind kind, const struct cg_notice *notice) {
    char places[1024] = "";
    for (uint32_t i = 0; i < notice->named; i++) {
        const size_t used = strlen(places);
        snprintf(places + used, sizeof places - used, "%s%s:%" PRIu64, i == 0 ? "" : ", ",
                 notice->first[i].file, notice->first[i].line);
    }
    cg_log_warning("%s: %" PRIu64 " (%s%s); %s", kinds[kind].seen, notice->records, places,
                   notice->records > notice->named ? ", ..." : "", kinds[kind].mend);
}

void cg_notices_warn(const struct cg_notices *notices) {
    for (enum cg_notice_kind kind = 0; kind < CG_NOTICE_KINDS; kind++) {
        if (notices->of[kind].records > 0) {
            warn(kind, &notices->of[kind]);
        }
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
