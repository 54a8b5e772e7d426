/*
 * Codes with their modifiers, and rendering with billing provider, by number. Who writes, or
 * reads every line, holds all that the ledger has in memory: tens of thousands of pairs at most in
 * the files of a payer.
 */
#include "private.h"

#include "claimgate/record/field.h"

#include <string.h>

enum { PAIRS_MAX = 1 << 28 };

static void init(struct cg_numbers *numbers) {
    numbers->seed = cg_hash_run_seed();
    cg_array_init(&numbers->pairs, sizeof(struct cg_pair), PAIRS_MAX);
}

static void fini(struct cg_numbers *numbers) {
    cg_array_fini(&numbers->pairs);
    cg_hash_table_fini(&numbers->table);
}

void cg_ledger_numbers_fini(struct cg_ledger_numbers *numbers) {
    fini(&numbers->services);
    fini(&numbers->providers);
}

static bool same_pair(const void *context, uint32_t ref, const void *key) {
    const struct cg_numbers *numbers = context;
    return memcmp(cg_array_at(&numbers->pairs, ref - 1), key, sizeof(struct cg_pair)) == 0;
}

uint32_t cg_number_of(struct cg_numbers *numbers, struct cg_pair pair, bool *is_new) {
    const uint64_t hash = cg_hash64(&pair, sizeof pair, numbers->seed);
    const uint32_t known = cg_hash_table_find(&numbers->table, hash, same_pair, numbers, &pair);
    *is_new = known == 0;
    if (known != 0) {
        return known;
    }
    struct cg_pair *added = cg_array_add(&numbers->pairs);
    if (added == NULL) {
        return 0;
    }
    *added = pair;
    const uint32_t number = numbers->pairs.count;
    return cg_hash_table_add(&numbers->table, hash, number) ? number : 0;
}

struct cg_pair cg_pair_at(const struct cg_numbers *numbers, uint64_t number) {
    if (number - 1 >= numbers->pairs.count) { /* 0 is far beyond */
        return (struct cg_pair){0};
    }
    return *(const struct cg_pair *)cg_array_at(&numbers->pairs, (uint32_t)number - 1);
}

/* Numbers run from 1 without a hole; a row that does not go on so is as if it were not there, and
 * `verify` finds what that changes. */
static enum cg_status add_pair(struct cg_numbers *numbers, int64_t number, struct cg_pair pair,
                               struct cg_error *err) {
    bool is_new;
    if (number != (int64_t)numbers->pairs.count + 1) {
        return CG_OK;
    }
    uint32_t given = cg_number_of(numbers, pair, &is_new);
    if (given != 0 && !is_new) { /* twice: keep the place, so that what follows keeps its number */
        given = cg_number_of(numbers, (struct cg_pair){UINT64_MAX, (uint64_t)number}, &is_new);
    }
    return given != 0 ? CG_OK
                      : cg_error_set(err, CG_INTERNAL, "out of memory while reading the ledger");
}

static enum cg_status read_service(void *numbers, sqlite3_stmt *row, struct cg_error *err) {
    const struct cg_pair pair = {cg_field_procedure(cg_cell_column(row, 1).bytes),
                                 cg_modifiers_of(cg_cell_column(row, 2).bytes)};
    return add_pair(numbers, sqlite3_column_int64(row, 0), pair, err);
}

static enum cg_status read_provider(void *numbers, sqlite3_stmt *row, struct cg_error *err) {
    const struct cg_pair pair = {(uint64_t)sqlite3_column_int64(row, 1),
                                 (uint64_t)sqlite3_column_int64(row, 2)};
    return add_pair(numbers, sqlite3_column_int64(row, 0), pair, err);
}

enum cg_status cg_ledger_services_load(struct cg_ledger *ledger, struct cg_error *err) {
    static const struct cg_query services = {
        .sql = "SELECT service_no, procedure, modifiers FROM service ORDER BY service_no"};
    struct cg_ledger_numbers *numbers = &ledger->numbers;
    cg_ledger_numbers_fini(numbers);
    init(&numbers->services);
    init(&numbers->providers);
    return cg_ledger_each(ledger, &services, read_service, &numbers->services, err);
}

enum cg_status cg_ledger_numbers_load(struct cg_ledger *ledger, struct cg_error *err) {
    static const struct cg_query providers = {
        .sql = "SELECT provider_no, rendering_npi, billing_npi FROM provider ORDER BY provider_no"};
    return cg_ledger_services_load(ledger, err) == CG_OK
               ? cg_ledger_each(ledger, &providers, read_provider, &ledger->numbers.providers, err)
               : err->status;
}

enum cg_status cg_ledger_provider(struct cg_ledger *ledger, uint32_t provider_no, bool with_billing,
                                  struct cg_pair *out, struct cg_error *err) {
    const struct cg_numbers *providers = &ledger->numbers.providers;
    const struct cg_cell number = cg_cell_integer(provider_no);
    int64_t rendering = 0;
    int64_t billing = 0;
    *out = cg_pair_at(providers, provider_no);
    if (providers->pairs.count > 0) {
        return CG_OK;
    }
    enum cg_status status =
        cg_ledger_look_up(ledger, CG_RENDERING_BY_NUMBER, number, 0, &rendering, err);
    if (status == CG_OK && with_billing) {
        status = cg_ledger_look_up(ledger, CG_BILLING_BY_NUMBER, number, 0, &billing, err);
    }
    *out = (struct cg_pair){(uint64_t)rendering, (uint64_t)billing};
    return status;
}
