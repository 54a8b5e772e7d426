/*
 * Codes with their modifiers, and rendering with billing provider, by number. All that the ledger
 * has are held in memory: tens of thousands of pairs at most in the files of a payer.
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
    const struct cg_pair *pair = cg_array_at(&numbers->pairs, ref - 1);
    const struct cg_pair *wanted = key;
    return pair->first == wanted->first && pair->second == wanted->second;
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
    if (number == 0 || number > numbers->pairs.count) {
        return (struct cg_pair){0};
    }
    return *(const struct cg_pair *)cg_array_at(&numbers->pairs, (uint32_t)number - 1);
}

static struct cg_pair read_service(sqlite3_stmt *statement) {
    const struct cg_cell procedure = cg_cell_column(statement, 1);
    const struct cg_cell modifiers = cg_cell_column(statement, 2);
    return (struct cg_pair){cg_field_procedure(procedure.bytes), cg_modifiers_of(modifiers.bytes)};
}

static struct cg_pair read_provider(sqlite3_stmt *statement) {
    return (struct cg_pair){(uint64_t)sqlite3_column_int64(statement, 1),
                            (uint64_t)sqlite3_column_int64(statement, 2)};
}

/* Rows that are missing or twice leave a hole that is nobody's: `verify` finds what they change. */
static enum cg_status load(struct cg_ledger *ledger, const char *sql, struct cg_numbers *numbers,
                           struct cg_pair (*read)(sqlite3_stmt *), struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    bool row = true;
    bool is_new;
    enum cg_status status = cg_ledger_prepare(ledger, sql, &statement, err);
    while (status == CG_OK && row) {
        status = cg_ledger_step(ledger, statement, &row, err);
        if (status != CG_OK || !row) {
            break;
        }
        const int64_t number = sqlite3_column_int64(statement, 0);
        const struct cg_pair hole = {UINT64_MAX, numbers->pairs.count};
        const struct cg_pair pair = number == numbers->pairs.count + 1 ? read(statement) : hole;
        if (cg_number_of(numbers, pair, &is_new) == 0) {
            status = cg_error_set(err, CG_INTERNAL, "out of memory while reading the ledger");
        }
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum cg_status cg_ledger_numbers_load(struct cg_ledger *ledger, struct cg_error *err) {
    struct cg_ledger_numbers *numbers = &ledger->numbers;
    cg_ledger_numbers_fini(numbers);
    init(&numbers->services);
    init(&numbers->providers);
    const enum cg_status status =
        load(ledger, "SELECT service_no, procedure, modifiers FROM service ORDER BY service_no",
             &numbers->services, read_service, err);
    if (status != CG_OK) {
        return status;
    }
    return load(ledger,
                "SELECT provider_no, rendering_npi, billing_npi FROM provider ORDER BY provider_no",
                &numbers->providers, read_provider, err);
}
