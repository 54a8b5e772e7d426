#include "claimgate/report/rules_pages.h"

#include "run_json.h"

#include "claimgate/base/date.h"
#include "claimgate/rules/credential_status.h"
#include "claimgate/rules/roster_remarks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SHORT_SHA_DIGITS = 12 };

/* --- policies and layouts --- */

static void put_policy(struct cg_json_writer *json, const struct cg_policy *policy) {
    cg_json_put_string(json, "id", cg_policy_id(policy));
    cg_json_put_string(json, "title", cg_policy_title(policy));
    cg_json_put_integer(json, "versions", cg_policy_version_count(policy));
    cg_json_put_hex(json, "sha256", cg_policy_sha256(policy), CG_SHA256_BYTES);
}

static void put_layout(struct cg_json_writer *json, const struct cg_layout *layout) {
    cg_json_put_string(json, "name", cg_layout_name(layout));
    cg_json_put_string(json, "title", cg_layout_title(layout));
}

void cg_rules_list_open(struct cg_rules_list *list, struct cg_page *page, const char *key) {
    static const struct cg_page_table_column columns[] = {{NULL, false}, {NULL, false}};
    list->page = page;
    cg_page_table_open(&list->table, columns, sizeof columns / sizeof columns[0]);
    cg_page_open_list(page, key);
}

void cg_rules_list_close(struct cg_rules_list *list) {
    cg_page_close_list(list->page);
    cg_page_table_end(&list->table, 0, list->page);
}

void cg_rules_list_put(struct cg_rules_list *list, const struct cg_policy *policy,
                       const struct cg_layout *layout) {
    struct cg_json_writer *json = list->page->json;
    if (json == NULL) {
        cg_page_table_cell(&list->table, "%s",
                           policy != NULL ? cg_policy_id(policy) : cg_layout_name(layout));
        cg_page_table_cell(&list->table, "%s",
                           policy != NULL ? cg_policy_title(policy) : cg_layout_title(layout));
        return;
    }
    cg_json_open_object(json, NULL);
    if (policy != NULL) {
        put_policy(json, policy);
    } else {
        put_layout(json, layout);
    }
    cg_json_close_object(json);
}

void cg_page_good_policy(struct cg_page *page, const char *file, const struct cg_policy *policy) {
    const uint32_t versions = cg_policy_version_count(policy);
    if (page->json == NULL) {
        cg_page_say(page, "%s: good: %s, %" PRIu32 " %s\n", file, cg_policy_id(policy), versions,
                    cg_plural(versions, "version", "versions"));
        return;
    }
    cg_json_put_string(page->json, "file", file);
    put_policy(page->json, policy);
}

void cg_page_good_layout(struct cg_page *page, const char *file, const struct cg_layout *layout) {
    if (page->json == NULL) {
        cg_page_say(page, "%s: good: %s, %s\n", file, cg_layout_name(layout),
                    cg_layout_title(layout));
        if (cg_layout_line_count(layout) > 0) {
            cg_page_say(page, "a record is a claim of up to %" PRIu32 " lines\n",
                        cg_layout_line_count(layout));
        }
        return;
    }
    cg_json_put_string(page->json, "file", file);
    put_layout(page->json, layout);
    if (cg_layout_line_count(layout) > 0) {
        cg_json_put_integer(page->json, "lines", cg_layout_line_count(layout));
    }
}

/* --- rosters --- */

static bool is_type_list(const struct cg_policy *policy, const char *type) {
    bool found = false;
    for (uint32_t v = 0; v < cg_policy_version_count(policy); v++) {
        found = found || cg_roster_is_type_list(cg_policy_version(policy, v), cg_text_of(type));
    }
    return found;
}

static void put_roster_text(struct cg_page *page, const struct cg_roster *roster,
                            const struct cg_policy *policy) {
    const struct cg_roster_providers providers = cg_roster_providers(roster);
    static const struct cg_page_table_column columns[] = {
        {NULL, false}, {NULL, true}, {NULL, false}};
    struct cg_page_table files;
    uint64_t rows = 0;
    const char *type = NULL;
    cg_page_table_open(&files, columns, sizeof columns / sizeof columns[0]);
    for (uint32_t i = 0; i < cg_roster_file_count(roster); i++) {
        const struct cg_roster_file_facts *file = cg_roster_file(roster, i);
        char hex[CG_SHA256_HEX_BYTES];
        cg_page_table_cell(&files, "%s", file->path);
        cg_page_table_cell(&files, "%" PRIu64 " rows", file->rows);
        cg_page_table_cell(&files, "sha256 %.*s", SHORT_SHA_DIGITS,
                           cg_sha256_hex(file->sha256, hex));
    }
    cg_page_table_end(&files, 0, page);
    cg_page_say(page,
                "\nproviders: %" PRIu64 "; with a current or limited credential of a type that "
                "policy %s accepts: %" PRIu64 "; never with one: %" PRIu64 "\n",
                providers.all, cg_policy_id(policy), providers.all - providers.never_granted,
                providers.never_granted);
    for (uint32_t i = 0; (type = cg_roster_unnamed_type(roster, i, &rows)) != NULL; i++) {
        cg_page_say(page, "%s  %s (rows: %" PRIu64 ")%s\n",
                    i == 0 ? "\ncredential types that the policy does not name:\n" : "", type, rows,
                    is_type_list(policy, type)
                        ? ": a list; a row holds one type, so give each type a row of its own"
                        : "");
    }
}

/* --- what is seldom meant in a roster --- */

enum { REMARKS_SHOWN = 20, REMARKS_MAX = 1000 };

struct remarks {
    struct cg_page *page;
    uint32_t count;
};

/* "current and suspended on the same days, from 2021-01-01: suspended wins" */
static void put_remark(struct cg_page *page, const struct cg_roster_remark *remark) {
    const bool one_type = strcmp(remark->type, remark->other_type) == 0;
    const char *status = cg_credential_status_words[remark->status];
    cg_page_say(page, "  %010" PRIu64 " %s%s%s: ", remark->npi, remark->type,
                one_type ? "" : " and ", one_type ? "" : remark->other_type);
    switch (remark->kind) {
    case CG_REMARK_SAME_ROW:
        cg_page_say(page, "the same row twice");
        break;
    case CG_REMARK_OVERLAP:
        cg_page_say(page, "two %s spans overlap", status);
        break;
    case CG_REMARK_STATUSES:
        cg_page_say(page, "%s and %s on the same days", status,
                    cg_credential_status_words[remark->other_status]);
        break;
    }
    cg_page_say(page, ", from %s", cg_date_text(remark->first_day).text);
    if (remark->last_day != CG_DAY_OPEN) {
        cg_page_say(page, " to %s", cg_date_text(remark->last_day).text);
    }
    if (remark->kind == CG_REMARK_STATUSES) {
        const bool same = remark->wins == CG_CREDENTIAL_STATUS_COUNT;
        cg_page_say(page, ": %s%s",
                    same ? "either way the same" : cg_credential_status_words[remark->wins],
                    same ? "" : " wins");
    }
    cg_page_say(page, "\n");
}

static void put_json_remark(struct cg_json_writer *json, const struct cg_roster_remark *remark) {
    static const char *const kinds[] = {"same_row", "overlap", "statuses"};
    char text[CG_DATE_TEXT_BYTES];
    char npi[16];
    snprintf(npi, sizeof npi, "%010" PRIu64, remark->npi);
    cg_json_open_object(json, NULL);
    cg_json_put_string(json, "remark", kinds[remark->kind]);
    cg_json_put_string(json, "npi", npi);
    cg_json_put_string(json, "credential_type", remark->type);
    cg_json_put_string(json, "other_type", remark->other_type);
    cg_json_put_string(json, "status", cg_credential_status_words[remark->status]);
    cg_json_put_string(json, "other_status", cg_credential_status_words[remark->other_status]);
    cg_json_put_string(json, "from", cg_date_format(remark->first_day, text));
    if (remark->last_day == CG_DAY_OPEN) {
        cg_json_put_null(json, "to");
    } else {
        cg_json_put_string(json, "to", cg_date_format(remark->last_day, text));
    }
    if (remark->kind != CG_REMARK_STATUSES || remark->wins == CG_CREDENTIAL_STATUS_COUNT) {
        cg_json_put_null(json, "wins");
    } else {
        cg_json_put_string(json, "wins", cg_credential_status_words[remark->wins]);
    }
    cg_json_close_object(json);
}

static bool tell_remark(void *context, const struct cg_roster_remark *remark) {
    struct remarks *remarks = context;
    remarks->count++;
    if (remarks->page->json != NULL) {
        put_json_remark(remarks->page->json, remark);
    } else if (remarks->count <= REMARKS_SHOWN) {
        cg_page_say(remarks->page, "%s", remarks->count == 1 ? "\nremarks:\n" : "");
        put_remark(remarks->page, remark);
    }
    return remarks->count < REMARKS_MAX;
}

static void put_remarks(struct cg_page *page, const struct cg_roster *roster) {
    struct remarks remarks = {.page = page};
    cg_page_open_list(page, "remarks");
    cg_roster_remarks(roster, tell_remark, &remarks);
    cg_page_close_list(page);
    if (page->json == NULL && remarks.count > REMARKS_SHOWN) {
        cg_page_say(page, "  and %" PRIu32 "%s more; --json has them\n",
                    remarks.count - REMARKS_SHOWN, remarks.count == REMARKS_MAX ? " or" : "");
    }
}

void cg_page_roster(struct cg_page *page, const struct cg_roster *roster,
                    const struct cg_policy *policy) {
    const struct cg_roster_providers providers = cg_roster_providers(roster);
    struct cg_json_writer *json = page->json;
    uint64_t rows = 0;
    const char *type = NULL;
    if (json == NULL) {
        put_roster_text(page, roster, policy);
        put_remarks(page, roster);
        return;
    }
    cg_json_put_string(json, "policy", cg_policy_id(policy));
    cg_put_roster_files(json, "files", roster);
    cg_json_put_integer(json, "providers", (int64_t)providers.all);
    cg_json_put_integer(json, "never_granted", (int64_t)providers.never_granted);
    cg_json_open_array(json, "unnamed_types");
    for (uint32_t i = 0; (type = cg_roster_unnamed_type(roster, i, &rows)) != NULL; i++) {
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "credential_type", type);
        cg_json_put_integer(json, "rows", (int64_t)rows);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
    put_remarks(page, roster);
}
