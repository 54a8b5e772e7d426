/*
 * A row's day is CG_DAY_NONE when the line's units lie over its days, or when its day is too far
 * from our time for two bytes: no range of days holds it, so that the fast sum leaves it out, and a
 * second pass over such rows adds them.
 *
 * The sums that a yearly and a monthly cap ask for are kept with the member: a line that is
 * accepted adds to them, and taking lines back forgets them. There are two, so
 * that a line under both caps finds both.
 */
#include "large_member.h"
#include "member_history.h"

#include <string.h>

static struct cg_service *service_at(const struct cg_line_store *store, uint32_t ref) {
    return cg_pool_at(&store->pool, ref);
}

/* The spread of a row's line when that is a split one which the cap counts. */
static bool dayless_row(const struct cg_line_store *store, const struct cg_member_row *row,
                        const struct cg_cap *cap, struct cg_spread *spread) {
    if (row->day_no != CG_DAY_NONE) {
        return false;
    }
    const struct cg_service *service = service_at(store, row->ref);
    *spread = cg_service_spread(service);
    return cg_service_counts(service, cap);
}

/* The units of split lines, which the sums over rows leave out. */
static uint64_t dayless_units(const struct cg_line_store *store,
                              const struct cg_member_history *history, const struct cg_cap *cap,
                              int32_t first_day, int32_t last_day) {
    struct cg_member_rows rows = cg_member_rows_of(store, history);
    uint64_t sum = 0;
    for (uint32_t row_no = 0; row_no < history->count; row_no++) {
        struct cg_member_row row = cg_member_rows_get(&rows, row_no);
        struct cg_spread spread;
        if (dayless_row(store, &row, cap, &spread)) {
            sum += cg_spread_within(&spread, first_day, last_day);
        }
    }
    return sum;
}

__attribute__((noinline)) static uint64_t sum_units(const struct cg_line_store *store,
                                                    struct cg_member_history *history,
                                                    const struct cg_cap *cap, int32_t first_day,
                                                    int32_t last_day) {
    struct cg_member_rows rows = cg_member_rows_of(store, history);
    uint64_t sum = cap->counts_all ? cg_member_rows_sum(&rows, history->count, first_day, last_day)
                                   : cg_member_rows_sum_counted(&rows, history->count, cap,
                                                                first_day, last_day);
    sum += cg_outlines_units(&store->outlines, cg_outlines_of(history), cap, first_day, last_day);
    /* A single day's would only drive out the year's. */
    if (cap->counts_all && first_day != last_day) {
        history->sums[1] = history->sums[0];
        history->sums[0] = (struct cg_day_sum){first_day, last_day, (uint32_t)sum};
    }
    return history->has_dayless ? sum + dayless_units(store, history, cap, first_day, last_day)
                                : sum;
}

__attribute__((noinline)) static uint64_t large_units(const struct cg_line_store *store,
                                                      const struct cg_member_history *history,
                                                      const struct cg_cap *cap, int32_t first_day,
                                                      int32_t last_day) {
    return cg_large_member_units(store, history->large, cap, first_day, last_day) +
           cg_outlines_units(&store->outlines, cg_outlines_of(history), cap, first_day, last_day);
}

/* What is called here stands out of line, so that the usual question need not save registers. */
uint64_t cg_member_history_units(const struct cg_line_store *store,
                                 struct cg_member_history *history, const struct cg_cap *cap,
                                 int32_t first_day, int32_t last_day) {
    if (history->large != NULL) {
        return large_units(store, history, cap, first_day, last_day);
    }
    bool may_be_known = cap->counts_all && !history->has_dayless;
    for (uint32_t i = 0; may_be_known && i < CG_DAY_SUMS; i++) {
        if (history->sums[i].first_day == first_day && history->sums[i].last_day == last_day) {
            return history->sums[i].units;
        }
    }
    return sum_units(store, history, cap, first_day, last_day);
}

static void add_daily_rows(const struct cg_line_store *store,
                           const struct cg_member_history *history, const struct cg_cap *cap,
                           int32_t first_day, int32_t last_day, uint64_t *out) {
    memset(out, 0, (size_t)(last_day - first_day + 1) * sizeof *out);
    struct cg_member_rows rows = cg_member_rows_of(store, history);
    for (uint32_t row_no = 0; row_no < history->count; row_no++) {
        struct cg_member_row row = cg_member_rows_get(&rows, row_no);
        struct cg_spread spread;
        if (dayless_row(store, &row, cap, &spread)) {
            cg_spread_add_daily(&spread, first_day, last_day, out);
        } else if (row.day_no >= first_day && row.day_no <= last_day &&
                   cg_cap_counts(cap, row.procedure_no)) {
            out[row.day_no - first_day] += row.units;
        }
    }
}

void cg_member_history_daily_units(const struct cg_line_store *store,
                                   const struct cg_member_history *history,
                                   const struct cg_cap *cap, int32_t first_day, int32_t last_day,
                                   uint64_t *out) {
    if (history->large != NULL) {
        cg_large_member_daily_units(history->large, cap, first_day, last_day, out);
    } else {
        add_daily_rows(store, history, cap, first_day, last_day, out);
    }
    cg_outlines_add_daily(&store->outlines, cg_outlines_of(history), cap, first_day, last_day, out);
}
