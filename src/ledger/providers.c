/*
 * Questions about rendering providers, from what each run has summed up of them (rendered.h).
 */
#include "joined.h"
#include "rendered.h"

#include "claimgate/ledger/ledger_query.h"

#include <stdlib.h>
#include <string.h>

enum { SUMS_MAX = 1 << 26 };

struct sum {
    int32_t month_day;
    int32_t last_day;
    uint64_t lines;
    uint64_t units;
    char reason[CG_RENDERED_REASON_BYTES];
};

struct latest {
    uint64_t npi;
    int32_t last_day;
};

struct search {
    const struct cg_ledger *ledger;
    uint64_t npi;         /* whose sums are asked for */
    struct cg_array sums; /* of struct sum, of his; or of struct latest, of everybody */
    struct cg_hash_table table;
    uint64_t seed;
    uint32_t at;      /* of `sums`, plus 1: who was met last */
    int32_t last_day; /* of all */
};

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while looking for providers");
}

typedef bool (*take_fn)(struct search *search, const struct cg_rendered_entry *entry);

/* Each entry of a block that `take` wants. */
static enum cg_status read_block(struct search *search, sqlite3_stmt *row, take_fn take,
                                 struct cg_error *err) {
    struct cg_rendered_reader reader = {.packed = cg_cell_column(row, 0).bytes};
    struct cg_rendered_entry entry;
    while (cg_rendered_next(&reader, &entry)) {
        if (!take(search, &entry)) {
            return no_memory(err);
        }
    }
    return !reader.broken ? CG_OK
                          : cg_error_set(err, CG_BAD_DATA,
                                         "%s: what it keeps of providers is damaged; `claimgate "
                                         "ledger verify` says where",
                                         search->ledger->path);
}

/* --- one provider --- */

static bool take_sum(struct search *search, const struct cg_rendered_entry *entry) {
    if (entry->npi != search->npi) {
        return true;
    }
    struct sum *sum = cg_array_add(&search->sums);
    if (sum == NULL) {
        return false;
    }
    *sum = (struct sum){.month_day = entry->month_day,
                        .last_day = entry->last_day,
                        .lines = entry->lines,
                        .units = entry->units};
    memcpy(sum->reason, entry->reason.ptr, entry->reason.len);
    return true;
}

static enum cg_status read_sums(void *context, sqlite3_stmt *row, struct cg_error *err) {
    return read_block(context, row, take_sum, err);
}

static int compare_sums(const void *a, const void *b) {
    const struct sum *x = a;
    const struct sum *y = b;
    return x->month_day != y->month_day ? (x->month_day < y->month_day ? -1 : 1)
                                        : strcmp(x->reason, y->reason);
}

/* Sums of a month and reason, over the runs, as one. */
static enum cg_status visit_sums(const struct cg_array *sums, cg_ledger_rendered_fn fn,
                                 void *context, struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t i = 0, next; status == CG_OK && i < sums->count; i = next) {
        const struct sum *first = cg_array_at(sums, i);
        struct cg_ledger_rendered all = {
            .month_day = first->month_day, .reason = first->reason, .last_day = first->last_day};
        for (next = i; next < sums->count; next++) {
            const struct sum *sum = cg_array_at(sums, next);
            if (compare_sums(first, sum) != 0) {
                break;
            }
            all.lines += sum->lines;
            all.units += sum->units;
            all.last_day = sum->last_day > all.last_day ? sum->last_day : all.last_day;
        }
        status = fn(context, &all, err);
    }
    return status;
}

/* Of each run that stands, the last block that begins before the provider, and those that begin
 * with him. */
static const char blocks_of_provider[] =
    "SELECT b.packed FROM run r CROSS JOIN rendered b ON b.run_no = r.run_no "
    "AND b.first_npi >= coalesce((SELECT max(d.first_npi) FROM rendered d "
    "WHERE d.run_no = r.run_no AND d.first_npi < ?1), 0) AND b.first_npi <= ?1 "
    "WHERE NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = r.run_no)";

enum cg_status cg_ledger_visit_rendered(struct cg_ledger *ledger, uint64_t npi,
                                        cg_ledger_rendered_fn fn, void *context,
                                        struct cg_error *err) {
    struct search search = {.ledger = ledger, .npi = npi};
    cg_array_init(&search.sums, sizeof(struct sum), SUMS_MAX);
    enum cg_status status = cg_joined_each_row(
        ledger, CG_QUERY(blocks_of_provider, cg_cell_unsigned(npi)), read_sums, &search, err);
    cg_array_sort(&search.sums, compare_sums);
    status = status == CG_OK ? visit_sums(&search.sums, fn, context, err) : status;
    cg_array_fini(&search.sums);
    return status;
}

/* --- those who were there lately --- */

static bool same_npi(const void *context, uint32_t ref, const void *key) {
    const struct latest *latest = cg_array_at(context, ref - 1);
    return latest->npi == *(const uint64_t *)key;
}

/* NULL: no memory. It is mostly whoever was met last, or in an earlier run who came behind him. */
static struct latest *latest_of(struct search *search, uint64_t npi) {
    struct cg_array *all = &search->sums;
    for (uint32_t ref = search->at; ref != 0 && ref <= search->at + 1 && ref <= all->count; ref++) {
        if (same_npi(all, ref, &npi)) {
            search->at = ref;
            return cg_array_at(all, ref - 1);
        }
    }
    const uint64_t hash = cg_hash64(&npi, sizeof npi, search->seed);
    search->at = cg_hash_table_find(&search->table, hash, same_npi, all, &npi);
    if (search->at != 0) {
        return cg_array_at(all, search->at - 1);
    }
    struct latest *latest = cg_array_add(all);
    search->at = all->count;
    if (latest == NULL || !cg_hash_table_add(&search->table, hash, search->at)) {
        return NULL;
    }
    *latest = (struct latest){npi, CG_DAY_FIRST};
    return latest;
}

static bool take_latest(struct search *search, const struct cg_rendered_entry *entry) {
    if (entry->reason.len > 0) {
        return true;
    }
    struct latest *latest = latest_of(search, entry->npi);
    if (latest == NULL) {
        return false;
    }
    latest->last_day = entry->last_day > latest->last_day ? entry->last_day : latest->last_day;
    search->last_day = entry->last_day > search->last_day ? entry->last_day : search->last_day;
    return true;
}

static enum cg_status read_latest(void *context, sqlite3_stmt *row, struct cg_error *err) {
    return read_block(context, row, take_latest, err);
}

enum cg_status cg_ledger_visit_recent_providers(struct cg_ledger *ledger, int64_t since_run,
                                                int days, cg_ledger_provider_fn fn, void *context,
                                                struct cg_error *err) {
    struct search search = {.ledger = ledger, .seed = cg_hash_run_seed(), .last_day = CG_DAY_FIRST};
    cg_array_init(&search.sums, sizeof(struct latest), SUMS_MAX);
    enum cg_status status =
        cg_joined_each_row(ledger,
                           CG_QUERY("SELECT packed FROM rendered d JOIN run r USING (run_no) "
                                    "WHERE d.run_no >= ?1 AND NOT EXISTS "
                                    "(SELECT 1 FROM run w WHERE w.withdraws = d.run_no) "
                                    "AND (r.staging_path IS NULL OR EXISTS "
                                    "(SELECT 1 FROM publication p WHERE p.run_no = d.run_no))",
                                    cg_cell_integer(since_run)),
                           read_latest, &search, err);
    for (uint32_t i = 0; status == CG_OK && i < search.sums.count; i++) {
        const struct latest *latest = cg_array_at(&search.sums, i);
        if (latest->last_day > search.last_day - days) {
            status = fn(context, latest->npi, err);
        }
    }
    cg_array_fini(&search.sums);
    cg_hash_table_fini(&search.table);
    return status;
}
