#include "damage_trial.h"

#include <stdio.h>

void damage_trial_open(struct damage_trial *trial) {
    memset(trial, 0, sizeof *trial);
    tiny_run_open(&trial->run, "ms");
    cg_buffer_init(&trial->accepted, 1 << 20);
    cg_buffer_init(&trial->rejected, 1 << 20);
    damage_none(&trial->file);
    tiny_run_decide(&trial->run, damaged_text(&trial->file), &(struct tiny_way){0});
    tiny_require(trial->run.status == CG_OK, "%s", trial->run.err.text);
    tiny_require(trial->run.records.count == DAMAGE_LINES - 1, "the file without damage");
    memcpy(trial->expected + 1, trial->run.records.items,
           (DAMAGE_LINES - 1) * sizeof trial->expected[0]);
}

void damage_trial_close(struct damage_trial *trial) {
    cg_buffer_fini(&trial->rejected);
    cg_buffer_fini(&trial->accepted);
    tiny_run_close(&trial->run);
}

static bool is_line(const struct tiny_record *record, const struct damaged_line *line) {
    return record->text.len == line->len && memcmp(record->text.ptr, line->bytes, line->len) == 0;
}

static bool is_decided_alike(const struct cg_line *a, const struct cg_line *b) {
    return a->decision == b->decision && a->reasons == b->reasons &&
           a->accepted_units == b->accepted_units && a->units == b->units;
}

/* Lines without damage are records, in their order. A header that was damaged may mean other
 * columns. */
static void look_at_intact_lines(struct damage_trial *trial, uint64_t seed) {
    const struct tiny_run *run = &trial->run;
    size_t next = 0;
    for (uint32_t i = 1; i < DAMAGE_LINES && trial->file.lines[0].intact; i++) {
        const struct damaged_line *line = &trial->file.lines[i];
        if (!line->intact) {
            continue;
        }
        const struct tiny_record *records = run->records.items;
        while (next < run->records.count && !is_line(&records[next], line)) {
            next++;
        }
        tiny_require(next < run->records.count, "seed %llu: line %u is lost",
                     (unsigned long long)seed, i + 1);
        tiny_require(is_decided_alike(&records[next].line, &trial->expected[i].line),
                     "seed %llu: line %u, which is not damaged, is decided otherwise",
                     (unsigned long long)seed, i + 1);
        trial->intact++;
    }
}

static bool same(const struct cg_buffer *a, const struct cg_buffer *b) {
    return a->len_bytes == b->len_bytes &&
           (a->len_bytes == 0 || memcmp(a->data, b->data, a->len_bytes) == 0);
}

static void keep(struct cg_buffer *to, const struct cg_buffer *from) {
    cg_buffer_clear(to);
    tiny_require(cg_buffer_append(to, from->data, from->len_bytes), "out of memory");
}

static void read_another_way(struct damage_trial *trial, const struct tiny_way *way,
                             enum cg_status status, uint64_t seed) {
    tiny_run_decide(&trial->run, damaged_text(&trial->file), way);
    tiny_require(trial->run.status == status, "seed %llu: refused by one way of reading alone: %s",
                 (unsigned long long)seed, trial->run.err.text);
    tiny_require(status != CG_OK || (same(&trial->accepted, &trial->run.accepted) &&
                                     same(&trial->rejected, &trial->run.rejected)),
                 "seed %llu: read otherwise %s", (unsigned long long)seed,
                 way->libcsv_only ? "by libcsv" : "in two pieces");
}

void damage_trial_try(struct damage_trial *trial, uint64_t seed) {
    damage_by_seed(&trial->file, seed);
    const struct cg_text text = damaged_text(&trial->file);
    tiny_run_decide(&trial->run, text, &(struct tiny_way){0});
    const enum cg_status status = trial->run.status;
    tiny_require(status == CG_OK || !trial->file.lines[0].intact, "seed %llu: refused: %s",
                 (unsigned long long)seed, trial->run.err.text);
    trial->refused += status != CG_OK;
    keep(&trial->accepted, &trial->run.accepted);
    keep(&trial->rejected, &trial->run.rejected);
    if (status == CG_OK) {
        look_at_intact_lines(trial, seed);
    }
    read_another_way(trial, &(struct tiny_way){.libcsv_only = true}, status, seed);
    read_another_way(trial, &(struct tiny_way){.first_piece = 1 + seed % (text.len + 1)}, status,
                     seed);
}
