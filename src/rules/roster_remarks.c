#include "claimgate/rules/roster_remarks.h"

#include "roster_private.h"

static const char *type_of(const struct cg_roster *roster, const struct cg_credential *row) {
    return cg_words_at(&roster->words, row->type)->written.ptr;
}

static bool same_row(const struct cg_credential *a, const struct cg_credential *b) {
    return memcmp(a, b, sizeof *a) == 0; /* rows have no padding */
}

/* A block holds whatever else is there (step 2 of the credential edits), and a row that grants is
 * enough (step 4). */
static enum cg_credential_status winner(const struct cg_credential *a,
                                        const struct cg_credential *b) {
    if (cg_credential_blocks(a) != cg_credential_blocks(b)) {
        return (enum cg_credential_status)(cg_credential_blocks(a) ? a->status : b->status);
    }
    if (cg_credential_grants(a) != cg_credential_grants(b)) {
        return (enum cg_credential_status)(cg_credential_grants(a) ? a->status : b->status);
    }
    return CG_CREDENTIAL_STATUS_COUNT;
}

/* Rows of two types live side by side, but that a block of one keeps the other from granting. */
static bool concern_each_other(const struct cg_credential *a, const struct cg_credential *b) {
    return a->type == b->type || (cg_credential_blocks(a) && cg_credential_grants(b)) ||
           (cg_credential_blocks(b) && cg_credential_grants(a));
}

static struct cg_roster_remark remark_on(const struct cg_roster *roster,
                                         const struct cg_credential *a,
                                         const struct cg_credential *b) {
    const int32_t last_day =
        a->span.last_day < b->span.last_day ? a->span.last_day : b->span.last_day;
    struct cg_roster_remark remark = {
        .kind = a->status == b->status ? CG_REMARK_OVERLAP : CG_REMARK_STATUSES,
        .npi = a->span.key,
        .type = type_of(roster, a),
        .other_type = type_of(roster, b),
        .status = (enum cg_credential_status)a->status,
        .other_status = (enum cg_credential_status)b->status,
        .first_day = b->span.first_day, /* the later one: rows are sorted by it */
        .last_day = last_day,
        .wins = winner(a, b),
    };
    if (same_row(a, b)) {
        remark.kind = CG_REMARK_SAME_ROW;
    }
    return remark;
}

/* Whether to go on. A row that stands again is told of once, with the row before it. */
static bool compare_with_later(const struct cg_roster *roster, size_t at,
                               bool (*tell)(void *context, const struct cg_roster_remark *remark),
                               void *context) {
    const struct cg_credential *rows = roster->credentials.rows.items;
    const struct cg_credential *row = &rows[at];
    const bool repeats = at > 0 && same_row(row, row - 1);
    for (size_t i = at + 1; i < roster->credentials.rows.count; i++) {
        const struct cg_credential *later = &rows[i];
        if (later->span.key != row->span.key || later->span.first_day > row->span.last_day) {
            break;
        }
        const bool told_before = i > at + 1 && same_row(later, later - 1);
        const bool wanted = same_row(row, later) ? i == at + 1 : !repeats && !told_before;
        if (wanted && concern_each_other(row, later)) {
            const struct cg_roster_remark remark = remark_on(roster, row, later);
            if (!tell(context, &remark)) {
                return false;
            }
        }
    }
    return true;
}

void cg_roster_remarks(const struct cg_roster *roster,
                       bool (*tell)(void *context, const struct cg_roster_remark *remark),
                       void *context) {
    bool goes_on = true;
    for (size_t i = 0; goes_on && i < roster->credentials.rows.count; i++) {
        goes_on = compare_with_later(roster, i, tell, context);
    }
}

static bool is_unclosed(const struct cg_roster *roster, size_t at) {
    const struct cg_credential *rows = roster->credentials.rows.items;
    const struct cg_credential *row = &rows[at];
    if (row->span.last_day != CG_DAY_OPEN || !cg_roster_may_render(roster, row)) {
        return false;
    }
    for (size_t i = at + 1; i < roster->credentials.rows.count; i++) {
        const struct cg_credential *later = &rows[i];
        if (later->span.key != row->span.key) {
            return false;
        }
        if (later->type == row->type && later->span.first_day > row->span.first_day &&
            winner(row, later) == (enum cg_credential_status)row->status) {
            return true;
        }
    }
    return false;
}

uint64_t cg_roster_unclosed(const struct cg_roster *roster) {
    uint64_t count = 0;
    for (size_t i = 0; i < roster->credentials.rows.count; i++) {
        count += is_unclosed(roster, i);
    }
    return count;
}
