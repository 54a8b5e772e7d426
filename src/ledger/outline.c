#include "outline.h"

#include "pack_form.h"

#include <stdlib.h>

enum { LINES_MAX = 1024 }; /* who has more is large to the gate as well */

struct cg_outlined_group {
    struct cg_text entries;
    uint32_t first_line; /* of `lines` */
};

/* What takes the place of a line that was taken back. */
static const struct cg_outline nothing = {.day = CG_OUTLINE_DAY_NONE};

/* One that a void took back is told where it comes again, and so is to be known by its tags. */
static struct cg_outline without_units(struct cg_outline line) {
    line.units = 0;
    return line;
}

bool cg_outliner_init(struct cg_outliner *outliner, const struct cg_ledger *ledger) {
    const struct cg_numbers *services = &ledger->numbers.services;
    cg_array_init(&outliner->lines, sizeof(struct cg_outline), LINES_MAX);
    cg_array_init(&outliner->groups, sizeof(struct cg_outlined_group), LINES_MAX);
    outliner->services = services->pairs.count;
    outliner->procedures = malloc(outliner->services + (size_t)1);
    for (uint32_t i = 1; outliner->procedures != NULL && i <= outliner->services; i++) {
        const int found = cg_policy_procedure(ledger->policy, cg_pair_at(services, i).first);
        outliner->procedures[i] = found < 0 ? CG_PROCEDURE_OTHER : (uint8_t)found;
    }
    return outliner->procedures != NULL;
}

void cg_outliner_fini(struct cg_outliner *outliner) {
    cg_array_fini(&outliner->lines);
    cg_array_fini(&outliner->groups);
    free(outliner->procedures);
}

static bool add_line(struct cg_outliner *outliner, const struct cg_skimmed_entry *entry) {
    struct cg_outline *line = cg_array_add(&outliner->lines);
    if (line == NULL) {
        return false;
    }
    const bool known = entry->service_no > 0 && entry->service_no <= outliner->services;
    *line = entry->outline;
    line->procedure_no = known ? outliner->procedures[entry->service_no] : CG_PROCEDURE_OTHER;
    return true;
}

/* Lines of a group that the take-back frees, up to `end` of all lines; their tags may be others'.
 */
static void free_in_group(struct cg_outliner *outliner, const struct cg_outlined_group *group,
                          uint32_t end, const struct cg_packed_entry *take_back) {
    struct cg_text entries = group->entries;
    struct cg_packer packer = {0};
    struct cg_packed_entry entry;
    uint32_t at = group->first_line;
    bool broken;
    while (at < end && cg_unpack_entry(&entries, &packer, &entry, &broken)) {
        if (entry.kind != CG_ENTRY_LINE) {
            continue;
        }
        if (cg_text_equal(entry.claim_id, take_back->original_claim_id) &&
            (take_back->line_number == 0 || take_back->line_number == entry.line_number)) {
            struct cg_outline *line = cg_array_at(&outliner->lines, at);
            *line = take_back->frequency == CG_VOID ? without_units(*line) : nothing;
        }
        at++;
    }
}

/* The lines so far that may be of the take-back's claim lead to their groups. */
static void free_lines(struct cg_outliner *outliner, const struct cg_packed_entry *take_back) {
    for (uint32_t i = 0; i < outliner->groups.count; i++) {
        const struct cg_outlined_group *group = cg_array_at(&outliner->groups, i);
        const struct cg_outlined_group *next =
            i + 1 < outliner->groups.count ? cg_array_at(&outliner->groups, i + 1) : NULL;
        const uint32_t end = next != NULL ? next->first_line : outliner->lines.count;
        bool may_be = false;
        for (uint32_t at = group->first_line; at < end; at++) {
            const struct cg_outline *line = cg_array_at(&outliner->lines, at);
            may_be = may_be || cg_outline_tag_may_be(line->tag, take_back->tag);
        }
        if (may_be) {
            free_in_group(outliner, group, end, take_back);
        }
    }
}

/* The take-back that begins at `at` has been skimmed; its texts are read now. What was told by
 * difference to entries before it is not asked for. */
static bool take_back(struct cg_outliner *outliner, struct cg_text at) {
    struct cg_packer packer = {0};
    struct cg_packed_entry entry;
    bool broken;
    if (cg_unpack_entry(&at, &packer, &entry, &broken)) {
        free_lines(outliner, &entry);
    }
    return !broken;
}

/* False: the bytes are broken. */
static bool outline_group(struct cg_outliner *outliner, struct cg_text entries, bool *fits) {
    struct cg_skimmed_entry entry;
    struct cg_text at = entries;
    bool broken = false;
    bool good = true;
    struct cg_outlined_group *group = cg_array_add(&outliner->groups);
    *fits = group != NULL;
    if (group == NULL) {
        return true;
    }
    *group = (struct cg_outlined_group){entries, outliner->lines.count};
    while (*fits && good && cg_skim_entry(&entries, &entry, &broken)) {
        if (entry.kind == CG_ENTRY_LINE) {
            *fits = entry.has_outline && add_line(outliner, &entry);
        } else if (entry.kind == CG_ENTRY_TAKE_BACK) {
            good = take_back(outliner, at);
        }
        at = entries;
    }
    return good && !broken;
}

static void drop_nothings(struct cg_array *lines) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < lines->count; i++) {
        const struct cg_outline *line = cg_array_at(lines, i);
        if (line->day != CG_OUTLINE_DAY_NONE) {
            *(struct cg_outline *)cg_array_at(lines, kept++) = *line;
        }
    }
    lines->count = kept;
}

bool cg_outline_groups(struct cg_outliner *outliner, struct cg_text groups, bool *fits) {
    int64_t run_no;
    struct cg_text entries;
    bool broken = false;
    bool good = true;
    outliner->lines.count = 0;
    outliner->groups.count = 0;
    *fits = true;
    while (*fits && good && cg_next_group(&groups, &run_no, &entries, &broken)) {
        good = outline_group(outliner, entries, fits);
    }
    drop_nothings(&outliner->lines);
    return good && !broken;
}
