#include "claimgate/rules/roster.h"

#include "roster_private.h"

#include "claimgate/base/fetch.h"
#include "claimgate/record/field.h"

#include <string.h>

#include <string.h>

uint32_t cg_roster_file_count(const struct cg_roster *roster) {
    return roster->file_count;
}

const struct cg_roster_file_facts *cg_roster_file(const struct cg_roster *roster, uint32_t index) {
    return index < roster->file_count ? &roster->files[index] : NULL;
}

const char *cg_roster_members_file(const struct cg_roster *roster) {
    const char *name = "";
    for (uint32_t i = 0; i < cg_roster_file_count(roster); i++) {
        const char *path = cg_roster_file(roster, i)->path;
        name = strncmp(path, "members.", strlen("members.")) == 0 ? path : name;
    }
    return name;
}

bool cg_roster_has_provider(const struct cg_roster *roster, uint64_t npi) {
    return cg_span_table_find(&roster->credentials, npi).count > 0;
}

void cg_roster_fetch_place(const struct cg_roster *roster, uint64_t npi) {
    for (uint32_t i = 0; i < roster->provider_table_count; i++) {
        const struct cg_span_table *table = roster->provider_tables[i];
        cg_fetch(&table->slots[cg_span_table_place(table, npi)]);
    }
}

/* Finding them reads the slots, which are there by now. */
void cg_roster_fetch_rows(const struct cg_roster *roster, uint64_t npi) {
    for (uint32_t i = 0; i < roster->provider_table_count; i++) {
        struct cg_span_group group = cg_span_table_find(roster->provider_tables[i], npi);
        if (group.count > 0) {
            cg_fetch(group.rows);
            cg_fetch(group.rows + group.count * group.stride - 1); /* one or two rows, mostly */
        }
    }
}

const char *cg_roster_unnamed_type(const struct cg_roster *roster, uint32_t index, uint64_t *rows) {
    if (index >= roster->unnamed_type_count) {
        return NULL;
    }
    const struct cg_word *word = cg_words_at(&roster->words, roster->unnamed_types[index]);
    *rows = word->type_rows;
    return word->written.ptr;
}

static bool accepts(const struct cg_policy_version *version, struct cg_text part) {
    char folded[CG_ROSTER_WORD_BYTES];
    const struct cg_text type = {folded, cg_field_fold(part, folded, sizeof folded)};
    bool found = false;
    for (uint32_t i = 0; i < version->type_count && type.len > 0; i++) {
        found = found || cg_text_is(type, version->types[i]);
    }
    return found;
}

bool cg_roster_is_type_list(const struct cg_policy_version *version, struct cg_text written) {
    static const char between[] = ",;/|&+";
    bool found = false;
    uint32_t from = 0;
    for (uint32_t i = 0; i <= written.len; i++) {
        const bool ends = i == written.len || memchr(between, written.ptr[i], sizeof between - 1);
        if (ends && i - from < written.len) {
            found = found || accepts(version, (struct cg_text){written.ptr + from, i - from});
        }
        from = ends ? i + 1 : from;
    }
    return found;
}

bool cg_roster_may_render(const struct cg_roster *roster, const struct cg_credential *credential) {
    for (uint32_t v = 0; v < roster->version_count && cg_credential_grants(credential); v++) {
        if (cg_roster_roles(roster, v)[credential->type].type_slot != CG_TYPE_NOT_ACCEPTED) {
            return true;
        }
    }
    return false;
}

struct cg_roster_providers cg_roster_providers(const struct cg_roster *roster) {
    struct cg_roster_providers found = {.all = roster->credentials.key_count};
    const struct cg_credential *rows = roster->credentials.rows.items;
    for (size_t i = 0, next; i < roster->credentials.rows.count; i = next) {
        bool granted = false;
        for (next = i;
             next < roster->credentials.rows.count && rows[next].span.key == rows[i].span.key;
             next++) {
            granted = granted || cg_roster_may_render(roster, &rows[next]);
        }
        found.never_granted += !granted;
    }
    return found;
}

uint64_t cg_authorization_key(struct cg_text number, struct cg_text member_id) {
    uint64_t hash = cg_hash64(number.ptr, number.len, cg_hash_run_seed());
    return cg_hash64(member_id.ptr, member_id.len, hash) | 1; /* never 0, which is no key */
}

bool cg_roster_authorizes(const struct cg_roster *roster, const struct cg_line *line,
                          uint64_t procedure) {
    if (line->authorization_number.len == 0 || roster->authorizations.rows.count == 0) {
        return false;
    }
    const struct cg_text member_id = cg_key_text(&line->member_id);
    struct cg_span_group group = cg_span_table_find(
        &roster->authorizations, cg_authorization_key(line->authorization_number, member_id));
    for (size_t i = 0; i < group.count; i++) {
        const struct cg_authorization *row = (const void *)cg_span_at(group, i);
        if (cg_span_holds(&row->span, line->start_day) &&
            (row->procedure == 0 || row->procedure == procedure) &&
            cg_text_equal(row->number, line->authorization_number) &&
            cg_text_equal(row->member_id, member_id)) {
            return true;
        }
    }
    return false;
}
