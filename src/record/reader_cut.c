/*
 * The cut of a reader: an input's header is found and bound, what follows is cut into whole
 * records, and what a batch leaves over waits for the next.
 */
#include "fed_back.h"
#include "layout_search.h"
#include "reader_private.h"

#include "claimgate/base/assert.h"
#include "claimgate/x12/parse.h"

static enum cg_status bind_layout(struct cg_reader *reader, struct cg_text header,
                                  struct cg_error *err) {
    const char *name = NULL;
    if (reader->layout == NULL && (cg_layout_detect(header, &name, err) != CG_OK ||
                                   cg_layout_load(name, &reader->layout, NULL, err) != CG_OK)) {
        return err->status;
    }
    return cg_layout_bind(reader->layout, header, reader->plan.multiline, &reader->binding, err);
}

/* A layout that is named says which line is the header; one that the header chooses cannot. */
static enum cg_status expect_header(struct cg_reader *reader, struct cg_error *err) {
    const char *name = reader->plan.layout;
    if (name != NULL && reader->layout == NULL &&
        cg_layout_load(name, &reader->layout, NULL, err) != CG_OK) {
        return err->status;
    }
    struct cg_layout_lines lines = {0};
    if (name != NULL) {
        lines = cg_layout_lines(reader->layout);
    } else if (reader->plan.lines != NULL) {
        lines = *reader->plan.lines;
    }
    reader->own_header = lines.own_header;
    cg_splitter_skip(reader->splitter, lines.skip, lines.header_starts_with);
    return CG_OK;
}

static enum cg_status refuse_headless(const struct cg_reader *reader, struct cg_error *err) {
    struct cg_layout_lines lines = {0};
    if (reader->plan.layout != NULL) {
        lines = cg_layout_lines(reader->layout);
    }
    if (lines.header_starts_with.ptr != NULL) {
        return cg_error_set(err, CG_BAD_DATA,
                            "there is no header line: no line starts with \"%s\", as the "
                            "layout's header_starts_with says",
                            lines.header_starts_with.ptr);
    }
    return lines.skip > 0
               ? cg_error_set(err, CG_BAD_DATA,
                              "there is no header line behind the %u that the layout's skip_lines "
                              "leaves out",
                              lines.skip)
               : cg_error_set(err, CG_BAD_DATA,
                              "there is no header line; the first line must name the columns");
}

/* Records that are fed back stand within others, and have been told of before. */
static enum cg_status warn_of_columns(struct cg_reader *reader, const struct cg_header *header,
                                      const char *file, struct cg_error *err) {
    const enum cg_status status =
        reader->is_fed_back ? CG_OK : cg_layout_note_values(&reader->binding, header->behind, err);
    if (status == CG_OK) {
        cg_binding_warn(&reader->binding, file);
    }
    return status;
}

/* The first header binds; every further one must say the same. */
static enum cg_status bind(struct cg_reader *reader, const struct cg_header *header,
                           const struct cg_batch *batch, struct cg_error *err) {
    if (reader->bound) {
        return cg_binding_check_header(&reader->binding, header->line, err);
    }
    const enum cg_status status =
        reader->plan.bind != NULL
            ? reader->plan.bind(reader->plan.bind_context, header, &reader->binding, err)
            : bind_layout(reader, header->line, err);
    if (status == CG_BAD_DATA && reader->plan.bind == NULL) {
        cg_layout_point_at_header(reader->plan.layout, header, err);
    }
    reader->bound = status == CG_OK;
    return reader->bound && reader->layout != NULL
               ? warn_of_columns(reader, header, reader->plan.inputs[batch->source_no].file, err)
               : status;
}

/* The header within that of a rejected file takes its place, with a line end of its own. */
static enum cg_status take_fed_back(struct cg_reader *reader, struct cg_batch *batch,
                                    struct cg_header *header) {
    struct cg_text inner;
    reader->is_fed_back = reader->plan.bind == NULL && cg_fed_back_header(header->line, &inner);
    if (!reader->is_fed_back) {
        return CG_OK;
    }
    if (!reader->plan.takes_rejected) {
        return cg_error_set(&batch->error, CG_BAD_DATA,
                            "is a rejected file: nothing in it was paid; give it to validate once "
                            "the roster or the feed is mended");
    }
    if (memmem(inner.ptr, inner.len, ",x12_st,", 8) != NULL) {
        /* Line by line, claims would be taken apart that stand or fall whole. */
        return cg_error_set(&batch->error, CG_BAD_DATA,
                            "is the table of rejected lines of an X12 run; give rejected.x12.gz, "
                            "which stands beside it, to validate");
    }
    char *raw = cg_arena_alloc(&batch->scratch, (size_t)inner.len + 1);
    if (raw == NULL) {
        return cg_error_no_memory(&batch->error);
    }
    memcpy(raw, inner.ptr, inner.len);
    raw[inner.len] = '\n';
    header->line = (struct cg_text){raw, inner.len};
    header->raw = (struct cg_text){raw, inner.len + 1};
    return CG_OK;
}

/* The layout says what no line of the file does. A rejected file of an earlier run has a header. */
static bool is_headless(const struct cg_reader *reader, const struct cg_batch *batch) {
    static const char rejected[] = "source_file";
    return reader->own_header != NULL &&
           (batch->payload_bytes < sizeof rejected - 1 ||
            memcmp(batch->payload, rejected, sizeof rejected - 1) != 0);
}

static enum cg_status start_headless(struct cg_reader *reader, struct cg_batch *batch) {
    const struct cg_header header = {.line = cg_text_of(reader->own_header),
                                     .behind = {batch->payload, (uint32_t)batch->payload_bytes}};
    batch->begins_outputs = !reader->bound;
    const enum cg_status status =
        reader->bound ? CG_OK : bind(reader, &header, batch, &batch->error);
    if (status == CG_OK) {
        cg_splitter_start(reader->splitter, reader->binding.delimiter, reader->binding.multiline);
    }
    return status;
}

/* It holds nothing, not even an input's first bytes or its end. */
static bool is_filler(const struct cg_batch *batch) {
    return batch->payload_bytes == 0 && !batch->ends_source && batch->error.status == CG_OK;
}

static enum cg_status take_header(struct cg_reader *reader, struct cg_batch *batch) {
    struct cg_header header;
    bool found = false;
    const bool is_first = !reader->bound;
    if (is_filler(batch)) {
        return CG_OK;
    }
    enum cg_status status = expect_header(reader, &batch->error);
    if (status != CG_OK) {
        return status;
    }
    if (is_headless(reader, batch)) {
        return start_headless(reader, batch);
    }
    status = cg_splitter_header(reader->splitter, batch, &header, &found, &batch->error);
    if (status != CG_OK) {
        return status;
    }
    if (!found) {
        return batch->ends_source && !batch->is_empty_source &&
                       !(reader->plan.takes_bom && batch->blank_lines == 0)
                   ? refuse_headless(reader, &batch->error)
                   : CG_OK;
    }
    status = take_fed_back(reader, batch, &header);
    if (status != CG_OK) {
        return status;
    }
    batch->begins_outputs = is_first;
    batch->header_raw = is_first ? header.raw : (struct cg_text){"", 0};
    batch->header_lines = header.physical_lines;
    status = bind(reader, &header, batch, &batch->error);
    if (status == CG_OK) {
        cg_splitter_start(reader->splitter, reader->binding.delimiter, reader->binding.multiline);
    }
    return status;
}

/* Compression is told from the bytes; where they make no sense, the name is a hint. */
static void refuse_header(const struct cg_reader *reader, struct cg_batch *batch) {
    const char *file = reader->plan.inputs[batch->source_no].file;
    const size_t len = strlen(file);
    if (reader->plan.unnamed) {
        return;
    }
    if (batch->is_plain && len >= 3 && strcmp(file + len - 3, ".gz") == 0) {
        cg_error_wrap(&batch->error, "is named .gz but is not gzip, and as plain text");
    }
    cg_reader_name_input(reader, batch);
}

/* Behind what waits: the batch goes on with what has waited longest. */
static bool take_turn(struct cg_reader *reader, struct cg_batch *batch) {
    if (!cg_reader_is_behind(reader)) {
        return true;
    }
    if (!is_filler(batch) && !cg_backlog_put(&reader->backlog, batch)) {
        return false;
    }
    cg_backlog_take(&reader->backlog, batch);
    return true;
}

static bool cut_records(struct cg_reader *reader, struct cg_batch *batch) {
    const struct cg_text rest = cg_splitter_cut(reader->splitter, batch);
    return rest.len == 0 || cg_backlog_put_back(&reader->backlog, batch, rest);
}

static void cut(struct cg_reader *reader, struct cg_batch *batch) {
    if (batch->error.status != CG_OK) {
        return;
    }
    CG_ASSERT(batch->payload == batch->memory + CG_BATCH_HEAD_BYTES);
    CG_ASSERT(batch->payload_bytes <= CG_BATCH_BYTES);
    const char *fresh = batch->payload;
    if (reader->plan.x12 != NULL && !cg_reader_find_kind(reader, batch)) {
        return;
    }
    if (reader->kind == CG_INPUT_X12) {
        cg_reader_cut_x12(reader, batch);
        return;
    }
    if (!cg_backlog_leave_over(&reader->backlog, batch, fresh)) {
        cg_error_no_memory(&batch->error);
        return;
    }
    if (cg_splitter_wants_header(reader->splitter) && take_header(reader, batch) != CG_OK) {
        refuse_header(reader, batch);
        return;
    }
    if (!cg_splitter_wants_header(reader->splitter) && !cut_records(reader, batch)) {
        cg_error_no_memory(&batch->error);
        return;
    }
    batch->is_fed_back = reader->is_fed_back;
    if (batch->ends_source) {
        reader->is_fed_back = false;
        reader->kind = CG_INPUT_UNKNOWN;
        cg_splitter_expect_header(reader->splitter);
    }
}

/* What the first header of all inputs says holds for inputs that come behind it, too. */
enum cg_status cg_reader_begin(struct cg_reader *reader, struct cg_error *err) {
    const struct cg_reader_begun *begun = reader->plan.begun;
    if (begun == NULL || reader->bound || err->status != CG_OK) {
        return err->status;
    }
    if (begun->is_x12) {
        reader->bound = cg_x12_bind(reader->plan.x12, &reader->binding);
        return reader->bound ? CG_OK : cg_error_no_memory(err);
    }
    const char *name = reader->plan.layout;
    if (name != NULL && cg_layout_load(name, &reader->layout, NULL, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = bind_layout(reader, begun->header, err);
    reader->bound = status == CG_OK;
    return status;
}

static void hash_content(struct cg_reader *reader, const struct cg_batch *batch) {
    cg_xxh128_update(reader->content, batch->payload, batch->payload_bytes);
    if (batch->ends_source) {
        cg_xxh128_peek(reader->content, reader->plan.inputs[batch->source_no].content);
        cg_xxh128_restart(reader->content);
    }
}

void cg_reader_cut(struct cg_reader *reader, struct cg_batch *batch) {
    if (reader->content != NULL && batch->error.status == CG_OK) {
        hash_content(reader, batch);
    }
    if (!take_turn(reader, batch)) {
        cg_error_no_memory(&batch->error);
        return;
    }
    if (cg_reader_begin(reader, &batch->error) != CG_OK) {
        return;
    }
    cut(reader, batch);
    if (batch->error.status == CG_OK && cg_reader_is_behind(reader)) {
        batch->is_last = false;
    }
}
