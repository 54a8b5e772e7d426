/*
 * members.csv: whose a member id is. A person who has had several ids is one person to every cap.
 */
#include "roster_private.h"

#include <string.h>

static uint64_t key_of(struct cg_text member_id) {
    return cg_hash64(member_id.ptr, member_id.len, cg_hash_run_seed()) | 1; /* 0 is no key */
}

uint64_t cg_membership_key(struct cg_text member_id) {
    return key_of(member_id);
}

/* A hash stands for the id in the table, so that the id is compared as well. A line without a valid
 * date is a void, if it gets anywhere: it takes back what the last row's person had. */
const struct cg_key *cg_roster_person(const struct cg_roster *roster,
                                      const struct cg_key *member_id, int32_t day,
                                      uint32_t *id_no) {
    const struct cg_text id = cg_key_text(member_id);
    const struct cg_span_group group = cg_span_table_find(&roster->members, key_of(id));
    const struct cg_membership *first = NULL;
    const struct cg_membership *last = NULL;
    for (size_t i = 0; i < group.count; i++) {
        const struct cg_membership *row = (const void *)cg_span_at(group, i);
        if (!cg_text_equal(row->member_id, id)) {
            continue;
        }
        first = first != NULL ? first : row;
        last = row;
        if (cg_span_holds(&row->span, day)) {
            break;
        }
    }
    if (last == NULL || (day != CG_DAY_NONE && !cg_span_holds(&last->span, day))) {
        return NULL;
    }
    *id_no = (uint32_t)first->line;
    return &last->person;
}

bool cg_roster_membership(const struct cg_roster *roster, uint32_t index,
                          struct cg_roster_membership *out) {
    if (index >= roster->members.rows.count) {
        return false;
    }
    const struct cg_membership *row = cg_array_at(&roster->members.rows, index);
    *out = (struct cg_roster_membership){.member_id = row->member_id,
                                         .person = cg_key_text(&row->person),
                                         .first_day = row->span.first_day,
                                         .last_day = row->span.last_day,
                                         .line = row->line};
    return true;
}

/* Two rows of one id that share a day and name different persons. */
static bool contradict(const struct cg_membership *a, const struct cg_membership *b) {
    return a->span.first_day <= b->span.last_day && b->span.first_day <= a->span.last_day &&
           cg_text_equal(a->member_id, b->member_id) && !cg_key_equal(&a->person, &b->person);
}

static void report(const struct cg_membership *a, const struct cg_membership *b, const char *path,
                   struct cg_problems *problems) {
    const struct cg_membership *earlier = a->line < b->line ? a : b;
    const struct cg_membership *later = a->line < b->line ? b : a;
    cg_problems_add(problems, path, later->line, 0,
                    "on some days this row gives its member_id to another person than line %llu "
                    "does; end one before the other begins",
                    (unsigned long long)earlier->line);
}

/* Rows of an id stand in the order of their first days. Each is held against the one before it that
 * reaches furthest: where any two contradict, two that are held against each other do. */
void cg_roster_check_members(const struct cg_roster *roster, const char *path,
                             struct cg_problems *problems) {
    const struct cg_membership *rows = roster->members.rows.items;
    const struct cg_membership *reaching = rows;
    for (size_t i = 1; i < roster->members.rows.count; i++) {
        const struct cg_membership *row = &rows[i];
        const bool same_id = row->span.key == reaching->span.key;
        if (same_id && contradict(reaching, row)) {
            report(reaching, row, path, problems);
        }
        if (!same_id || row->span.last_day > reaching->span.last_day) {
            reaching = row;
        }
    }
}
