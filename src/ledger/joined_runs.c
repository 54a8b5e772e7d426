/*
 * The runs of a set: those of part 0, with the sums over all parts.
 */
#include "joined.h"

#include "claimgate/base/array.h"

#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 1 << 24, ROWS_MAX = 1 << 24, NAME_BYTES = CG_CAP_ID_BYTES + 32 };

/* Of one run, what the parts behind the first have, and every part's hash. */
struct sum {
    struct cg_tally tally; /* counts and units alone */
    uint32_t parts;        /* that have the run */
    bool is_unpublished;
};

struct sums {
    const struct cg_joined *joined;
    struct cg_array runs; /* of struct sum, from run 1 */
    char *hashes;         /* of each run those of all parts, as hexadecimal digits, no NUL */
    uint32_t part_no;
    cg_ledger_run_fn fn;
    void *context;
    char hash[CG_SHA256_HEX_BYTES];
    char previous_hash[CG_SHA256_HEX_BYTES];
};

enum { HEX_DIGITS = CG_SHA256_HEX_BYTES - 1 };

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while reading a ledger set");
}

static void add_counts(struct cg_tally *to, const struct cg_tally *more) {
#define ADD(name) to->name += more->name;
    CG_TALLY_KEPT(ADD)
#undef ADD
}

static struct sum *sum_of(struct sums *sums, int64_t run_no) {
    const size_t row = (size_t)sums->joined->count * HEX_DIGITS;
    while (run_no > 0 && run_no <= RUNS_MAX && (int64_t)sums->runs.count < run_no) {
        struct sum *sum = cg_array_add(&sums->runs);
        char *grown = realloc(sums->hashes, (sums->runs.count + 1) * row);
        sums->hashes = grown != NULL ? grown : sums->hashes;
        if (sum == NULL || grown == NULL) {
            return NULL;
        }
        *sum = (struct sum){.parts = 0};
        memset(grown + (sums->runs.count - 1) * row, '0', row);
    }
    return run_no > 0 && run_no <= (int64_t)sums->runs.count
               ? cg_array_at(&sums->runs, (uint32_t)run_no - 1)
               : NULL;
}

static enum cg_status add_run(void *context, const struct cg_ledger_run_facts *run,
                              struct cg_error *err) {
    struct sums *sums = context;
    struct sum *sum = sum_of(sums, run->run_no);
    if (sum == NULL) {
        return no_memory(err);
    }
    const size_t at = ((size_t)run->run_no - 1) * sums->joined->count + sums->part_no;
    sum->parts++;
    sum->is_unpublished = sum->is_unpublished || run->state == CG_RUN_UNPUBLISHED;
    if (sums->part_no > 0) {
        add_counts(&sum->tally, &run->tally);
    }
    if (strlen(run->hash) == HEX_DIGITS) {
        memcpy(sums->hashes + at * HEX_DIGITS, run->hash, HEX_DIGITS);
    }
    return CG_OK;
}

/* One hash for the run in all parts: SHA-256 over theirs, as hexadecimal digits, part after part.
 */
static void join_hashes(const struct sums *sums, int64_t run_no, char out[CG_SHA256_HEX_BYTES]) {
    uint8_t hash[CG_SHA256_BYTES] = {0};
    const size_t row = (size_t)sums->joined->count * HEX_DIGITS;
    if (run_no > 0) {
        cg_sha256_of(sums->hashes + ((size_t)run_no - 1) * row, row, hash);
    }
    cg_sha256_hex(hash, out);
}

/* A run of part 0, with what the others add. */
static enum cg_status tell_run(void *context, const struct cg_ledger_run_facts *run,
                               struct cg_error *err) {
    struct sums *sums = context;
    const struct sum *sum = sum_of(sums, run->run_no);
    struct cg_ledger_run_facts all = *run;
    if (sum == NULL) {
        return no_memory(err);
    }
    add_counts(&all.tally, &sum->tally);
    if (all.state == CG_RUN_STANDS && (sum->is_unpublished || sum->parts < sums->joined->count)) {
        all.state = CG_RUN_UNPUBLISHED;
    }
    join_hashes(sums, run->run_no, sums->hash);
    join_hashes(sums, run->run_no - 1, sums->previous_hash);
    all.hash = sums->hash;
    all.previous_hash = sums->previous_hash;
    return sums->fn(sums->context, &all, err);
}

static enum cg_status add_part(struct cg_ledger *part, void *context, struct cg_error *err) {
    struct sums *sums = context;
    sums->part_no = part->mark.part_no;
    return cg_ledger_visit_runs(part, 0, add_run, sums, err);
}

enum cg_status cg_joined_visit_runs(struct cg_ledger *ledger, int64_t run_no, cg_ledger_run_fn fn,
                                    void *context, struct cg_error *err) {
    struct sums sums = {.joined = ledger->joined, .fn = fn, .context = context};
    cg_array_init(&sums.runs, sizeof(struct sum), RUNS_MAX);
    enum cg_status status = cg_joined_each(ledger, add_part, &sums, err);
    if (status == CG_OK) {
        status = cg_joined_to_first(&ledger, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_visit_runs(ledger, run_no, tell_run, &sums, err);
    }
    cg_array_fini(&sums.runs);
    free(sums.hashes);
    return status;
}

/* Items of the small tables: told from part 0, or summed by name. */
struct named {
    char name[NAME_BYTES];
    uint64_t count;
    uint64_t bytes;
};

struct items {
    const char *table; /* that is looked at */
    struct cg_array names;
    int64_t run_no;
    cg_ledger_item_fn fn;
    void *context;
};

static enum cg_status tell_item(void *context, const struct cg_ledger_run_item *item,
                                struct cg_error *err) {
    const struct items *items = context;
    return strcmp(item->table, items->table) == 0 ? items->fn(items->context, item, err) : CG_OK;
}

static enum cg_status add_item(void *context, const struct cg_ledger_run_item *item,
                               struct cg_error *err) {
    struct items *items = context;
    if (strcmp(item->table, items->table) != 0) {
        return CG_OK;
    }
    for (uint32_t i = 0; i < items->names.count; i++) {
        struct named *named = cg_array_at(&items->names, i);
        if (strcmp(named->name, item->name) == 0) {
            named->count += item->count;
            named->bytes += item->bytes;
            return CG_OK;
        }
    }
    struct named *named = cg_array_add(&items->names);
    if (named == NULL) {
        return no_memory(err);
    }
    *named = (struct named){.count = item->count, .bytes = item->bytes};
    snprintf(named->name, sizeof named->name, "%s", item->name);
    return CG_OK;
}

static enum cg_status add_items(struct cg_ledger *part, void *context, struct cg_error *err) {
    struct items *items = context;
    return cg_ledger_visit_run_items(part, items->run_no, add_item, items, err);
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static int by_count(const void *a, const void *b) {
    const struct named *one = a;
    const struct named *other = b;
    return one->count != other->count ? (one->count < other->count) - (one->count > other->count)
                                      : by_name(a, b);
}

static enum cg_status tell_sums(struct cg_ledger *ledger, struct items *items, const char *table,
                                int (*order)(const void *, const void *), struct cg_error *err) {
    items->table = table;
    items->names.count = 0;
    enum cg_status status = cg_joined_each(ledger, add_items, items, err);
    cg_array_sort(&items->names, order);
    for (uint32_t i = 0; status == CG_OK && i < items->names.count; i++) {
        const struct named *named = cg_array_at(&items->names, i);
        const struct cg_ledger_run_item item = {.table = table,
                                                .name = named->name,
                                                .count = named->count,
                                                .bytes = named->bytes,
                                                .sha256 = "",
                                                .content_hash = ""};
        status = items->fn(items->context, &item, err);
    }
    return status;
}

static int by_file(const void *a, const void *b) {
    return strcmp(((const struct cg_ledger_output *)a)->file,
                  ((const struct cg_ledger_output *)b)->file);
}

/* The outputs of a night stand in its file. */
static enum cg_status tell_outputs(const struct cg_joined *joined, const struct items *items,
                                   struct cg_error *err) {
    char sha256[CG_SHA256_HEX_BYTES];
    char xxh128[CG_XXH128_HEX_BYTES];
    struct cg_night_file file;
    bool is_there = false;
    enum cg_status status = cg_night_read(joined->set, items->run_no, &file, &is_there, err);
    if (status == CG_OK && file.output_count > 1) {
        qsort(file.own_outputs, file.output_count, sizeof file.own_outputs[0], by_file);
    }
    for (uint32_t i = 0; status == CG_OK && is_there && i < file.output_count; i++) {
        const struct cg_ledger_output *output = &file.outputs[i];
        const struct cg_ledger_run_item item = {.table = "output",
                                                .name = output->file,
                                                .count = output->records,
                                                .bytes = output->bytes,
                                                .sha256 = cg_sha256_hex(output->sha256, sha256),
                                                .content_hash =
                                                    cg_xxh128_hex(output->content_xxh128, xxh128)};
        status = items->fn(items->context, &item, err);
    }
    cg_night_fini(&file);
    return status;
}

static enum cg_status tell_first(struct cg_ledger *ledger, struct items *items, const char *table,
                                 struct cg_error *err) {
    items->table = table;
    return cg_joined_to_first(&ledger, err) == CG_OK
               ? cg_ledger_visit_run_items(ledger, items->run_no, tell_item, items, err)
               : err->status;
}

enum cg_status cg_joined_visit_run_items(struct cg_ledger *ledger, int64_t run_no,
                                         cg_ledger_item_fn fn, void *context,
                                         struct cg_error *err) {
    struct items items = {.run_no = run_no, .fn = fn, .context = context};
    cg_array_init(&items.names, sizeof(struct named), ROWS_MAX);
    enum cg_status status = tell_first(ledger, &items, "input", err);
    if (status == CG_OK) {
        status = tell_outputs(ledger->joined, &items, err);
    }
    if (status == CG_OK) {
        status = tell_first(ledger, &items, "roster_file", err);
    }
    if (status == CG_OK) {
        status = tell_sums(ledger, &items, "run_reason", by_count, err);
    }
    if (status == CG_OK) {
        status = tell_sums(ledger, &items, "run_count", by_name, err);
    }
    cg_array_fini(&items.names);
    return status;
}
