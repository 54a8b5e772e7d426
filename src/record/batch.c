#include "claimgate/record/batch.h"

#include "odd_record.h"

#include "claimgate/io/deflate.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/stretches.h"
#include "claimgate/x12/x12.h"

#include <stdlib.h>

_Static_assert((int)CG_BATCH_HEAD_BYTES >= (int)CG_X12_CLAIM_MAX_BYTES,
               "a claim of X12 is carried before the payload");

enum {
    RECORDS_MAX = 1 << 21, /* more than a batch has bytes for */
    PACKED_MAX_BYTES = 4 * CG_BATCH_BYTES,
    SCRATCH_MAX_BYTES = 64 << 20,
};

/* A run packs rejected rows a few MiB at a time, whatever one batch makes of them. */
static const size_t output_max_bytes = (size_t)64 << 20;

struct cg_batch *cg_batch_new(void) {
    struct cg_batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL) {
        return NULL;
    }
    batch->memory = malloc(CG_BATCH_HEAD_BYTES + CG_BATCH_BYTES + CG_SCAN_BLOCK_BYTES);
    if (batch->memory == NULL) {
        free(batch);
        return NULL;
    }
    cg_array_init(&batch->records, sizeof(struct cg_record), RECORDS_MAX);
    cg_array_init(&batch->trailers, sizeof(struct cg_trailer), RECORDS_MAX);
    cg_array_init(&batch->header_like, sizeof(struct cg_header_like), RECORDS_MAX);
    cg_array_init(&batch->total_rows, sizeof(uint32_t), RECORDS_MAX);
    cg_array_init(&batch->passing_take_backs, sizeof(struct cg_passing_take_back), RECORDS_MAX);
    cg_array_init(&batch->stretches, sizeof(struct cg_stretch), CG_BATCH_LINES);
    cg_array_init(&batch->origins, sizeof(struct cg_origin), RECORDS_MAX);
    cg_array_init(&batch->positions, sizeof(struct cg_position), RECORDS_MAX);
    cg_array_init(&batch->line_places, sizeof(uint64_t), RECORDS_MAX);
    cg_array_init(&batch->lines, sizeof(struct cg_line), RECORDS_MAX);
    cg_array_init(&batch->accepted_text, sizeof(struct cg_text), RECORDS_MAX);
    cg_buffer_init(&batch->packed, PACKED_MAX_BYTES);
    cg_buffer_init(&batch->accepted, output_max_bytes);
    cg_buffer_init(&batch->rejected_text, output_max_bytes);
    cg_buffer_init(&batch->rejected, output_max_bytes);
    cg_buffer_init(&batch->decisions_text, output_max_bytes);
    cg_buffer_init(&batch->decisions, output_max_bytes);
    cg_arena_init(&batch->scratch, SCRATCH_MAX_BYTES);
    cg_batch_reset(batch);
    return batch;
}

void cg_batch_free(struct cg_batch *batch) {
    if (batch == NULL) {
        return;
    }
    cg_csv_free(batch->csv);
    cg_x12_batch_free(batch->x12);
    cg_deflater_free(batch->deflater);
    cg_arena_fini(&batch->scratch);
    cg_buffer_fini(&batch->decisions);
    cg_buffer_fini(&batch->decisions_text);
    cg_buffer_fini(&batch->rejected);
    cg_buffer_fini(&batch->rejected_text);
    cg_buffer_fini(&batch->accepted);
    cg_buffer_fini(&batch->packed);
    cg_scan_fini(&batch->index);
    cg_array_fini(&batch->accepted_text);
    cg_array_fini(&batch->lines);
    cg_array_fini(&batch->stretches);
    cg_array_fini(&batch->origins);
    cg_array_fini(&batch->positions);
    cg_array_fini(&batch->line_places);
    cg_array_fini(&batch->trailers);
    cg_array_fini(&batch->header_like);
    cg_array_fini(&batch->total_rows);
    cg_array_fini(&batch->passing_take_backs);
    cg_array_fini(&batch->records);
    free(batch->memory);
    free(batch);
}

void cg_batch_reset(struct cg_batch *batch) {
    batch->sequence = 0;
    batch->source_no = 0;
    batch->is_last = false;
    batch->ends_source = false;
    batch->is_empty_source = false;
    cg_buffer_clear(&batch->packed);
    batch->payload = batch->memory + CG_BATCH_HEAD_BYTES;
    batch->payload_bytes = 0;
    batch->text = (struct cg_text){batch->payload, 0};
    batch->long_record_bytes = 0;
    batch->first_line = 0;
    batch->header_raw = (struct cg_text){batch->payload, 0};
    batch->header_lines = 0;
    batch->records.count = 0;
    batch->physical_lines = 0;
    batch->blank_lines = 0;
    if (batch->x12 != NULL) {
        cg_x12_batch_clear(batch->x12);
    }
    batch->is_fed_back = false;
    batch->stretches.count = 0;
    batch->origins.count = 0;
    batch->positions.count = 0;
    batch->line_places.count = 0;
    batch->decision_rows = 0;
    cg_buffer_clear(&batch->decisions_text);
    cg_buffer_clear(&batch->decisions);
    batch->skipped_lines = 0;
    batch->trailers.count = 0;
    batch->header_like.count = 0;
    batch->total_rows.count = 0;
    batch->decoration = 0;
    batch->repeated_headers = 0;
    batch->other_header = NULL;
    batch->holds_claims = false;
    batch->passed_lines = 0;
    batch->other_records = 0;
    batch->begins_outputs = false;
    batch->further_rows = 0;
    batch->near_codes = 0;
    batch->told_lines = 0;
    batch->words_for_code = 0;
    batch->passing_take_backs.count = 0;
    batch->utc_times = 0;
    memset(batch->left_out, 0, sizeof batch->left_out);
    batch->lines.count = 0;
    cg_arena_reset(&batch->scratch);
    batch->accepted_text.count = 0;
    cg_buffer_clear(&batch->accepted);
    cg_buffer_clear(&batch->rejected_text);
    cg_buffer_clear(&batch->rejected);
    batch->encoded_lines = 0;
    batch->accepted_rows = 0;
    batch->rejected_rows = 0;
    if (batch->shapes.noted != 0) {
        memset(&batch->shapes, 0, sizeof batch->shapes);
    }
    batch->error = (struct cg_error)CG_ERROR_INIT;
}

bool cg_batch_use_x12(struct cg_batch *batch) {
    if (batch->x12 == NULL) {
        batch->x12 = cg_x12_batch_new();
    }
    return batch->x12 != NULL;
}

struct cg_line *cg_batch_add_line(struct cg_batch *batch) {
    /* Copied, for memset would be a string instruction, which takes long to get going. */
    static const struct cg_line zeroed;
    struct cg_line *line = cg_array_add(&batch->lines);
    if (line != NULL) {
        *line = zeroed;
    }
    return line;
}

bool cg_batch_keep_take_back(struct cg_batch *batch) {
    const struct cg_line *line = cg_batch_line(batch, batch->lines.count - 1);
    struct cg_passing_take_back *kept = cg_array_add(&batch->passing_take_backs);
    if (kept != NULL) {
        *kept = (struct cg_passing_take_back){
            .record_no = line->record_no,
            .frequency = line->frequency,
            .member_id = line->member_id,
            .claim_id = line->claim_id,
            .original_claim_id = cg_key_of(line->original_claim_id),
        };
    }
    return kept != NULL;
}

bool cg_batch_add_accepted(struct cg_batch *batch, const char *bytes, size_t len_bytes) {
    struct cg_text *row = cg_array_add(&batch->accepted_text);
    if (row != NULL) {
        *row = (struct cg_text){bytes, (uint32_t)len_bytes};
    }
    return row != NULL;
}

uint64_t cg_batch_line_place(const struct cg_batch *batch, const struct cg_line *line) {
    if (batch->line_places.count > 0) {
        const struct cg_line *lines = batch->lines.items;
        return *(const uint64_t *)cg_array_at(&batch->line_places, (uint32_t)(line - lines));
    }
    const uint64_t place = batch->first_line + cg_batch_record(batch, line->record_no)->line_delta;
    const struct cg_x12_line *x12 = cg_x12_line_of(batch, line);
    return x12 == NULL ? place : place + x12->segment_delta;
}

struct cg_text cg_batch_record_text(const struct cg_batch *batch, uint32_t record_no) {
    const struct cg_record *record = cg_batch_record(batch, record_no);
    struct cg_text text = {batch->text.ptr + record->offset, record->len_bytes};
    if (text.len > CG_RECORD_MAX_BYTES) {
        text.len = CG_RECORD_MAX_BYTES;
    }
    return text;
}

uint64_t cg_batch_record_bytes(const struct cg_batch *batch, uint32_t record_no) {
    if (record_no == 0 && batch->long_record_bytes > 0) {
        return batch->long_record_bytes;
    }
    return cg_batch_record(batch, record_no)->len_bytes;
}

static void drop_items(struct cg_array *array, uint32_t count) {
    if (array->count >= count && count > 0) {
        array->count -= count;
        memmove(array->items, (char *)array->items + (size_t)count * array->item_bytes,
                (size_t)array->count * array->item_bytes);
    }
}

static void uncount(struct cg_batch *batch, const struct cg_record *record) {
    batch->near_codes -= record->near_code;
    batch->words_for_code -= record->words_for_code;
    if (record->line_index == CG_NO_LINE) {
        batch->passed_lines -= record->line_count;
    }
    if (record->left_out_by != 0) {
        batch->left_out[record->left_out_by - 1]--;
    }
}

static uint32_t take_backs_before(const struct cg_batch *batch, uint32_t record_no) {
    uint32_t count = 0;
    while (
        count < batch->passing_take_backs.count &&
        ((struct cg_passing_take_back *)cg_array_at(&batch->passing_take_backs, count))->record_no <
            record_no) {
        count++;
    }
    return count;
}

void cg_batch_drop_first(struct cg_batch *batch, uint32_t records) {
    uint32_t lines = 0;
    while (lines < batch->lines.count && cg_batch_line(batch, lines)->record_no < records) {
        lines++;
    }
    for (uint32_t i = 0; i < records; i++) {
        uncount(batch, cg_batch_record(batch, i));
    }
    drop_items(&batch->passing_take_backs, take_backs_before(batch, records));
    drop_items(&batch->records, records);
    drop_items(&batch->positions, records);
    drop_items(&batch->origins, records);
    drop_items(&batch->lines, lines);
    for (uint32_t i = 0; i < batch->records.count; i++) {
        struct cg_record *record = cg_batch_record(batch, i);
        record->line_index -= record->line_index == CG_NO_LINE ? 0 : lines;
    }
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        cg_batch_line(batch, i)->record_no -= records;
    }
    for (uint32_t i = 0; i < batch->passing_take_backs.count; i++) {
        ((struct cg_passing_take_back *)cg_array_at(&batch->passing_take_backs, i))->record_no -=
            records;
    }
}
