/*
 * Lines that were accepted before this run, and that its input brings along: those with 1 in the
 * column cg_past. They come before all others, are remembered as `ledger import` remembers what was
 * paid, and leave the batch before anything else sees it: they have no decision and no place in an
 * output.
 */
#include "run_private.h"

#include "claimgate/gate/sentences.h"
#include "claimgate/rules/reason.h"

static enum cg_status say(const struct cg_run *run, struct cg_batch *batch,
                          const struct cg_record *record, enum cg_status status, const char *what) {
    return cg_error_set(&batch->error, status, "%s:%llu: %s", run->paths[batch->source_no],
                        (unsigned long long)batch->first_line + record->line_delta, what);
}

/* *is_past is set for a line that was accepted before. */
static enum cg_status look_at(struct cg_run *run, struct cg_batch *batch,
                              const struct cg_record *record, bool *is_past) {
    *is_past = record->past == CG_PAST;
    if (record->past == CG_PAST_UNCLEAR) {
        return say(run, batch, record, CG_BAD_DATA,
                   "the column " CG_PAST_COLUMN " is neither 1, for a line that was accepted "
                   "before, nor 0 or blank, for a new one; write one of them");
    }
    if (!*is_past) {
        run->has_new = true;
        return CG_OK;
    }
    if (run->has_new) {
        return say(run, batch, record, CG_BAD_DATA,
                   "a line that was accepted before (" CG_PAST_COLUMN " is 1) comes behind one "
                   "that is new and was decided without it; put the lines accepted before first");
    }
    if (run->ledger != NULL) {
        return say(run, batch, record, CG_USAGE,
                   "a line that was accepted before (" CG_PAST_COLUMN " is 1) is for a run without "
                   "a ledger, which knows by itself what was; leave out --ledger, or take such "
                   "lines in with claimgate ledger import");
    }
    return CG_OK;
}

static enum cg_status refuse(const struct cg_run *run, struct cg_batch *batch,
                             const struct cg_line *line, uint64_t reasons) {
    const struct cg_record *record = cg_batch_record(batch, line->record_no);
    const struct cg_reason_info *info = cg_reason_info((enum cg_reason)__builtin_ctzll(reasons));
    const uint32_t column =
        cg_fault_column(cg_reader_binding(run->reader), batch, line, reasons & -reasons);
    return cg_error_set(&batch->error, CG_BAD_DATA,
                        "%s:%llu:%u: a line that was accepted before (" CG_PAST_COLUMN
                        " is 1) cannot be remembered: %s: %s",
                        run->paths[batch->source_no],
                        (unsigned long long)batch->first_line + record->line_delta, column,
                        info->name, info->text);
}

static enum cg_status make_untested(const struct cg_run *run, struct cg_batch *batch,
                                    const struct cg_record *record) {
    if (record->line_index == CG_NO_LINE) {
        return CG_OK;
    }
    for (uint32_t i = 0; i < record->line_count; i++) {
        struct cg_line *line = cg_batch_line(batch, record->line_index + i);
        const uint64_t matters = line->out_of_scope ? 0 : cg_untested_take(&run->untested, line);
        if (matters != 0) {
            return refuse(run, batch, line, matters);
        }
    }
    return CG_OK;
}

/* How many records at the batch's start were accepted before, and their lines. */
static enum cg_status find_past(struct cg_run *run, struct cg_batch *batch, uint32_t *records,
                                uint32_t *lines) {
    for (uint32_t i = 0; i < batch->records.count; i++) {
        const struct cg_record *record = cg_batch_record(batch, i);
        bool is_past;
        if (look_at(run, batch, record, &is_past) != CG_OK ||
            (is_past && make_untested(run, batch, record) != CG_OK)) {
            return batch->error.status;
        }
        *records += is_past;
        *lines += is_past && record->line_index != CG_NO_LINE ? record->line_count : 0;
    }
    return CG_OK;
}

enum cg_status cg_run_take_past(struct cg_run *run, struct cg_batch *batch) {
    uint32_t records = 0;
    uint32_t lines = 0;
    if (!cg_reader_binding(run->reader)->has_past ||
        find_past(run, batch, &records, &lines) != CG_OK || records == 0) {
        return batch->error.status;
    }
    cg_history_decide_lines_apart(run->history, true);
    if (cg_history_decide(run->history, batch->lines.items, lines, &batch->error) != CG_OK) {
        return batch->error.status;
    }
    cg_history_decide_lines_apart(run->history, false);
    cg_tally_add_past(&run->tally, batch, records);
    cg_batch_drop_first(batch, records);
    return CG_OK;
}
