/*
 * The stations behind the verdict: encode turns a batch into packed bytes of both files, write
 * puts them out in order.
 *
 * The content of the accepted file is never put together: neighbouring accepted records
 * are one stretch of the batch's own bytes. Encode finds the stretches and compresses them; write,
 * which is serial, only hashes them, and looks at no line again.
 */
#include "run_private.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/fetch.h"

#include "claimgate/gate/sentences.h"
#include "claimgate/record/decision_rows.h"
#include "claimgate/record/rows.h"
#include "claimgate/record/shapes.h"
#include "claimgate/x12/side.h"

enum {
    REJECTED_TEXT_BYTES = 4 << 20,
    SHORT_LINES_TEXT_BYTES = 1 << 18, /* where a batch has all the lines that it may have */
    FETCHED_TEXT_BYTES = 256,
};

struct packing {
    bool wanted;                  /* the output is written at all; a dry run only counts rows */
    struct cg_deflater *deflater; /* NULL: plain */
    struct cg_buffer *out;
    struct cg_error *err;
};

static struct packing packing_for(const struct cg_output *output, struct cg_batch *batch,
                                  struct cg_buffer *out) {
    return (struct packing){.wanted = output->sink != NULL,
                            .deflater = output->is_gzip ? batch->deflater : NULL,
                            .out = out,
                            .err = &batch->error};
}

static bool put_packed(const struct packing *to, const char *bytes, size_t len_bytes) {
    if (!to->wanted) {
        return true;
    }
    if (to->deflater != NULL) {
        return cg_deflater_add(to->deflater, bytes, len_bytes, to->out, to->err) == CG_OK;
    }
    return cg_buffer_append(to->out, bytes, len_bytes) ||
           cg_error_set(to->err, CG_INTERNAL, "out of memory while encoding") == CG_OK;
}

static bool flush_packed(const struct packing *to) {
    return !to->wanted || to->deflater == NULL ||
           cg_deflater_flush(to->deflater, to->out, to->err) == CG_OK;
}

static bool put_stretches(const struct packing *to, const struct cg_array *stretches) {
    bool good = true;
    for (uint32_t i = 0; i < stretches->count && good; i++) {
        const struct cg_text *rows = cg_array_at(stretches, i);
        good = put_packed(to, rows->ptr, rows->len);
    }
    return good && flush_packed(to);
}

/* Copies of the sides, for decide is further on by now. */
static bool encode_sides(const struct cg_run *run, struct cg_batch *batch) {
    struct cg_x12_batch *x12 = batch->x12;
    const struct packing to = packing_for(&run->outputs.accepted, batch, &batch->accepted);
    const struct packing to_rejected =
        packing_for(&run->outputs.rejected_x12, batch, &x12->rejected);
    struct cg_x12_side accepted = x12->sides[CG_X12_ACCEPTED];
    struct cg_x12_side rejected = x12->sides[CG_X12_REJECTED];
    if (!cg_x12_side_pass(&accepted, batch, &batch->accepted_text) ||
        !cg_x12_side_pass(&rejected, batch, &x12->rejected_text)) {
        cg_error_set(&batch->error, CG_INTERNAL, "out of memory while encoding claims");
        return false;
    }
    batch->accepted_rows =
        accepted.claims - x12->sides[CG_X12_ACCEPTED].claims + x12->passed_records;
    x12->rejected_claims = rejected.claims - x12->sides[CG_X12_REJECTED].claims;
    return put_stretches(&to, &batch->accepted_text) &&
           put_stretches(&to_rejected, &x12->rejected_text);
}

static bool encode_accepted(const struct cg_run *run, struct cg_batch *batch) {
    const struct packing to = packing_for(&run->outputs.accepted, batch, &batch->accepted);
    if (cg_run_writes_x12(run, batch)) {
        return encode_sides(run, batch);
    }
    if (!cg_rows_accepted(batch)) {
        cg_error_set(&batch->error, CG_INTERNAL, "out of memory while encoding accepted lines");
        return false;
    }
    return put_stretches(&to, &batch->accepted_text);
}

/* From `line_no` on; the count of lines when there is none. */
static uint32_t find_rejected(const struct cg_batch *batch, uint32_t line_no) {
    const struct cg_line *lines = batch->lines.items;
    while (line_no < batch->lines.count && lines[line_no].decision == CG_ACCEPTED) {
        line_no++;
    }
    return line_no;
}

/* A row is made of all of its line and record, which lie apart from those of the row before: the
 * record's bytes are fetched one row ahead, and what says where they are two. */
static void fetch_rejected(const struct cg_batch *batch, uint32_t next, uint32_t next_but_one) {
    if (next_but_one < batch->lines.count) {
        const struct cg_line *line = cg_batch_line(batch, next_but_one);
        for (size_t i = 0; i < sizeof *line; i += CG_CACHE_LINE_BYTES) {
            cg_fetch((const char *)line + i);
        }
        cg_fetch(cg_batch_record(batch, line->record_no));
    }
    if (next < batch->lines.count) {
        const struct cg_text text =
            cg_batch_record_text(batch, cg_batch_line(batch, next)->record_no);
        for (size_t i = 0; i < text.len && i < FETCHED_TEXT_BYTES; i += CG_CACHE_LINE_BYTES) {
            cg_fetch(text.ptr + i);
        }
    }
}

static struct cg_line *next_rejected(struct cg_batch *batch) {
    const uint32_t line_no = find_rejected(batch, batch->encoded_lines);
    batch->encoded_lines = line_no;
    if (line_no == batch->lines.count) {
        return NULL;
    }
    const uint32_t next = find_rejected(batch, line_no + 1);
    fetch_rejected(batch, next, find_rejected(batch, next + 1));
    batch->encoded_lines = next;
    return cg_batch_line(batch, line_no);
}

/* The sentence for the ledger. */
static bool keep_detail(struct cg_batch *batch, struct cg_line *line, const char *detail) {
    if (line->malformed != CG_WELL_FORMED) {
        return true;
    }
    line->detail = cg_arena_text(&batch->scratch, cg_text_of(detail));
    return line->detail.ptr != NULL;
}

/* Rows from where the batch stands on, until there is enough for one packing: a batch of one-byte
 * records under a wide header makes gigabytes of rows, which must never be held together. */
static bool fill_rejected_text(const struct cg_run *run, struct cg_batch *batch) {
    const struct cg_binding *binding = cg_reader_binding(run->reader);
    struct cg_verdict verdict;
    struct cg_line *line;
    const size_t enough =
        batch->records.count < CG_BATCH_LINES ? REJECTED_TEXT_BYTES : SHORT_LINES_TEXT_BYTES;
    if (batch->encoded_lines == 0 && batch->begins_outputs &&
        !cg_rows_rejected_header(&batch->rejected_text, binding)) {
        return false;
    }
    while (batch->rejected_text.len_bytes < enough && (line = next_rejected(batch)) != NULL) {
        cg_verdict_fill(&run->plan->rules, binding, batch, line, &verdict);
        if (line->decision == CG_REJECTED && batch->notes_shapes) {
            cg_note_shapes(binding, batch, line, line->reasons, &batch->shapes);
        }
        const struct cg_rejected_row row = {binding, run->paths[batch->source_no], batch, line,
                                            &verdict};
        if (!cg_rows_rejected(&batch->rejected_text, &row) ||
            (cg_run_records(run) && !keep_detail(batch, line, verdict.detail))) {
            return false;
        }
        batch->rejected_rows++;
    }
    return true;
}

/* The next rejected rows as text and packed. */
static bool encode_rejected(const struct cg_run *run, struct cg_batch *batch) {
    struct packing to = packing_for(&run->outputs.rejected, batch, &batch->rejected);
    cg_buffer_clear(&batch->rejected_text);
    cg_buffer_clear(&batch->rejected);
    if (!fill_rejected_text(run, batch)) {
        cg_error_set(&batch->error, CG_INTERNAL, "out of memory while encoding rejected lines");
        return false;
    }
    return put_packed(&to, batch->rejected_text.data, batch->rejected_text.len_bytes) &&
           flush_packed(&to);
}

static bool put_decision(const struct cg_run *run, struct cg_batch *batch,
                         const struct cg_line *line) {
    const struct cg_binding *binding = cg_reader_binding(run->reader);
    char warnings[CG_VERDICT_REASONS_BYTES];
    struct cg_verdict verdict;
    if (line->reasons != 0) {
        cg_verdict_fill(&run->plan->rules, binding, batch, line, &verdict);
    }
    cg_reason_list(line, line->warnings, warnings);
    const struct cg_rejected_row row = {binding, run->paths[batch->source_no], batch, line,
                                        line->reasons != 0 ? &verdict : NULL};
    batch->decision_rows++;
    return cg_decision_rows_put(&batch->decisions_text, &row, warnings,
                                line->version != NULL ? line->version->cap_count : 0);
}

static bool fill_decisions(const struct cg_run *run, struct cg_batch *batch) {
    if (batch->begins_outputs &&
        !cg_decision_rows_header(&batch->decisions_text, cg_reader_binding(run->reader))) {
        return false;
    }
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        const struct cg_line *line = cg_batch_line(batch, i);
        if (!(line->out_of_scope && line->decision == CG_ACCEPTED) &&
            !put_decision(run, batch, line)) {
            return false;
        }
    }
    return true;
}

static bool encode_decisions(const struct cg_run *run, struct cg_batch *batch) {
    struct packing to = packing_for(&run->outputs.decisions, batch, &batch->decisions);
    if (!to.wanted) {
        return true;
    }
    if (!fill_decisions(run, batch)) {
        cg_error_set(&batch->error, CG_INTERNAL, "out of memory while encoding decisions");
        return false;
    }
    return put_packed(&to, batch->decisions_text.data, batch->decisions_text.len_bytes) &&
           flush_packed(&to);
}

void cg_station_encode(void *context, struct cg_batch *batch);
void cg_station_write(void *context, struct cg_batch *batch);

#ifdef CG_ASSERTIONS
static bool is_decided(const struct cg_batch *batch) {
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        if (cg_batch_line(batch, i)->decision == CG_UNDECIDED) {
            return false;
        }
    }
    return true;
}
#endif

/* A remark on the whole file is about nine of ten records: a batch in which not one of ten fails
 * has nothing to say for it. */
static bool may_have_one_fault(const struct cg_batch *batch) {
    uint32_t rejected = 0;
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        rejected += cg_batch_line(batch, i)->decision == CG_REJECTED;
    }
    return (uint64_t)rejected * 4 >= batch->lines.count;
}

void cg_station_encode(void *context, struct cg_batch *batch) {
    const struct cg_run *run = context;
    if (batch->error.status != CG_OK) {
        return;
    }
    CG_ASSERT(is_decided(batch));
    CG_ASSERT(batch->accepted_rows == 0 && batch->encoded_lines == 0);
    batch->notes_shapes = may_have_one_fault(batch);
    /* A failure stays in the batch; there is nothing to add to it here. */
    if (encode_accepted(run, batch) && encode_decisions(run, batch)) {
        (void)encode_rejected(run, batch);
    }
}

static enum cg_status write_stretches(struct cg_output *output, const struct cg_array *stretches,
                                      const struct cg_buffer *packed, struct cg_batch *batch) {
    if (output->sink == NULL) {
        return CG_OK;
    }
    for (uint32_t i = 0; i < stretches->count; i++) {
        const struct cg_text *rows = cg_array_at(stretches, i);
        cg_xxh128_update(output->content, rows->ptr, rows->len);
    }
    return cg_output_write(output, packed, &batch->error);
}

static enum cg_status write_accepted(struct cg_run *run, struct cg_batch *batch) {
    if (cg_run_writes_x12(run, batch) &&
        write_stretches(&run->outputs.rejected_x12, &batch->x12->rejected_text,
                        &batch->x12->rejected, batch) != CG_OK) {
        return batch->error.status;
    }
    return write_stretches(&run->outputs.accepted, &batch->accepted_text, &batch->accepted, batch);
}

/* What encode left over, beyond its first packing, is encoded here. */
static enum cg_status write_rejected(struct cg_run *run, struct cg_batch *batch) {
    struct cg_output *output = &run->outputs.rejected;
    bool more = true;
    while (more) {
        if (output->sink != NULL) {
            cg_xxh128_update(output->content, batch->rejected_text.data,
                             batch->rejected_text.len_bytes);
            if (cg_output_write(output, &batch->rejected, &batch->error) != CG_OK) {
                break;
            }
        }
        more = batch->encoded_lines < batch->lines.count && encode_rejected(run, batch);
    }
    return batch->error.status;
}

static enum cg_status write_decisions(struct cg_run *run, struct cg_batch *batch) {
    struct cg_output *output = &run->outputs.decisions;
    if (output->sink == NULL) {
        return CG_OK;
    }
    cg_xxh128_update(output->content, batch->decisions_text.data, batch->decisions_text.len_bytes);
    return cg_output_write(output, &batch->decisions, &batch->error);
}

static enum cg_status write_batch(struct cg_run *run, struct cg_batch *batch) {
    if (batch->error.status == CG_OK && run->plan->watch != NULL) {
        (void)run->plan->watch(run->plan->watch_context, cg_reader_binding(run->reader), batch,
                               &batch->error);
    }
    if (batch->error.status != CG_OK || write_accepted(run, batch) != CG_OK ||
        write_decisions(run, batch) != CG_OK || write_rejected(run, batch) != CG_OK ||
        cg_run_write_ack(run, batch) != CG_OK) {
        return batch->error.status;
    }
    return cg_run_records(run) ? cg_ledger_record(run->ledger, batch, &batch->error) : CG_OK;
}

void cg_station_write(void *context, struct cg_batch *batch) {
    struct cg_run *run = context;
    if (run->error.status != CG_OK) {
        return; /* what lies behind a failure is never written */
    }
    if (write_batch(run, batch) != CG_OK) {
        run->error = batch->error;
        atomic_store(&run->stop, true);
        return;
    }
    CG_ASSERT(batch->encoded_lines == batch->lines.count);
    CG_ASSERT(batch->accepted_rows + batch->rejected_rows >= batch->records.count);
    cg_shapes_merge(&run->shapes, &batch->shapes);
    run->accepted_rows += batch->accepted_rows;
    run->rejected_rows += batch->rejected_rows;
    run->outputs.accepted.records = run->accepted_rows;
    run->outputs.rejected.records = run->rejected_rows;
    run->decision_rows += batch->decision_rows;
    run->outputs.decisions.records = run->decision_rows;
    if (cg_run_writes_x12(run, batch)) {
        run->outputs.rejected_x12.records += batch->x12->rejected_claims;
    }
    run->physical_lines += batch->physical_lines + batch->header_lines;
    run->header_lines += batch->header_lines != 0; /* blank lines before it count as blank */
}
