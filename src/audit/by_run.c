/*
 * Decisions of a run of a ledger: its lines, put in the order of the files.
 *
 * A ledger keeps lines in scope alone. A record of now that it does not have was malformed then,
 * for that depends on no rule, or else out of scope.
 */
#include "audit_private.h"

#include "claimgate/ledger/ledger_query.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Reasons of a line are one of few lists. */
enum { LISTS_MAX = 1 << 16 };

struct decided_line {
    uint64_t place; /* input and source line */
    uint16_t accepted_units;
    uint16_t list; /* position in lists */
    uint32_t line_number;
    uint8_t decision;
    bool taken;
};

struct run {
    struct cg_ledger *ledger;
    struct cg_run_plan now; /* its inputs are those of the run alone */
    int64_t run_no;
    struct cg_array lines; /* of struct decided_line */
    uint32_t next;         /* the first that a record of now may still ask for */
    struct cg_array lists; /* of const char *, in texts */
    struct cg_arena texts;
    uint32_t inputs_seen;
    int32_t as_of_day;
};

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory for the decisions made then");
}

static uint64_t place_of(uint64_t input_no, uint64_t source_line) {
    return input_no << 44 | source_line;
}

static const char *list_at(const struct run *run, uint32_t position) {
    return *(const char **)cg_array_at(&run->lists, position);
}

static enum cg_status find_list(struct run *run, const char *reasons, uint16_t *out,
                                struct cg_error *err) {
    for (uint32_t i = 0; i < run->lists.count; i++) {
        if (strcmp(list_at(run, i), reasons) == 0) {
            *out = (uint16_t)i;
            return CG_OK;
        }
    }
    const char *copy = cg_arena_copy(&run->texts, reasons, strlen(reasons));
    const char **list = copy != NULL ? cg_array_add(&run->lists) : NULL;
    if (list == NULL) {
        return no_memory(err);
    }
    *list = copy;
    *out = (uint16_t)(run->lists.count - 1);
    return CG_OK;
}

static enum cg_status add_line(void *context, const struct cg_ledger_outcome *outcome,
                               struct cg_error *err) {
    struct run *run = context;
    struct decided_line *line = cg_array_add(&run->lines);
    if (line == NULL) {
        return no_memory(err);
    }
    *line = (struct decided_line){
        .place = place_of((uint64_t)outcome->input_no - 1, (uint64_t)outcome->source_line),
        .accepted_units = outcome->accepted_units,
        .line_number = outcome->line_number,
        .decision = (uint8_t)cg_audit_decision_of(outcome->decision)};
    return find_list(run, outcome->reasons, &line->list, err);
}

static int by_place(const void *a, const void *b) {
    const struct decided_line *x = a;
    const struct decided_line *y = b;
    return (x->place > y->place) - (x->place < y->place);
}

static enum cg_status take_facts(void *context, const struct cg_ledger_run_facts *facts,
                                 struct cg_error *err) {
    struct run *run = context;
    if (strcmp(facts->kind, "validate") != 0) {
        return cg_error_set(err, CG_USAGE,
                            "run %" PRId64 " is of the kind %s and has decided nothing; "
                            "`claimgate ledger runs` lists the runs",
                            facts->run_no, facts->kind);
    }
    run->as_of_day = facts->as_of_day;
    return CG_OK;
}

static enum cg_status refuse(const char *file, uint64_t bytes, int64_t run_no,
                             const struct cg_ledger_run_item *item, struct cg_error *err) {
    return cg_error_set(err, CG_BAD_DATA,
                        "%s has %" PRIu64 " bytes and other content; run %" PRId64
                        " took in %s with %" PRIu64 ": give the inputs of that run, in its order",
                        file, bytes, run_no, item->name, item->bytes);
}

/* Lines are found by their place, so the inputs must be those of the run. A file that is archived
 * is compressed first, and has another size then. One of the same size is read before its content
 * is compared. */
static enum cg_status compare_input(void *context, const struct cg_ledger_run_item *item,
                                    struct cg_error *err) {
    struct run *run = context;
    const struct cg_run_plan *now = &run->now;
    struct stat facts;
    char hex[CG_SHA256_HEX_BYTES];
    if (strcmp(item->table, "input") != 0) {
        return CG_OK;
    }
    const uint32_t input = run->inputs_seen++;
    if (input >= now->input_count || strcmp(now->inputs[input], "-") == 0 ||
        stat(now->inputs[input], &facts) != 0 || !S_ISREG(facts.st_mode) ||
        (uint64_t)facts.st_size == item->bytes) {
        return CG_OK;
    }
    const enum cg_status status = cg_audit_content_sha256(now->inputs[input], hex, err);
    if (status != CG_OK || strcmp(hex, item->content_hash) == 0) {
        return status;
    }
    return refuse(now->inputs[input], (uint64_t)facts.st_size, run->run_no, item, err);
}

static enum cg_status compare_inputs(struct run *run, struct cg_error *err) {
    const enum cg_status status =
        cg_ledger_visit_run_items(run->ledger, run->run_no, compare_input, run, err);
    if (status != CG_OK || run->inputs_seen == run->now.input_count) {
        return status;
    }
    return cg_error_set(err, CG_USAGE,
                        "run %" PRId64 " took in %" PRIu32 " inputs, not %" PRIu32
                        ": give the inputs of that run, in its order",
                        run->run_no, run->inputs_seen, run->now.input_count);
}

static enum cg_status read_run(struct run *run, struct cg_error *err) {
    if (cg_ledger_open_reader(run->now.ledger, &run->ledger, err) != CG_OK ||
        cg_ledger_visit_runs(run->ledger, run->run_no, take_facts, run, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = compare_inputs(run, err);
    if (status != CG_OK) {
        return status;
    }
    status = cg_ledger_visit_run_lines(run->ledger, run->run_no, add_line, run, err);
    cg_array_sort(&run->lines, by_place);
    return status;
}

static void fill_then(const struct run *run, const struct decided_line *line,
                      struct cg_audit_then *out) {
    out->decision = (enum cg_audit_decision)line->decision;
    out->accepted_units = line->accepted_units;
    out->reasons_compare = true;
    out->scope_compares = true;
    snprintf(out->reasons, sizeof out->reasons, "%s", list_at(run, line->list));
}

/* Lines of one claim share a place and are told apart by their numbers. */
static bool is_asked_for(const struct decided_line *line, const struct cg_audit_record *record) {
    return !line->taken &&
           (record->record->line_count == 1 ||
            (record->line != NULL && record->line->line_number == line->line_number));
}

/* The place of a line of a record: lines of a claim may share it, those of X12 have their own. */
static uint64_t place_of_line(const struct cg_audit_record *record, uint32_t line_no) {
    const uint32_t first = record->record->line_index;
    return first == CG_NO_LINE
               ? place_of(record->input_no, record->source_line)
               : place_of(record->input_no,
                          cg_batch_line_place(record->batch,
                                              cg_batch_line(record->batch, first + line_no)));
}

/* The line that a record asks for; else whether another line of its claim was rejected. */
static struct decided_line *find_line(struct run *run, const struct cg_audit_record *record,
                                      bool *claim_rejected) {
    const uint64_t place = place_of(record->input_no, record->source_line);
    const uint64_t begin = place_of_line(record, 0);
    const uint64_t end = place_of_line(record, record->record->line_count - 1);
    struct decided_line *lines = run->lines.items;
    *claim_rejected = false;
    while (run->next < run->lines.count && lines[run->next].place < begin) {
        run->next++;
    }
    for (uint32_t i = run->next; i < run->lines.count && lines[i].place <= end; i++) {
        if (lines[i].place == place && is_asked_for(&lines[i], record)) {
            lines[i].taken = true;
            return &lines[i];
        }
        *claim_rejected = *claim_rejected || (record->record->line_count > 1 &&
                                              lines[i].decision == CG_AUDIT_REJECTED);
    }
    return NULL;
}

static enum cg_status find(void *self, const struct cg_audit_record *record,
                           struct cg_audit_then *out, struct cg_error *err) {
    struct run *run = self;
    bool claim_rejected;
    const struct decided_line *line = find_line(run, record, &claim_rejected);
    (void)err;
    if (line != NULL) {
        fill_then(run, line, out);
        return CG_OK;
    }
    const bool malformed = record->record->malformed != CG_WELL_FORMED;
    const bool rejected = malformed || claim_rejected;
    *out = (struct cg_audit_then){.decision = rejected ? CG_AUDIT_REJECTED : CG_AUDIT_OUT_OF_SCOPE,
                                  .reasons_compare = true};
    if (rejected) {
        snprintf(out->reasons, sizeof out->reasons,
                 malformed ? "malformed_record" : "claim_rejected");
    }
    return CG_OK;
}

static enum cg_status visit_rest(void *self, const struct cg_binding *binding,
                                 cg_audit_leftover_fn fn, void *context, struct cg_error *err) {
    const struct run *run = self;
    enum cg_status status = CG_OK;
    (void)binding;
    for (uint32_t i = 0; status == CG_OK && i < run->lines.count; i++) {
        const struct decided_line *line = cg_array_at(&run->lines, i);
        const uint64_t input = line->place >> 44;
        if (line->taken) {
            continue;
        }
        struct cg_audit_leftover leftover = {
            .service = CG_AUDIT_NO_SERVICE, .source_line = line->place & ((UINT64_C(1) << 44) - 1)};
        fill_then(run, line, &leftover.then);
        if (input < run->now.input_count) {
            snprintf(leftover.source_file, sizeof leftover.source_file, "%s",
                     run->now.inputs[input]);
        }
        status = fn(context, &leftover, err);
    }
    return status;
}

static void free_run(void *self) {
    struct run *run = self;
    cg_arena_fini(&run->texts);
    cg_array_fini(&run->lists);
    cg_array_fini(&run->lines);
    cg_ledger_close(run->ledger);
    free(run);
}

enum cg_status cg_audit_by_run(const struct cg_run_plan *now, int64_t run_no, int32_t *as_of_day,
                               struct cg_audit_source *out, struct cg_error *err) {
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL) {
        return no_memory(err);
    }
    run->now = *now;
    run->run_no = run_no;
    cg_array_init(&run->lines, sizeof(struct decided_line), UINT32_MAX);
    cg_array_init(&run->lists, sizeof(const char *), LISTS_MAX);
    cg_arena_init(&run->texts, (size_t)LISTS_MAX * CG_VERDICT_REASON_BYTES);
    *out = (struct cg_audit_source){find, visit_rest, free_run, run};
    const enum cg_status status = read_run(run, err);
    cg_ledger_close(run->ledger);
    run->ledger = NULL;
    if (status == CG_OK && *as_of_day == CG_DAY_NONE) {
        *as_of_day = run->as_of_day;
    }
    return status;
}

struct read_inputs {
    const struct cg_run *now;
    int64_t run_no;
    uint32_t seen;
};

/* Version 1 kept no hash of the content, but always one of the file as it stood. */
static enum cg_status compare_read(void *context, const struct cg_ledger_run_item *item,
                                   struct cg_error *err) {
    struct read_inputs *inputs = context;
    char content[CG_SHA256_HEX_BYTES];
    char as_it_stands[CG_SHA256_HEX_BYTES];
    if (strcmp(item->table, "input") != 0) {
        return CG_OK;
    }
    const uint32_t input = inputs->seen++;
    const struct cg_reader_input *now = &cg_run_facts_of(inputs->now)->inputs[input];
    cg_sha256_hex(cg_run_content_sha256(inputs->now, input), content);
    cg_sha256_hex(now->sha256, as_it_stands);
    return strcmp(content, item->content_hash) == 0 || strcmp(as_it_stands, item->sha256) == 0
               ? CG_OK
               : refuse(now->file, now->bytes, inputs->run_no, item, err);
}

enum cg_status cg_audit_run_has_read(const char *ledger, int64_t run_no, const struct cg_run *now,
                                     struct cg_error *err) {
    struct read_inputs inputs = {.now = now, .run_no = run_no};
    struct cg_ledger *reader = NULL;
    enum cg_status status = cg_ledger_open_reader(ledger, &reader, err);
    if (status == CG_OK) {
        status = cg_ledger_visit_run_items(reader, run_no, compare_read, &inputs, err);
    }
    cg_ledger_close(reader);
    return status;
}
