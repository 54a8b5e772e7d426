/*
 * A batch goes through fill, unpack, cut, parse and number, whoever calls them. Each step has its
 * own part of the reader, so that a belt may work on several batches at once.
 *
 * What stands in a file and is no record is known in three places, and nowhere else. Cut knows what
 * comes before the header and the header itself. Parse knows a line among the records that is none
 * (blank, decoration, the header again) and counts it in the batch. Number sees the batches again
 * in order, with an input's records and where it ends, and says what was met (reader_lines.c).
 */
#include "claimgate/record/reader.h"

#include "claimgate/x12/parse.h"
#include "fed_back.h"
#include "header_names.h"
#include "reader_private.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/stop.h"
#include "claimgate/io/unfinished.h"

#include <stdlib.h>
#include <sys/stat.h>

struct cg_reader *cg_reader_new(const struct cg_reader_plan *plan) {
    struct cg_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return NULL;
    }
    reader->plan = *plan;
    reader->plan.parse.binding = &reader->binding;
    reader->next_line = 1;
    reader->splitter = cg_splitter_new();
    reader->content = plan->hashes_content ? cg_xxh128_new() : NULL;
    if (reader->splitter == NULL || (plan->hashes_content && reader->content == NULL)) {
        cg_reader_free(reader);
        return NULL;
    }
    return reader;
}

void cg_reader_free(struct cg_reader *reader) {
    if (reader == NULL) {
        return;
    }
    cg_source_close(reader->source);
    cg_splitter_free(reader->splitter);
    cg_xxh128_free(reader->content);
    cg_backlog_fini(&reader->backlog);
    cg_x12_cut_free(reader->x12);
    cg_header_names_free(reader->builtin_names);
    cg_binding_fini(&reader->binding);
    cg_layout_free(reader->layout);
    free(reader);
}

void cg_reader_name_input(const struct cg_reader *reader, struct cg_batch *batch) {
    const char *file = reader->plan.inputs[batch->source_no].file;
    cg_error_wrap(&batch->error, "%s", strcmp(file, "-") == 0 ? "standard input" : file);
}

/* --- fill and unpack --- */

static enum cg_status open_next(struct cg_reader *reader, struct cg_error *err) {
    const char *file = reader->plan.inputs[reader->source_no].file;
    const enum cg_status status = cg_source_open(file, &reader->source, err);
    if (status == CG_OK && reader->plan.x12 != NULL) {
        cg_source_take_x12(reader->source);
    }
    if (status == CG_OK && reader->plan.given_up != NULL) {
        cg_source_give_up_on(reader->source, reader->plan.given_up);
    }
    return status;
}

/* An input is at its end: what it was on disk is known now. */
static void close_source(struct cg_reader *reader, struct cg_batch *batch) {
    struct cg_reader_input *input = &reader->plan.inputs[reader->source_no];
    input->stamp = *cg_source_stamp(reader->source);
    input->lacks_line_end = cg_source_lacks_line_end(reader->source);
    input->bytes = cg_source_bytes(reader->source);
    cg_source_sha256(reader->source, input->sha256);
    cg_source_close(reader->source);
    reader->source = NULL;
    batch->ends_source = true;
    reader->source_no++;
    batch->is_last = reader->source_no == reader->plan.input_count;
}

static enum cg_status take_empty(const struct cg_reader *reader, struct cg_batch *batch) {
    batch->is_empty_source = true;
    return reader->plan.empty_mend == NULL
               ? CG_OK
               : cg_source_refuse_empty(reader->source, reader->plan.empty_mend, &batch->error);
}

/* Errors of a source name the input themselves. */
static enum cg_status fill(struct cg_reader *reader, struct cg_batch *batch) {
    struct cg_fill fill = {
        .out = batch->payload, .capacity_bytes = CG_BATCH_BYTES, .packed = &batch->packed};
    enum cg_status status = cg_stop_check(&batch->error);
    if (status == CG_OK && reader->source == NULL) {
        status = open_next(reader, &batch->error);
    }
    if (status != CG_OK) {
        return status;
    }
    const uint64_t before = cg_source_bytes(reader->source);
    status = cg_source_fill(reader->source, &fill, &batch->error);
    if (status != CG_OK) {
        return status;
    }
    atomic_fetch_add(&reader->bytes_read, cg_source_bytes(reader->source) - before);
    batch->payload_bytes = fill.len_bytes;
    batch->is_plain = cg_source_is_plain(reader->source);
    if (fill.at_end && cg_source_is_empty(reader->source)) {
        status = take_empty(reader, batch);
    }
    if (fill.at_end && status == CG_OK) {
        close_source(reader, batch);
    }
    return status;
}

/* While cut has bytes that wait, batches come to it empty. */
void cg_reader_fill(struct cg_reader *reader, struct cg_batch *batch) {
    CG_ASSERT(batch->payload_bytes == 0 && batch->error.status == CG_OK);
    batch->is_last = reader->failed || reader->source_no == reader->plan.input_count;
    if (batch->is_last || cg_reader_is_behind(reader)) {
        return;
    }
    batch->source_no = reader->source_no;
    if (fill(reader, batch) != CG_OK) {
        reader->failed = true;
        batch->is_last = true;
    }
}

void cg_reader_unpack(const struct cg_reader *reader, struct cg_batch *batch) {
    if (batch->error.status != CG_OK || batch->packed.len_bytes == 0) {
        return;
    }
    if (cg_source_unpack(&batch->packed, batch->payload, CG_BATCH_BYTES, &batch->payload_bytes,
                         &batch->error) != CG_OK) {
        cg_reader_name_input(reader, batch);
    }
}

/* --- parse and number --- */

void cg_reader_parse(const struct cg_reader *reader, struct cg_batch *batch) {
    if (batch->error.status != CG_OK || batch->text.len == 0) {
        return;
    }
    CG_ASSERT(reader->bound);
    CG_ASSERT(batch->records.count == 0 && batch->lines.count == 0);
    struct cg_parse_plan plan = reader->plan.parse;
    if (reader->plan.rules_of_inputs != NULL) {
        plan.rules = reader->plan.rules_of_inputs[batch->source_no];
    }
    if (reader->binding.is_x12) {
        if (cg_x12_parse(&plan, reader->plan.x12, batch) != CG_OK) {
            cg_reader_name_input(reader, batch);
        }
        return;
    }
    if (batch->csv == NULL) {
        batch->csv = cg_csv_new(reader->binding.delimiter,
                                2 * reader->binding.column_count + CG_FED_BACK_COLUMNS_MORE + 1);
    }
    if (batch->csv != NULL && reader->binding.span_count > 0) {
        cg_csv_cut_at(batch->csv, reader->binding.spans, reader->binding.span_count);
    }
    if (batch->csv == NULL) {
        cg_error_no_memory(&batch->error);
    } else if (cg_parse_batch(&plan, batch->csv, batch) != CG_OK) {
        cg_reader_name_input(reader, batch);
    }
}

/* Whoever knows nothing of such lines would take them for new ones. */
static void refuse_past(const struct cg_reader *reader, struct cg_batch *batch) {
    for (uint32_t i = 0; i < batch->records.count; i++) {
        const struct cg_record *record = cg_batch_record(batch, i);
        if (record->past != CG_PAST_NOT) {
            cg_error_set(&batch->error, CG_USAGE,
                         "line %llu has something else than 0 in its column " CG_PAST_COLUMN
                         ": it was accepted before, which validate alone takes account of; leave "
                         "such lines out",
                         (unsigned long long)batch->first_line + record->line_delta);
            cg_reader_name_input(reader, batch);
            return;
        }
    }
}

void cg_reader_number(struct cg_reader *reader, struct cg_batch *batch) {
    if (batch->error.status != CG_OK) {
        return;
    }
    batch->first_line = reader->next_line + batch->header_lines;
    reader->next_line = batch->ends_source ? 1 : batch->first_line + batch->physical_lines;
    reader->plan.inputs[batch->source_no].records += batch->records.count;
    cg_reader_look_at_lines(reader, batch);
    if (reader->binding.has_past && !reader->plan.takes_past && batch->error.status == CG_OK) {
        refuse_past(reader, batch);
    }
}

/* --- on one thread --- */

static enum cg_status outcome(const struct cg_batch *batch, struct cg_error *err) {
    return batch->error.status == CG_OK
               ? CG_OK
               : cg_error_set(err, batch->error.status, "%s", batch->error.text);
}

enum cg_status cg_reader_read(struct cg_reader *reader, struct cg_batch *batch,
                              struct cg_error *err) {
    cg_batch_reset(batch);
    cg_reader_fill(reader, batch);
    cg_reader_unpack(reader, batch);
    return outcome(batch, err);
}

void cg_reader_feed(struct cg_batch *batch, struct cg_text bytes, bool at_end) {
    CG_ASSERT(bytes.len <= CG_BATCH_BYTES);
    cg_batch_reset(batch);
    if (bytes.len > 0) {
        memcpy(batch->payload, bytes.ptr, bytes.len);
    }
    batch->payload_bytes = bytes.len;
    batch->ends_source = at_end;
}

enum cg_status cg_reader_take(struct cg_reader *reader, struct cg_batch *batch,
                              struct cg_error *err) {
    cg_reader_cut(reader, batch);
    batch->first_line = reader->next_line + batch->header_lines;
    cg_reader_parse(reader, batch);
    cg_reader_number(reader, batch);
    return outcome(batch, err);
}

/* --- what is known --- */

bool cg_reader_is_behind(const struct cg_reader *reader) {
    return atomic_load(&reader->backlog.count) > 0;
}

bool cg_reader_is_bound(const struct cg_reader *reader) {
    return reader->bound;
}

const struct cg_binding *cg_reader_binding(const struct cg_reader *reader) {
    return &reader->binding;
}

void cg_reader_warn_of_names(const struct cg_reader *reader) {
    for (uint32_t i = 0; i < reader->plan.input_count; i++) {
        cg_unfinished_name(reader->plan.inputs[i].file);
    }
}

void cg_reader_warn_of_cut_lines(const struct cg_reader *reader) {
    for (uint32_t i = 0; i < reader->plan.input_count; i++) {
        if (reader->plan.inputs[i].lacks_line_end && !reader->binding.is_x12) {
            cg_unfinished_line(reader->plan.inputs[i].file);
        }
    }
}

enum cg_status cg_reader_check_inputs(const struct cg_reader *reader, struct cg_error *err) {
    for (uint32_t i = 0; i < reader->plan.input_count; i++) {
        const struct cg_reader_input *input = &reader->plan.inputs[i];
        if (strcmp(input->file, "-") != 0 &&
            cg_stamp_check_path(&input->stamp, input->file, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

uint64_t cg_reader_bytes_read(const struct cg_reader *reader) {
    return atomic_load(&reader->bytes_read);
}

uint64_t cg_reader_bytes_total(const struct cg_reader *reader) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < reader->plan.input_count; i++) {
        struct stat facts;
        if (stat(reader->plan.inputs[i].file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
            return 0;
        }
        total += (uint64_t)facts.st_size;
    }
    return total;
}
