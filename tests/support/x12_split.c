#include "x12_split.h"

#include "claimgate/x12/cut.h"

#include "claimgate/base/hash.h"

#include <stdlib.h>

static void require(bool holds) {
    if (!holds) {
        abort(); /* out of memory, or bytes that are taken into account otherwise than written */
    }
}

static void decide(struct cg_batch *batch, uint32_t rejected, uint32_t *claim_no) {
    for (uint32_t i = 0; i < batch->x12->nodes.count; i++) {
        struct cg_x12_node *node = cg_x12_node_at(batch->x12, i);
        if (node->kind != CG_X12_CLAIM) {
            continue;
        }
        struct cg_record *record = cg_array_add(&batch->records);
        struct cg_line *line = cg_batch_add_line(batch);
        require(record != NULL && line != NULL);
        *record = (struct cg_record){.line_index = batch->lines.count - 1};
        node->record_no = batch->records.count - 1;
        line->decision = (rejected >> (*claim_no % 32) & 1) != 0 ? CG_REJECTED : CG_ACCEPTED;
        (*claim_no)++;
    }
}

/* To take account is to write without bytes. */
static void write_side(struct cg_x12_side *side, struct cg_batch *batch, struct cg_buffer *to) {
    struct cg_array stretches;
    struct cg_x12_side again = *side;
    cg_array_init(&stretches, sizeof(struct cg_text), 1 << 20);
    require(cg_x12_side_pass(side, batch, NULL) && cg_x12_side_pass(&again, batch, &stretches));
    require(again.segments == side->segments && again.claims == side->claims &&
            again.hl_left_out == side->hl_left_out);
    for (uint32_t i = 0; i < stretches.count; i++) {
        const struct cg_text *stretch = cg_array_at(&stretches, i);
        require(cg_buffer_append(to, stretch->ptr, stretch->len));
    }
    cg_array_fini(&stretches);
}

struct reading {
    const struct cg_buffer *text;
    size_t payload;
    size_t at;
    struct cg_batch *batch;
    struct cg_x12_cut *cut;
};

static void begin(struct reading *reading, const struct cg_buffer *text, size_t payload,
                  bool lenient) {
    *reading = (struct reading){
        .text = text, .payload = payload, .batch = cg_batch_new(), .cut = cg_x12_cut_new(lenient)};
    require(reading->batch != NULL && reading->cut != NULL);
}

/* False at the end, and where the text is refused. */
static bool next(struct reading *reading, bool *refused) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_batch *batch = reading->batch;
    const size_t rest = reading->text->len_bytes - reading->at;
    if (rest == 0) {
        return false;
    }
    cg_batch_reset(batch);
    batch->payload_bytes = rest < reading->payload ? rest : reading->payload;
    memcpy(batch->payload, reading->text->data + reading->at, batch->payload_bytes);
    reading->at += batch->payload_bytes;
    batch->ends_source = batch->payload_bytes == rest;
    *refused = cg_x12_cut(reading->cut, batch, &err) != CG_OK;
    return !*refused;
}

static void end(struct reading *reading) {
    cg_batch_free(reading->batch);
    cg_x12_cut_free(reading->cut);
}

bool x12_split(const struct cg_buffer *text, struct x12_splitting how,
               struct cg_buffer sides[CG_X12_SIDES]) {
    struct cg_x12_side state[CG_X12_SIDES] = {{.is_accepted = true}, {.is_accepted = false}};
    struct reading reading;
    uint32_t claim_no = 0;
    bool refused = false;
    begin(&reading, text, how.payload, how.lenient);
    cg_buffer_clear(&sides[CG_X12_ACCEPTED]);
    cg_buffer_clear(&sides[CG_X12_REJECTED]);
    while (next(&reading, &refused)) {
        decide(reading.batch, how.rejected, &claim_no);
        for (int i = 0; i < CG_X12_SIDES; i++) {
            write_side(&state[i], reading.batch, &sides[i]);
        }
    }
    end(&reading);
    return !refused;
}

bool x12_sum_claims(const struct cg_buffer *text, bool lenient, struct x12_claims *out) {
    struct reading reading;
    bool refused = false;
    *out = (struct x12_claims){0};
    begin(&reading, text, CG_BATCH_BYTES, lenient);
    while (next(&reading, &refused)) {
        const struct cg_x12_batch *x12 = reading.batch->x12;
        for (uint32_t i = 0; i < x12->nodes.count; i++) {
            const struct cg_x12_node *node = cg_x12_node_at(x12, i);
            if (node->kind == CG_X12_CLAIM) {
                out->count++;
                out->sum += cg_hash64(node->bytes.ptr, node->bytes.len, 1);
            }
        }
    }
    end(&reading);
    return !refused;
}
