/*
 * From the manifests of all tasks and parts to the facts of one run.
 */
#include "attempt.h"
#include "merging.h"

#include "claimgate/run/run.h"

#include <stdlib.h>

#define NO_SUCH_INPUT "it names an input that there is none of"

static uint64_t number(const struct cg_json *object, const char *key) {
    return (uint64_t)cg_json_integer(cg_json_member(object, key));
}

/* --- tasks --- */

static void add_inputs(struct cg_merging *merging, uint32_t task, const struct cg_json *inputs) {
    const struct cg_part_plan *plan = &merging->part->plan;
    const uint32_t first = plan->first_inputs[task];
    for (uint32_t i = first; i < plan->first_inputs[task + 1]; i++) {
        const struct cg_json *told = cg_json_item(inputs, i - first);
        struct cg_reader_input *input = &merging->inputs[i];
        input->file = plan->inputs[i].file;
        input->bytes = number(told, "bytes");
        input->records = number(told, "records");
        cg_json_hex(cg_json_member(told, "sha256"), input->sha256, sizeof input->sha256);
        cg_json_hex(cg_json_member(told, "content"), input->content, sizeof input->content);
        input->repeated_header = number(told, "repeated_header");
        input->x12.interchanges = number(told, "interchanges");
        input->x12.groups = number(told, "groups");
        input->x12.transactions = number(told, "transactions");
        input->x12.segments = number(told, "segments");
    }
}

/* A place among the inputs: number of the input, line. */
static struct cg_place_of_record place_of(const struct cg_merging *merging,
                                          const struct cg_json *place, bool *good) {
    const struct cg_part_plan *plan = &merging->part->plan;
    const uint64_t input = (uint64_t)cg_json_integer(cg_json_item(place, 0));
    return (struct cg_place_of_record){
        plan->inputs[cg_tally_place(input, plan->input_count, good)].file,
        (uint64_t)cg_json_integer(cg_json_item(place, 1))};
}

static bool add_notices(struct cg_merging *merging, const struct cg_json *notices) {
    bool good = true;
    for (uint32_t kind = 0; kind < CG_NOTICE_KINDS; kind++) {
        struct cg_notice *notice = &merging->facts.notices.of[kind];
        const struct cg_json *told = cg_json_item(notices, kind);
        const struct cg_json *first = cg_json_member(told, "first");
        notice->records += number(told, "records");
        for (size_t i = 0; i < cg_json_count(first) && notice->named < CG_RECORDS_NAMED; i++) {
            notice->first[notice->named++] = place_of(merging, cg_json_item(first, i), &good);
        }
    }
    return good;
}

static enum cg_status add_pieces(struct cg_merging *merging, uint32_t task,
                                 const struct cg_json *pieces, struct cg_error *err) {
    for (size_t i = 0; i < cg_json_count(pieces); i++) {
        const struct cg_json *piece = cg_json_item(pieces, i);
        enum cg_output_kind output;
        const char *name;
        if (!cg_join_find(cg_json_string(cg_json_member(piece, "file")), &output, &name)) {
            return cg_error_set(err, CG_BAD_DATA, "it names a file that no task writes");
        }
        struct cg_join *join = &merging->joins[output];
        join->file = name;
        join->is_there[task] = true;
        cg_piece_facts_get(piece, &join->pieces[task]);
    }
    return CG_OK;
}

static enum cg_status add_manifest(struct cg_merging *merging, uint32_t task,
                                   const struct cg_json *root, struct cg_error *err) {
    add_inputs(merging, task, cg_json_member(root, "inputs"));
    if (!add_notices(merging, cg_json_member(root, "notices"))) {
        return cg_error_set(err, CG_BAD_DATA, NO_SUCH_INPUT);
    }
    return cg_shape_counts_add(&merging->shapes, cg_json_member(root, "shapes"), err) == CG_OK &&
                   cg_tally_add_file(&merging->tally, &merging->edge, cg_json_member(root, "tally"),
                                     err) == CG_OK
               ? add_pieces(merging, task, cg_json_member(root, "pieces"), err)
               : err->status;
}

static enum cg_status add_task(struct cg_merging *merging, uint32_t task, struct cg_error *err) {
    struct cg_manifest manifest;
    enum cg_status status = cg_manifest_load(merging->part, &cg_step_answer, task, &manifest, err);
    if (status == CG_OK && add_manifest(merging, task, cg_json_root(manifest.doc), err) != CG_OK) {
        status = cg_step_blame(merging->part, &cg_step_answer, task, err);
    }
    cg_manifest_free(&manifest);
    return status;
}

/* --- parts --- */

static const struct cg_json *use_on(const struct cg_json *uses, int32_t day_no) {
    for (size_t i = 0; i < cg_json_count(uses); i++) {
        const struct cg_json *use = cg_json_item(uses, i);
        if (cg_json_integer(cg_json_member(use, "day")) == day_no) {
            return cg_json_member(use, "caps");
        }
    }
    return NULL;
}

static void add_cap_use(struct cg_run_facts *facts, const struct cg_json *caps) {
    for (uint32_t i = 0; i < facts->cap_use_count; i++) {
        for (uint32_t share = 0; share < CG_USE_SHARES; share++) {
            facts->cap_use[i].members[share] +=
                (uint64_t)cg_json_integer(cg_json_item(cg_json_item(caps, i), share));
        }
    }
}

/* Places in the order of the inputs: those of the parts are each in that order. */
struct in_vain {
    struct cg_input_place *places; /* room for those of all parts */
    size_t count;
};

static bool add_in_vain(struct cg_merging *merging, struct in_vain *all,
                        const struct cg_json *told) {
    const struct cg_json *first = cg_json_member(told, "first");
    bool good = cg_json_count(first) <= CG_RECORDS_NAMED;
    merging->facts.notices.of[CG_NOTICE_VAIN_TAKE_BACK].records += number(told, "records");
    for (size_t i = 0; good && i < cg_json_count(first); i++) {
        const struct cg_json *place = cg_json_item(first, i);
        const uint64_t input = (uint64_t)cg_json_integer(cg_json_item(place, 0));
        all->places[all->count++] = (struct cg_input_place){
            (uint32_t)cg_tally_place(input, merging->part->plan.input_count, &good),
            (uint64_t)cg_json_integer(cg_json_item(place, 1))};
    }
    return good;
}

static void name_in_vain(struct cg_merging *merging, const struct in_vain *all) {
    struct cg_notice *notice = &merging->facts.notices.of[CG_NOTICE_VAIN_TAKE_BACK];
    qsort(all->places, all->count, sizeof all->places[0], cg_input_place_compare);
    for (size_t i = 0; i < all->count && notice->named < CG_RECORDS_NAMED; i++) {
        const struct cg_input_place *place = &all->places[i];
        notice->first[notice->named++] =
            (struct cg_place_of_record){merging->part->plan.inputs[place->input].file, place->line};
    }
}

static enum cg_status add_part(struct cg_merging *merging, uint32_t part_no, int32_t day_no,
                               struct in_vain *in_vain, struct cg_error *err) {
    struct cg_manifest manifest;
    enum cg_status status =
        cg_manifest_load(merging->part, &cg_step_decide, part_no, &manifest, err);
    if (status == CG_OK) {
        const struct cg_json *root = cg_json_root(manifest.doc);
        add_cap_use(&merging->facts, use_on(cg_json_member(root, "cap_use"), day_no));
        if (!add_in_vain(merging, in_vain, cg_json_member(root, "take_backs_in_vain"))) {
            status = cg_step_damaged(merging->part, &cg_step_decide, part_no, NO_SUCH_INPUT, err);
        }
    }
    cg_manifest_free(&manifest);
    return status;
}

static enum cg_status add_parts(struct cg_merging *merging, struct in_vain *in_vain,
                                struct cg_error *err) {
    struct cg_run_facts *facts = &merging->facts;
    const int32_t day_no = cg_run_last_accepted_day(&merging->tally);
    facts->cap_use_count =
        cg_run_cap_use(merging->part->rules.policy, NULL, day_no, facts->cap_use);
    for (uint32_t i = 0; i < merging->part->plan.parts; i++) {
        if (add_part(merging, i, day_no, in_vain, err) != CG_OK) {
            return err->status;
        }
    }
    name_in_vain(merging, in_vain);
    return CG_OK;
}

/* --- all of it --- */

/* What every task has found to balance must do so over all of them, with what they wrote. */
static enum cg_status check_balance(const struct cg_merging *merging, struct cg_error *err) {
    const struct cg_tally *tally = &merging->tally;
    uint64_t records[CG_OUTPUT_KINDS] = {0};
    for (int i = 0; i < CG_OUTPUT_KINDS; i++) {
        for (uint32_t task = 0; task < merging->part->plan.tasks; task++) {
            records[i] +=
                merging->joins[i].is_there[task] ? merging->joins[i].pieces[task].rows : 0;
        }
    }
    const bool has_accepted = merging->joins[CG_OUTPUT_ACCEPTED].file != NULL;
    return tally->records == tally->accepted + tally->rejected &&
                   tally->claims.records == tally->claims.accepted + tally->claims.rejected &&
                   tally->units_submitted == tally->units_accepted + tally->units_rejected &&
                   (!has_accepted || records[CG_OUTPUT_ACCEPTED] == tally->claims.accepted) &&
                   records[CG_OUTPUT_REJECTED] == tally->rejected + tally->cutback
               ? CG_OK
               : cg_error_set(err, CG_INTERNAL,
                              "the books do not balance over all tasks, so nothing was published: "
                              "%llu records, %llu accepted, %llu rejected; please report this",
                              (unsigned long long)tally->records,
                              (unsigned long long)tally->accepted,
                              (unsigned long long)tally->rejected);
}

/* What the report says of columns is in the header. */
static enum cg_status tell_layout(struct cg_merging *merging, struct cg_error *err) {
    const struct cg_part_plan *plan = &merging->part->plan;
    const struct cg_reader_begun begun = {.is_x12 = plan->kind == CG_PART_X12,
                                          .header = plan->header};
    struct cg_reader_plan reader = cg_part_reader_plan(merging->part, merging->inputs, 0);
    reader.begun = plan->kind == CG_PART_NO_HEADER ? NULL : &begun;
    merging->reader = cg_reader_new(&reader);
    if (merging->reader == NULL) {
        return cg_error_no_memory(err);
    }
    const enum cg_status status = cg_reader_begin(merging->reader, err);
    cg_run_tell_layout(&merging->facts, cg_reader_binding(merging->reader),
                       plan->options.layout != NULL);
    return status;
}

static void fill_facts(struct cg_merging *merging) {
    const struct cg_part *part = merging->part;
    struct cg_run_facts *facts = &merging->facts;
    facts->out = merging->merge->out;
    facts->as_of_day = part->rules.as_of_day;
    facts->policy = part->rules.policy;
    facts->roster = part->rules.roster;
    facts->inputs = merging->inputs;
    facts->known_inputs = part->plan.known;
    facts->known_input_count = part->plan.known_count;
    facts->input_count = part->plan.input_count;
    facts->tally = &merging->tally;
    facts->shapes = &merging->shapes;
    cg_notices_know_past(&facts->notices,
                         part->plan.ledgers != NULL || merging->tally.past.records > 0);
    cg_shapes_remarks_of_claims(&merging->shapes,
                                merging->tally.records - merging->tally.out_of_scope, facts->is_x12,
                                &facts->remarks);
    facts->codec = cg_deflate_codec_name((int)part->plan.options.level, CG_CODEC_BEST);
}

static bool start(struct cg_merging *merging) {
    const struct cg_part_plan *plan = &merging->part->plan;
    bool good = cg_tally_init(&merging->tally, merging->part->rules.policy);
    merging->files = calloc((size_t)CG_OUTPUT_KINDS * plan->tasks + 2, sizeof merging->files[0]);
    good = good && merging->files != NULL;
    merging->inputs = calloc((size_t)plan->input_count + 1, sizeof merging->inputs[0]);
    for (int i = 0; i < CG_OUTPUT_KINDS; i++) {
        struct cg_join *join = &merging->joins[i];
        join->pieces = calloc((size_t)plan->tasks + 1, sizeof join->pieces[0]);
        join->is_there = calloc((size_t)plan->tasks + 1, sizeof join->is_there[0]);
        join->written = calloc((size_t)plan->tasks + 1, sizeof join->written[0]);
        join->names = calloc((size_t)plan->tasks + 1, sizeof join->names[0]);
        good = good && join->pieces != NULL && join->is_there != NULL && join->written != NULL &&
               join->names != NULL;
    }
    return good && merging->inputs != NULL;
}

enum cg_status cg_merging_sum(struct cg_merging *merging, struct cg_error *err) {
    if (!start(merging)) {
        return cg_error_no_memory(err);
    }
    for (uint32_t task = 0; task < merging->part->plan.tasks; task++) {
        if (add_task(merging, task, err) != CG_OK) {
            return err->status;
        }
    }
    struct in_vain in_vain = {.places = calloc((size_t)merging->part->plan.parts * CG_RECORDS_NAMED,
                                               sizeof in_vain.places[0])};
    const enum cg_status status =
        in_vain.places != NULL ? add_parts(merging, &in_vain, err) : cg_error_no_memory(err);
    free(in_vain.places);
    if (status != CG_OK || check_balance(merging, err) != CG_OK ||
        tell_layout(merging, err) != CG_OK) {
        return err->status;
    }
    fill_facts(merging);
    return CG_OK;
}

void cg_merging_fini(struct cg_merging *merging) {
    for (int i = 0; i < CG_OUTPUT_KINDS; i++) {
        free(merging->joins[i].pieces);
        free(merging->joins[i].is_there);
        free(merging->joins[i].written);
        free(merging->joins[i].names);
    }
    cg_ledger_close(merging->ledger);
    cg_ledger_set_close(merging->set);
    free(merging->files);
    cg_reader_free(merging->reader);
    cg_tally_fini(&merging->tally);
    free(merging->inputs);
}
