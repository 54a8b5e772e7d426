#include "standing.h"

#include <stdlib.h>
#include <string.h>

enum { DAYS = CG_DAY_LAST - CG_DAY_FIRST + 1, LINES_MAX = 1 << 30 };

struct standing_line {
    struct cg_packed_entry entry;
    struct cg_day_tree *tree; /* of its procedure */
    char claim_id[CG_ID_MAX_BYTES];
    uint32_t claim_len;
    bool taken_back;
};

void cg_standing_init(struct cg_standing *standing, const struct cg_numbers *services) {
    *standing = (struct cg_standing){.services = services};
    cg_array_init(&standing->lines, sizeof(struct standing_line), LINES_MAX);
}

void cg_standing_fini(struct cg_standing *standing) {
    for (uint32_t i = 0; i < standing->tree_count; i++) {
        free(standing->trees[i].sums);
    }
    cg_array_fini(&standing->lines);
}

static void add_at(struct cg_day_tree *tree, int32_t day_no, int64_t units) {
    for (uint32_t i = (uint32_t)(day_no - CG_DAY_FIRST) + 1; i <= DAYS; i += i & -i) {
        tree->sums[i] += units;
    }
}

static int64_t sum_up_to(const struct cg_day_tree *tree, int32_t day_no) {
    int64_t sum = 0;
    for (uint32_t i = (uint32_t)(day_no - CG_DAY_FIRST) + 1; i > 0; i -= i & -i) {
        sum += tree->sums[i];
    }
    return sum;
}

static int64_t units_within(const struct cg_day_tree *tree, int32_t first_day, int32_t last_day) {
    const int32_t first = first_day < CG_DAY_FIRST ? CG_DAY_FIRST : first_day;
    const int32_t last = last_day > CG_DAY_LAST ? CG_DAY_LAST : last_day;
    if (first > last) {
        return 0;
    }
    return sum_up_to(tree, last) - (first == CG_DAY_FIRST ? 0 : sum_up_to(tree, first - 1));
}

static struct cg_day_tree *tree_of(struct cg_standing *standing, uint64_t procedure) {
    for (uint32_t i = 0; i < standing->tree_count; i++) {
        if (standing->trees[i].procedure == procedure) {
            return &standing->trees[i];
        }
    }
    if (standing->tree_count == CG_DAY_TREES_MAX) {
        return NULL;
    }
    struct cg_day_tree *tree = &standing->trees[standing->tree_count];
    tree->sums = calloc(DAYS + 1, sizeof tree->sums[0]);
    tree->procedure = procedure;
    standing->tree_count += tree->sums != NULL;
    return tree->sums != NULL ? tree : NULL;
}

/* Lay a line's units on its days (sign 1), or take them off (-1). A span's units lie evenly, the
 * remainder one each on the first days. */
static void lay(const struct standing_line *standing, int64_t sign) {
    const struct cg_packed_entry *line = &standing->entry;
    if (line->exempt || line->end_day < line->start_day || line->start_day < CG_DAY_FIRST ||
        line->end_day > CG_DAY_LAST) {
        return; /* days that no line can have are told as a change of the line */
    }
    if (!line->split) {
        add_at(standing->tree, line->start_day, sign * line->accepted_units);
        return;
    }
    const uint32_t days = (uint32_t)(line->end_day - line->start_day) + 1;
    for (uint32_t i = 0; i < days && i < line->accepted_units; i++) {
        const uint32_t units =
            line->accepted_units / days + (i < line->accepted_units % days ? 1 : 0);
        add_at(standing->tree, line->start_day + (int32_t)i, sign * (int64_t)units);
    }
}

void cg_standing_end_member(struct cg_standing *standing) {
    for (uint32_t i = 0; i < standing->lines.count; i++) {
        const struct standing_line *line = cg_array_at(&standing->lines, i);
        if (!line->taken_back) {
            lay(line, -1);
        }
    }
    standing->lines.count = 0;
}

bool cg_standing_take_in(struct cg_standing *standing, const struct cg_packed_entry *entry) {
    struct cg_day_tree *tree =
        tree_of(standing, cg_pair_at(standing->services, entry->service_no).first);
    struct standing_line *line = cg_array_add(&standing->lines);
    if (tree == NULL || line == NULL) {
        return false;
    }
    line->entry = *entry;
    line->tree = tree;
    line->taken_back = false;
    line->claim_len = entry->claim_id.len;
    memcpy(line->claim_id, entry->claim_id.ptr, entry->claim_id.len);
    lay(line, 1);
    return true;
}

/* A take-back frees what stands of its original. */
void cg_standing_free(struct cg_standing *standing, const struct cg_packed_entry *entry) {
    for (uint32_t i = 0; i < standing->lines.count; i++) {
        struct standing_line *line = cg_array_at(&standing->lines, i);
        const struct cg_text claim = {line->claim_id, line->claim_len};
        if (!line->taken_back && cg_text_equal(claim, entry->original_claim_id) &&
            (entry->line_number == 0 || entry->line_number == line->entry.line_number)) {
            line->taken_back = true;
            lay(line, -1);
        }
    }
}

/* The period of a cap that holds a day. Periods of the calendar hold many days, and neighbours are
 * asked for one after another. */
static void period_of(struct cg_standing *standing, const struct cg_cap *cap, uint32_t cap_no,
                      int32_t day_no, int32_t *first, int32_t *last) {
    struct cg_cap_days *kept = &standing->periods[cap_no];
    if (kept->cap != cap || cap->period == CG_PERIOD_ROLLING_MONTHS || day_no < kept->first ||
        day_no > kept->last) {
        cg_cap_period(cap, day_no, &kept->first, &kept->last);
        kept->cap = cap;
    }
    *first = kept->first;
    *last = kept->last;
}

int64_t cg_standing_units(struct cg_standing *standing, const struct cg_policy *policy,
                          const struct cg_cap *cap, uint32_t cap_no, int32_t day_no) {
    int32_t first;
    int32_t last;
    int64_t sum = 0;
    period_of(standing, cap, cap_no, day_no, &first, &last);
    for (uint32_t i = 0; i < standing->tree_count; i++) {
        const int no = cg_policy_procedure(policy, standing->trees[i].procedure);
        if (cap->counts_all || (no >= 0 && cap->counts[no] != 0)) {
            sum += units_within(&standing->trees[i], first, last);
        }
    }
    return sum;
}
