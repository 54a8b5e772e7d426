/*
 * The node that is being read begins where the carried bytes begin, and `scanned` says how much of
 * it has been taken segment by segment, so that no byte is looked at twice. The headers that are
 * open change when a header is whole and joins a batch, not when it is met: until then it is part
 * of no batch.
 */
#include "claimgate/x12/cut.h"

#include "envelope.h"
#include "repeated.h"

#include <stdlib.h>

struct header {
    bool is_open;
    struct cg_x12_node node; /* its bytes are those of `bytes` */
    struct cg_buffer bytes;
};

struct cg_x12_cut {
    bool lenient;
    struct cg_seen interchanges; /* of all inputs */
    struct cg_x12_envelope envelope;
    struct header headers[CG_X12_LEVELS];
    struct cg_x12_node node; /* being read; its bytes are not set */
    bool has_node;
    uint32_t newlines; /* within it, but between its segments */
    uint32_t scanned;  /* of what is carried */
    uint32_t carry_bytes;
    char carry[CG_X12_CLAIM_MAX_BYTES];
    uint64_t bytes_before; /* of the input, before what is carried */
};

/* What one call works on. */
struct cutting {
    struct cg_x12_cut *cut;
    struct cg_batch *batch;
    struct cg_text text;
    uint32_t node_start;
    uint32_t at;
    uint32_t segments; /* of whole nodes */
    struct cg_error *err;
};

struct cg_x12_cut *cg_x12_cut_new(bool lenient) {
    struct cg_x12_cut *cut = calloc(1, sizeof *cut);
    if (cut != NULL) {
        cut->lenient = lenient;
        cut->interchanges.limit = CG_X12_REPEATED_MAX;
        for (int i = 0; i < CG_X12_LEVELS; i++) {
            cg_buffer_init(&cut->headers[i].bytes, CG_X12_SEGMENT_MAX_BYTES);
        }
        cg_x12_cut_start(cut);
    }
    return cut;
}

void cg_x12_cut_free(struct cg_x12_cut *cut) {
    if (cut != NULL) {
        for (int i = 0; i < CG_X12_LEVELS; i++) {
            cg_buffer_fini(&cut->headers[i].bytes);
        }
        cg_seen_fini(&cut->interchanges);
        free(cut);
    }
}

void cg_x12_cut_start(struct cg_x12_cut *cut) {
    cg_x12_envelope_start(&cut->envelope, cut->lenient);
    for (int i = 0; i < CG_X12_LEVELS; i++) {
        cut->headers[i].is_open = false;
    }
    cut->has_node = false;
    cut->newlines = 0;
    cut->scanned = 0;
    cut->carry_bytes = 0;
    cut->bytes_before = 0;
}

const struct cg_x12_facts *cg_x12_cut_facts(const struct cg_x12_cut *cut) {
    return &cut->envelope.facts;
}

/* --- nodes --- */

static bool add_node(struct cg_batch *batch, const struct cg_x12_node *node) {
    struct cg_x12_node *kept = cg_array_add(&batch->x12->nodes);
    if (kept != NULL) {
        *kept = *node;
    }
    return kept != NULL;
}

/* Copies, for the batch outlives what is open. */
static bool add_open_headers(const struct cg_x12_cut *cut, struct cg_batch *batch) {
    for (int i = 0; i < CG_X12_LEVELS; i++) {
        const struct header *header = &cut->headers[i];
        struct cg_x12_node node = header->node;
        if (!header->is_open) {
            continue;
        }
        node.bytes.ptr =
            cg_arena_copy(&batch->scratch, header->bytes.data, header->bytes.len_bytes);
        node.bytes.len = (uint32_t)header->bytes.len_bytes;
        node.segment_delta = 0;
        if (node.bytes.ptr == NULL || !add_node(batch, &node)) {
            return false;
        }
        batch->x12->carried++;
    }
    return true;
}

static void close_headers(struct cg_x12_cut *cut, int from_level) {
    for (int i = from_level; i < CG_X12_LEVELS; i++) {
        cut->headers[i].is_open = false;
    }
}

static bool keep_open(struct cg_x12_cut *cut, const struct cg_x12_node *node) {
    if (node->kind < CG_X12_LEVELS) {
        struct header *header = &cut->headers[node->kind];
        close_headers(cut, node->kind);
        header->is_open = true;
        header->node = *node;
        cg_buffer_clear(&header->bytes);
        return cg_buffer_append(&header->bytes, node->bytes.ptr, node->bytes.len);
    }
    if (node->kind == CG_X12_SE || node->kind == CG_X12_GE || node->kind == CG_X12_IEA) {
        close_headers(cut, CG_X12_ST - (node->kind - CG_X12_SE));
    }
    return true;
}

static enum cg_status check_size(const struct cg_x12_node *node, size_t len, struct cg_error *err) {
    if (node->kind == CG_X12_CLAIM && len > CG_X12_CLAIM_MAX_BYTES) {
        return cg_error_set(err, CG_BAD_DATA,
                            "the claim before it is longer than 256 KiB; no claim of the guide "
                            "is: split it, or ask the sender");
    }
    if (node->kind < CG_X12_LEVELS && len > CG_X12_SEGMENT_MAX_BYTES) {
        return cg_error_set(err, CG_BAD_DATA,
                            "the header before it (from its ISA, GS, ST or HL on) is longer than "
                            "64 KiB; ask the sender");
    }
    return CG_OK;
}

static uint32_t count_newlines(struct cg_text text) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        count += (text.ptr[i] == '\n') | (text.ptr[i] == '\r');
    }
    return count;
}

/* The node that ends at `end` joins the batch. */
static enum cg_status end_node(struct cutting *cutting, uint32_t end) {
    struct cg_x12_cut *cut = cutting->cut;
    struct cg_batch *batch = cutting->batch;
    struct cg_x12_node *node = &cut->node;
    node->bytes =
        (struct cg_text){cutting->text.ptr + cutting->node_start, end - cutting->node_start};
    node->segment_delta = cutting->segments;
    node->is_wrapped = count_newlines(node->bytes) != cut->newlines;
    if (check_size(node, node->bytes.len, cutting->err) != CG_OK) {
        return cutting->err->status;
    }
    if ((batch->x12->nodes.count == 0 && !add_open_headers(cut, batch)) || !add_node(batch, node) ||
        !keep_open(cut, node)) {
        return cg_error_no_memory(cutting->err);
    }
    cutting->segments += node->segments;
    cut->newlines = 0;
    cutting->node_start = end;
    cut->has_node = false;
    return CG_OK;
}

/* --- segments --- */

static void note_interchange(struct cg_x12_cut *cut, struct cg_text isa) {
    struct cg_x12_elements elements;
    cg_x12_read_elements(isa, &cut->envelope.marks, &elements);
    cut->envelope.facts.repeated_interchanges +=
        cg_x12_repeated_note(&cut->interchanges, &elements);
}

/* A node that begins ends the one before it. */
static enum cg_status take_segment(struct cutting *cutting, struct cg_text segment) {
    struct cg_x12_cut *cut = cutting->cut;
    if (cg_x12_envelope_passes(&cut->envelope, segment)) {
        cut->node.segments++;
        return CG_OK;
    }
    struct cg_x12_node found = {.segments = 0};
    bool begins = false;
    if (cg_x12_envelope_take(&cut->envelope, segment, &found, &begins, cutting->err) != CG_OK) {
        return cutting->err->status;
    }
    if (begins) {
        if (cut->has_node && end_node(cutting, cutting->at) != CG_OK) {
            return cutting->err->status;
        }
        cut->node = found;
        cut->has_node = true;
        if (found.kind == CG_X12_ISA) {
            note_interchange(cut, segment);
        }
    } else {
        cut->node.has_odd_id |= found.has_odd_id;
        cut->node.has_lost_loop |= found.has_lost_loop;
    }
    cut->node.segments++;
    return CG_OK;
}

static struct cg_text rest_of(const struct cutting *cutting) {
    return (struct cg_text){cutting->text.ptr + cutting->at, cutting->text.len - cutting->at};
}

static bool is_padding(char byte) {
    return byte == '\0' || byte == '\x1a' || byte == '\r' || byte == '\n' || byte == ' ';
}

/* The very last terminator of a file may be missing. */
static bool is_last_segment(const struct cutting *cutting, struct cg_text *segment) {
    const struct cg_x12_envelope *envelope = &cutting->cut->envelope;
    while (segment->len > 0 && is_padding(segment->ptr[segment->len - 1])) {
        segment->len--;
    }
    return cutting->batch->ends_source && envelope->place == CG_X12_IN_INTERCHANGE &&
           cg_x12_name_of(*segment, envelope->marks.element) == CG_X12_NAME_IEA;
}

static enum cg_status refuse_long(struct cg_error *err) {
    return cg_error_set(err, CG_BAD_DATA,
                        "this segment is longer than 64 KiB; is the terminator that the ISA names "
                        "the one that the file has?");
}

/* *segment stays empty while its end is still to come. */
static enum cg_status find_segment(struct cutting *cutting, struct cg_text *segment) {
    const struct cg_x12_marks *marks = &cutting->cut->envelope.marks;
    const struct cg_text rest = rest_of(cutting);
    const char *end = memchr(rest.ptr, marks->terminator, rest.len);
    *segment = (struct cg_text){rest.ptr, end == NULL ? rest.len : (uint32_t)(end - rest.ptr)};
    if (segment->len > CG_X12_SEGMENT_MAX_BYTES) {
        return refuse_long(cutting->err);
    }
    if (end == NULL && !is_last_segment(cutting, segment)) {
        segment->len = 0;
    }
    return CG_OK;
}

static enum cg_status find_isa(struct cutting *cutting, struct cg_text *segment) {
    const struct cg_text rest = rest_of(cutting);
    struct cg_x12_marks *marks = &cutting->cut->envelope.marks;
    const char isa[] = "ISA";
    const uint32_t looked_at = rest.len < 3 ? rest.len : 3;
    *segment = (struct cg_text){rest.ptr, 0};
    if (memcmp(rest.ptr, isa, looked_at) != 0) {
        *segment = (struct cg_text){rest.ptr, looked_at};
        return CG_OK; /* the envelope says what it is */
    }
    return cg_x12_read_isa(rest, cutting->batch->ends_source, marks, &segment->len, cutting->err);
}

/* One segment with what stands before it. False: the text ends first, or a failure stands. */
static bool cut_segment(struct cutting *cutting) {
    struct cg_x12_cut *cut = cutting->cut;
    const bool between = cut->envelope.place == CG_X12_BETWEEN;
    struct cg_text segment = {"", 0};
    cutting->at += cg_x12_skip(rest_of(cutting), &cut->envelope.marks, between, &cut->newlines);
    if (cutting->at == cutting->text.len) {
        return false;
    }
    const enum cg_status status =
        between ? find_isa(cutting, &segment) : find_segment(cutting, &segment);
    if (status != CG_OK) {
        cut->envelope.facts.segments++; /* it is the one that the message names */
        return false;
    }
    if (segment.len == 0 || take_segment(cutting, segment) != CG_OK) {
        return false;
    }
    const uint32_t behind = (uint32_t)(segment.ptr + segment.len - cutting->text.ptr);
    cutting->at = behind + (behind < cutting->text.len && segment.len > 0);
    const char terminator = cut->envelope.marks.terminator;
    cut->newlines += terminator == '\n' || terminator == '\r';
    return true;
}

/* --- a payload --- */

static struct cg_text join(struct cg_x12_cut *cut, struct cg_batch *batch) {
    batch->payload -= cut->carry_bytes;
    batch->payload_bytes += cut->carry_bytes;
    memcpy(batch->payload, cut->carry, cut->carry_bytes);
    return (struct cg_text){batch->payload, (uint32_t)batch->payload_bytes};
}

/* What passes may be parted between any two segments. */
static enum cg_status part_passed(struct cutting *cutting) {
    struct cg_x12_cut *cut = cutting->cut;
    const bool is_long_padding = cut->has_node && cut->node.kind == CG_X12_IEA &&
                                 cutting->at - cutting->node_start > CG_X12_SEGMENT_MAX_BYTES;
    if (cut->envelope.place != CG_X12_IN_PASSED && !is_long_padding) {
        return CG_OK;
    }
    if (cutting->at == cutting->node_start) {
        return CG_OK;
    }
    const enum cg_status status = end_node(cutting, cutting->at);
    cut->node = (struct cg_x12_node){.kind = CG_X12_PASSED, .marks = cut->envelope.marks};
    cut->has_node = true;
    return status;
}

static enum cg_status carry(struct cutting *cutting) {
    struct cg_x12_cut *cut = cutting->cut;
    if (part_passed(cutting) != CG_OK) {
        return cutting->err->status;
    }
    const uint32_t rest = cutting->text.len - cutting->node_start;
    if (rest > sizeof cut->carry) {
        return check_size(&cut->node, rest, cutting->err) != CG_OK ? cutting->err->status
                                                                   : refuse_long(cutting->err);
    }
    memcpy(cut->carry, cutting->text.ptr + cutting->node_start, rest);
    cut->carry_bytes = rest;
    cut->scanned = cutting->at - cutting->node_start;
    cut->bytes_before += cutting->node_start;
    return CG_OK;
}

static enum cg_status end_input(struct cutting *cutting) {
    struct cg_x12_cut *cut = cutting->cut;
    if (cut->envelope.place != CG_X12_BETWEEN) {
        cut->envelope.facts.segments += cutting->at < cutting->text.len;
        return cg_error_set(cutting->err, CG_BAD_DATA, "%s; the file was cut: fetch it again",
                            cutting->at < cutting->text.len
                                ? "the file ends inside this segment"
                                : "the file ends behind this segment, before IEA");
    }
    if (!cut->has_node) {
        return cg_error_set(cutting->err, CG_BAD_DATA, "there is no ISA");
    }
    cut->carry_bytes = 0;
    return end_node(cutting, cutting->text.len);
}

static enum cg_status name_place(const struct cutting *cutting) {
    const struct cg_x12_cut *cut = cutting->cut;
    return cg_error_wrap(cutting->err, "segment %llu (byte %llu)",
                         (unsigned long long)cut->envelope.facts.segments,
                         (unsigned long long)(cut->bytes_before + cutting->at + 1));
}

enum cg_status cg_x12_cut(struct cg_x12_cut *cut, struct cg_batch *batch, struct cg_error *err) {
    struct cutting cutting = {.cut = cut, .batch = batch, .at = cut->scanned, .err = err};
    if (!cg_batch_use_x12(batch)) {
        return cg_error_no_memory(err);
    }
    cutting.text = join(cut, batch);
    while (cut_segment(&cutting)) {
    }
    if (err->status == CG_OK) {
        (void)(batch->ends_source ? end_input(&cutting) : carry(&cutting));
    }
    if (err->status != CG_OK) {
        return err->status == CG_BAD_DATA ? name_place(&cutting) : err->status;
    }
    batch->text = (struct cg_text){cutting.text.ptr, cutting.node_start};
    batch->physical_lines = cutting.segments;
    return CG_OK;
}
