#include "asked.h"

#include "claimgate/record/verdict.h"
#include "claimgate/rules/reason.h"

const char cg_asked_header[] =
    "input,place,kind,companions,claim_id,claim_line_number,line_id,member_id,original_claim_id,"
    "start_day,end_day,procedure,modifiers,units,frequency,reversed_units,rendering_npi,"
    "billing_npi,version,reasons,warnings,exempt,fed_back,is_claim,detail";

enum { KIND_LINE, KIND_NOT_FIRST, KIND_REVERSAL, KIND_REVERSAL_NOT_FIRST, KIND_PASSES, KINDS };

static uint64_t kind_of(const struct cg_line *line, bool follows) {
    const uint64_t reversal = line->reverses ? KIND_REVERSAL : KIND_LINE;
    return reversal + (follows ? KIND_NOT_FIRST : KIND_LINE);
}

bool cg_asked_put(struct cg_buffer *out, const struct cg_asked_place *at,
                  const struct cg_line *line) {
    struct cg_handed_writer row = cg_handed_begin(out);
    cg_handed_put_number(&row, at->input);
    cg_handed_put_number(&row, at->place);
    cg_handed_put_number(&row, kind_of(line, at->follows));
    cg_handed_put_number(&row, at->companions);
    cg_handed_put_text(&row, cg_key_text(&line->claim_id));
    cg_handed_put_number(&row, line->line_id.len > 0 ? 0 : line->line_number);
    cg_handed_put_text(&row, line->line_id);
    cg_handed_put_text(&row, cg_key_text(&line->member_id));
    cg_handed_put_text(&row, line->original_claim_id);
    cg_handed_put_day(&row, line->start_day);
    cg_handed_put_day(&row, line->end_day);
    cg_handed_put_number(&row, line->procedure_no);
    cg_handed_put_number(&row, line->modifiers);
    cg_handed_put_number(&row, line->units);
    cg_handed_put_number(&row, line->frequency);
    cg_handed_put_number(&row, line->reversed_units);
    cg_handed_put_number(&row, line->rendering_npi);
    cg_handed_put_number(&row, line->billing_npi);
    cg_handed_put_number(&row, line->version == NULL ? 0 : line->version->index + 1U);
    cg_handed_put_number(&row, line->reasons);
    cg_handed_put_number(&row, line->warnings);
    cg_handed_put_number(&row, line->exempt);
    cg_handed_put_number(&row, line->fed_back);
    cg_handed_put_number(&row, line->is_claim);
    cg_handed_put_text(&row, line->detail);
    return cg_handed_end(&row);
}

bool cg_asked_word_reason(const struct cg_rules *rules, const struct cg_binding *binding,
                          struct cg_batch *batch, struct cg_line *line) {
    struct cg_verdict verdict;
    if (line->reasons == 0 || line->detail.len > 0) {
        return true;
    }
    cg_verdict_fill(rules, binding, batch, line, &verdict);
    line->detail = cg_arena_text(&batch->scratch, cg_text_of(verdict.detail));
    return line->detail.ptr != NULL;
}

bool cg_asked_put_passing(struct cg_buffer *out, uint32_t input, uint64_t place,
                          const struct cg_passing_take_back *passing) {
    struct cg_handed_writer row = cg_handed_begin(out);
    cg_handed_put_number(&row, input);
    cg_handed_put_number(&row, place);
    cg_handed_put_number(&row, KIND_PASSES);
    cg_handed_put_number(&row, 0);
    cg_handed_put_text(&row, cg_key_text(&passing->claim_id));
    cg_handed_put_number(&row, passing->frequency);
    cg_handed_put_number(&row, 0);
    cg_handed_put_text(&row, cg_key_text(&passing->member_id));
    cg_handed_put_text(&row, cg_key_text(&passing->original_claim_id));
    return cg_handed_end(&row);
}

/* --- reading --- */

/* A short key holds its text. */
static struct cg_key read_key(struct cg_handed_reader *row) {
    const struct cg_handed_reader again = *row;
    const struct cg_key key = cg_key_of(cg_handed_text(row, CG_ID_MAX_BYTES));
    if (!cg_key_is_long(&key)) {
        return key;
    }
    *row = again;
    return cg_key_of(cg_handed_kept_text(row, CG_ID_MAX_BYTES));
}

static const struct cg_policy_version *read_version(struct cg_handed_reader *row,
                                                    const struct cg_policy *policy) {
    const uint64_t number = cg_handed_number(row, cg_policy_version_count(policy));
    return number == 0 ? NULL : cg_policy_version(policy, (uint32_t)number - 1);
}

static void read_ids(struct cg_handed_reader *row, struct cg_line *line) {
    line->claim_id = read_key(row);
    line->line_number = (uint32_t)cg_handed_number(row, CG_LINE_NUMBER_MAX);
    line->line_id = cg_handed_kept_text(row, CG_ID_MAX_BYTES);
    line->member_id = read_key(row);
    line->original_claim_id = cg_handed_kept_text(row, CG_ID_MAX_BYTES);
}

static void read_line(struct cg_handed_reader *row, const struct cg_policy *policy,
                      struct cg_asked *out) {
    struct cg_line *line = &out->line;
    read_ids(row, line);
    line->start_day = cg_handed_day(row);
    line->end_day = cg_handed_day(row);
    line->procedure_no = (uint8_t)cg_handed_number(row, UINT8_MAX);
    line->modifiers = cg_handed_number(row, UINT64_MAX);
    line->units = (uint16_t)cg_handed_number(row, CG_UNITS_MAX);
    line->frequency = (uint8_t)cg_handed_number(row, CG_VOID);
    line->reversed_units = (uint16_t)cg_handed_number(row, UINT16_MAX);
    line->rendering_npi = cg_handed_number(row, UINT64_MAX);
    line->billing_npi = cg_handed_number(row, UINT64_MAX);
    line->version = read_version(row, policy);
    line->reasons = cg_handed_number(row, (UINT64_C(1) << CG_REASON_COUNT) - 1);
    line->warnings = cg_handed_number(row, (UINT64_C(1) << CG_REASON_COUNT) - 1);
    line->exempt = cg_handed_number(row, 1) != 0;
    line->fed_back = cg_handed_number(row, 1) != 0;
    line->is_claim = cg_handed_number(row, 1) != 0;
    line->received_day = CG_DAY_NONE;
    line->birth_day = CG_DAY_NONE;
    line->detail = cg_handed_kept_text(row, CG_VERDICT_DETAIL_BYTES);
    /* What meets the history has all that it asks of. */
    row->failed = row->failed || (line->reasons == 0 &&
                                  (line->version == NULL || cg_key_len(&line->member_id) == 0 ||
                                   cg_key_len(&line->claim_id) == 0 || line->frequency == 0));
}

static void read_passing(struct cg_handed_reader *row, struct cg_passing_take_back *passing) {
    passing->claim_id = read_key(row);
    passing->frequency = (uint8_t)cg_handed_number(row, CG_VOID);
    (void)cg_handed_number(row, 0);
    passing->member_id = read_key(row);
    passing->original_claim_id = read_key(row);
}

enum cg_status cg_asked_read(struct cg_text row_text, const struct cg_policy *policy,
                             struct cg_arena *memory, struct cg_asked *out, struct cg_error *err) {
    struct cg_handed_reader row = cg_handed_open(row_text, memory);
    *out = (struct cg_asked){.input = (uint32_t)cg_handed_number(&row, UINT32_MAX)};
    out->place = cg_handed_number(&row, UINT64_MAX);
    const uint64_t kind = cg_handed_number(&row, KINDS - 1);
    out->companions = (uint16_t)cg_handed_number(&row, CG_NOT_FIRST - 1);
    out->passes = kind == KIND_PASSES;
    if (out->passes) {
        read_passing(&row, &out->passing);
    } else {
        out->follows = kind == KIND_NOT_FIRST || kind == KIND_REVERSAL_NOT_FIRST;
        out->line.reverses = kind >= KIND_REVERSAL;
        read_line(&row, policy, out);
    }
    if (row.lacks_memory) {
        return cg_error_no_memory(err);
    }
    return cg_handed_is_good(&row) ? CG_OK : cg_error_set(err, CG_BAD_DATA, "a row cannot be read");
}
