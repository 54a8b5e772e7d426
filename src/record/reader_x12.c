#include "claimgate/x12/parse.h"
#include "claimgate/x12/syntax.h"
#include "reader_private.h"

#include "claimgate/base/log.h"

/* The first bytes wait in the reader until they tell. */
static bool wait_for_more(struct cg_reader *reader, struct cg_batch *batch) {
    memcpy(reader->first_bytes, batch->payload, batch->payload_bytes);
    reader->first_len = (uint32_t)batch->payload_bytes;
    batch->payload_bytes = 0;
    return false;
}

static void join(struct cg_reader *reader, struct cg_batch *batch) {
    batch->payload -= reader->first_len;
    batch->payload_bytes += reader->first_len;
    memcpy(batch->payload, reader->first_bytes, reader->first_len);
    reader->first_len = 0;
}

/* Inputs of a run are of one kind: they have one rejected file with one header. */
static bool is_of_this_run(struct cg_reader *reader, struct cg_batch *batch, bool is_x12) {
    if (is_x12 && reader->plan.layout != NULL) {
        cg_error_set(&batch->error, CG_USAGE,
                     "is X12, which has no columns for a layout to name; leave --layout out");
    } else if (reader->bound && reader->binding.is_x12 != is_x12) {
        cg_error_set(&batch->error, CG_BAD_DATA,
                     "is %s, and the input before it is %s; give each kind a run of its own",
                     is_x12 ? "X12" : "no X12", is_x12 ? "no X12" : "X12");
    }
    if (batch->error.status != CG_OK) {
        cg_reader_name_input(reader, batch);
    }
    return batch->error.status == CG_OK;
}

static bool start_x12(struct cg_reader *reader, struct cg_batch *batch) {
    if (reader->x12 == NULL) {
        reader->x12 = cg_x12_cut_new(reader->plan.x12->lenient_envelope);
    }
    if (reader->x12 == NULL ||
        (!reader->bound && !cg_x12_bind(reader->plan.x12, &reader->binding))) {
        cg_error_no_memory(&batch->error);
        return false;
    }
    if (!reader->bound) {
        batch->begins_outputs = true;
        batch->header_raw = (struct cg_text){reader->binding.header, reader->binding.header_len};
    }
    reader->bound = true;
    cg_x12_cut_start(reader->x12);
    return true;
}

/* Mail is saved with its head, and small letters make no ISA. */
static bool is_without_x12(struct cg_reader *reader, struct cg_batch *batch, struct cg_text text) {
    const uint32_t at = cg_x12_find(text);
    if (at == text.len) {
        return true;
    }
    if (text.ptr[at] == 'i') {
        cg_error_set(&batch->error, CG_BAD_DATA,
                     "is X12 in small letters, which changes its ids: have the sender write it as "
                     "it was");
    } else {
        cg_error_set(&batch->error, CG_BAD_DATA,
                     "is X12, but %u bytes stand before its first ISA; X12 begins with ISA: take "
                     "away what stands before it",
                     at);
    }
    cg_reader_name_input(reader, batch);
    return false;
}

bool cg_reader_find_kind(struct cg_reader *reader, struct cg_batch *batch) {
    bool decided = true;
    if (reader->kind != CG_INPUT_UNKNOWN) {
        return true;
    }
    join(reader, batch);
    const struct cg_text text = {batch->payload, (uint32_t)batch->payload_bytes};
    const bool is_x12 = cg_x12_begins(text, batch->ends_source, &decided);
    if (!decided && text.len <= sizeof reader->first_bytes) {
        return wait_for_more(reader, batch);
    }
    if (!batch->is_empty_source && !is_of_this_run(reader, batch, is_x12)) {
        return false;
    }
    if (!is_x12 && !is_without_x12(reader, batch, text)) {
        return false;
    }
    reader->kind = is_x12 ? CG_INPUT_X12 : CG_INPUT_CSV;
    return !is_x12 || start_x12(reader, batch);
}

/* What a person should know of an interchange that was read. */
static void tell_facts(const char *file, const struct cg_x12_options *options,
                       const struct cg_x12_facts *facts) {
    const char *name = strcmp(file, "-") == 0 ? "standard input" : file;
    if (facts->test_interchanges > 0) {
        cg_log_note("%s: %llu of %llu interchanges are marked as a test (ISA15 is T)", name,
                    (unsigned long long)facts->test_interchanges,
                    (unsigned long long)facts->interchanges);
    }
    if (facts->repeated_interchanges > 0) {
        cg_log_warning("%s: %llu of %llu interchanges have the sender and control number (ISA06, "
                       "ISA13) of one before: was it given twice? Claims that come again are "
                       "duplicates",
                       name, (unsigned long long)facts->repeated_interchanges,
                       (unsigned long long)facts->interchanges);
    }
    if (facts->passed_transactions > 0) {
        cg_log_note("%s: institutional or dental transactions: %llu; they pass to the accepted "
                    "file untested",
                    name, (unsigned long long)facts->passed_transactions);
    }
    if (facts->undated_groups > 0 && !options->received_unknown) {
        cg_log_warning("%s: GS04 of %llu of %llu groups is no date (CCYYMMDD), so that each of "
                       "their claims is rejected as received_date_invalid; with --received unknown "
                       "it is no received date",
                       name, (unsigned long long)facts->undated_groups,
                       (unsigned long long)facts->groups);
    }
    if (facts->envelope_faults > 0) {
        cg_log_warning("%s: %llu counts, numbers or parents of its envelope are wrong, and were "
                       "let pass: is the file whole?",
                       name, (unsigned long long)facts->envelope_faults);
    }
}

void cg_reader_cut_x12(struct cg_reader *reader, struct cg_batch *batch) {
    struct cg_reader_input *input = &reader->plan.inputs[batch->source_no];
    if (cg_x12_cut(reader->x12, batch, &batch->error) != CG_OK) {
        if (!reader->plan.unnamed) {
            cg_reader_name_input(reader, batch);
        }
        return;
    }
    if (batch->ends_source) {
        input->x12 = *cg_x12_cut_facts(reader->x12);
        reader->kind = CG_INPUT_UNKNOWN;
        tell_facts(input->file, reader->plan.x12, &input->x12);
    }
}
