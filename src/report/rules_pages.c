#include "claimgate/report/rules_pages.h"

#include "rules_json.h"

#include <inttypes.h>

enum { SHORT_SHA_DIGITS = 12 };

/* --- policies and layouts --- */

static void put_policy(struct cg_json_writer *json, const struct cg_policy *policy) {
    cg_json_put_string(json, "id", cg_policy_id(policy));
    cg_json_put_string(json, "title", cg_policy_title(policy));
    cg_json_put_integer(json, "versions", cg_policy_version_count(policy));
    cg_put_hash(json, "sha256", cg_policy_sha256(policy));
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

void cg_rules_list_policy(struct cg_rules_list *list, const struct cg_policy *policy) {
    struct cg_json_writer *json = list->page->json;
    if (json == NULL) {
        cg_page_table_cell(&list->table, "%s", cg_policy_id(policy));
        cg_page_table_cell(&list->table, "%s", cg_policy_title(policy));
        return;
    }
    cg_json_open_object(json, NULL);
    put_policy(json, policy);
    cg_json_close_object(json);
}

void cg_rules_list_layout(struct cg_rules_list *list, const struct cg_layout *layout) {
    struct cg_json_writer *json = list->page->json;
    if (json == NULL) {
        cg_page_table_cell(&list->table, "%s", cg_layout_name(layout));
        cg_page_table_cell(&list->table, "%s", cg_layout_title(layout));
        return;
    }
    cg_json_open_object(json, NULL);
    put_layout(json, layout);
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
        return;
    }
    cg_json_put_string(page->json, "file", file);
    put_layout(page->json, layout);
}

/* --- rosters --- */

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
                "\nproviders: %" PRIu64 "; %" PRIu64
                " of them hold no current or limited credential of a type that policy %s accepts\n",
                providers.all, providers.never_granted, cg_policy_id(policy));
    for (uint32_t i = 0; (type = cg_roster_unnamed_type(roster, i, &rows)) != NULL; i++) {
        cg_page_say(page, "%s  %s (rows: %" PRIu64 ")\n",
                    i == 0 ? "\ncredential types that the policy does not name:\n" : "", type,
                    rows);
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
}
