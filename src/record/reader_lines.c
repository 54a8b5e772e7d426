#include "header_names.h"
#include "odd_record.h"
#include "reader_private.h"

#include "claimgate/base/log.h"

void cg_reader_tell_repeated(const struct cg_reader_input *inputs, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (inputs[i].repeated_header != 0) {
            cg_log_note(
                "%s: line %llu is the header again; it is skipped, and so is every further one",
                strcmp(inputs[i].file, "-") == 0 ? "standard input" : inputs[i].file,
                (unsigned long long)inputs[i].repeated_header);
            return;
        }
    }
}

const struct cg_reader_input *cg_reader_input_before(const struct cg_reader_input *inputs,
                                                     uint32_t input) {
    static const uint8_t unknown[CG_XXH128_BYTES];
    const struct cg_reader_input *later = &inputs[input];
    const bool is_known = memcmp(later->content, unknown, sizeof unknown) != 0;
    for (uint32_t i = 0; i < input && is_known && later->records > 0; i++) {
        if (memcmp(inputs[i].content, later->content, sizeof later->content) == 0) {
            return &inputs[i];
        }
    }
    return NULL;
}

static void note_repeated(struct cg_reader *reader, const struct cg_batch *batch) {
    struct cg_reader_input *input = &reader->plan.inputs[batch->source_no];
    if (input->repeated_header != 0) {
        return;
    }
    input->repeated_header = batch->first_line + batch->first_repeated_delta;
    if (!reader->told_repeated && !reader->plan.untold) {
        cg_reader_tell_repeated(input, 1);
    }
    reader->told_repeated = true;
}

/* A header among the records is the end of it, or told once and skipped. */
static void look_at_headers(struct cg_reader *reader, struct cg_batch *batch) {
    if (batch->other_header != NULL && reader->binding.is_headless) {
        cg_error_set(&batch->error, CG_BAD_DATA,
                     "line %llu is a header: %s, but the layout says \"header\": false, so that it "
                     "would pass as a record; take the line away, or say \"header\": true",
                     (unsigned long long)(batch->first_line + batch->other_header_delta),
                     batch->other_header);
    } else if (batch->other_header != NULL) {
        cg_error_set(&batch->error, CG_BAD_DATA,
                     "line %llu is another header: %s; all records of a run must have the same "
                     "columns in the same order: part the file there and run the parts apart",
                     (unsigned long long)(batch->first_line + batch->other_header_delta),
                     batch->other_header);
    } else if (batch->repeated_headers != 0) {
        note_repeated(reader, batch);
    }
    if (batch->error.status != CG_OK && !reader->plan.unnamed) {
        cg_reader_name_input(reader, batch);
    }
}

/* A trailer counts the records since the one before, or since the input's start. */
static enum cg_status check_trailer(struct cg_reader *reader, const struct cg_trailer *trailer,
                                    uint64_t records, struct cg_batch *batch) {
    uint64_t counted = 0;
    if (cg_trailer_counts(trailer->text, records, &counted)) {
        reader->has_trailer = true;
        reader->untrailed = 0;
        return CG_OK;
    }
    cg_error_set(&batch->error, CG_BAD_DATA,
                 "the trailer on line %llu counts %llu records, but %llu were read: the file is "
                 "not whole, or has lines that the trailer does not know of; fetch it again",
                 (unsigned long long)(batch->first_line + trailer->line_delta),
                 (unsigned long long)counted, (unsigned long long)records);
    cg_reader_name_input(reader, batch);
    return CG_BAD_DATA;
}

static void look_at_trailers(struct cg_reader *reader, struct cg_batch *batch) {
    uint32_t seen = 0;
    for (uint32_t i = 0; i < batch->trailers.count; i++) {
        const struct cg_trailer *trailer = cg_array_at(&batch->trailers, i);
        const uint64_t records = reader->untrailed + trailer->records_before - seen;
        if (check_trailer(reader, trailer, records, batch) != CG_OK) {
            return;
        }
        seen = trailer->records_before;
    }
    reader->untrailed += batch->records.count - seen;
    if (batch->ends_source) {
        const char *file = reader->plan.inputs[batch->source_no].file;
        if (!reader->has_trailer || reader->untrailed > 0) {
            cg_log_warning("%s: the layout names a trailer, but none stands at the end; was the "
                           "file cut?",
                           strcmp(file, "-") == 0 ? "standard input" : file);
        }
        reader->has_trailer = false;
        reader->untrailed = 0;
    }
}

/* --- headers in other words --- */

static void warn_of_header(struct cg_reader *reader, uint64_t line, const char *file) {
    if (!reader->told_like) {
        reader->told_like = true;
        cg_log_warning("%s: line %llu looks like a header: it has words where %s has date, units, "
                       "NPI and code; it is taken as a record%s",
                       strcmp(file, "-") == 0 ? "standard input" : file, (unsigned long long)line,
                       reader->binding.is_headless ? "the layout" : "the first header",
                       reader->binding.is_headless
                           ? "; take it away, or say \"header\": true in the layout"
                           : ", and what follows by the first header; if another kind of file "
                             "begins there, part the file and run the parts apart");
    }
}

static enum cg_status load_names(struct cg_reader *reader, struct cg_batch *batch) {
    if (reader->builtin_names == NULL) {
        reader->builtin_names = cg_header_names_builtin();
    }
    return reader->builtin_names != NULL ? CG_OK : cg_error_no_memory(&batch->error);
}

/* A layout's names make it another header; what else is like one is warned of. */
static void look_at_header_like(struct cg_reader *reader, struct cg_batch *batch) {
    for (uint32_t i = 0; i < batch->header_like.count; i++) {
        const struct cg_header_like *like = cg_array_at(&batch->header_like, i);
        if (batch->other_header != NULL && batch->other_header_delta < like->line_delta) {
            return;
        }
        if (load_names(reader, batch) != CG_OK) {
            return;
        }
        if (cg_csv_read(batch->csv, like->text) != CG_WELL_FORMED) {
            continue;
        }
        const struct cg_record_fields fields = {.csv = batch->csv,
                                                .count = cg_csv_field_count(batch->csv)};
        if (cg_header_names_have(reader->builtin_names, &fields)) {
            batch->other_header = "it has names of columns that another layout has";
            batch->other_header_delta = like->line_delta;
            return;
        }
        if (like->has_words) {
            warn_of_header(reader, batch->first_line + like->line_delta,
                           reader->plan.inputs[batch->source_no].file);
        }
    }
}

void cg_reader_look_at_lines(struct cg_reader *reader, struct cg_batch *batch) {
    look_at_header_like(reader, batch);
    reader->told_like = reader->told_like && !batch->ends_source;
    if (batch->error.status != CG_OK) {
        return;
    }
    look_at_headers(reader, batch);
    if (batch->error.status == CG_OK && reader->binding.lines.trailer.len > 0) {
        look_at_trailers(reader, batch);
    }
}
