/*
 * Lines that are told by an id: all that the history keeps and compares is the number that stands
 * for it. The lines of a file have ids or none has.
 */
#include "history_private.h"

static enum cg_status number_here(struct cg_line_ids *ids, struct cg_line *line,
                                  struct cg_error *err) {
    line->line_number = cg_line_ids_find(ids, line->line_id);
    if (line->line_number == CG_LINE_NUMBER_NONE) {
        line->line_number = cg_line_ids_add(ids, line->line_id, CG_LINE_NUMBER_NONE);
    }
    return line->line_number != CG_LINE_NUMBER_NONE
               ? CG_OK
               : cg_error_set(err, CG_INTERNAL, "out of memory after %u ids of lines",
                              ids->list.count);
}

static enum cg_status number(struct cg_history *history, struct cg_line *line,
                             struct cg_error *err) {
    return history->line_id != NULL
               ? history->line_id(history->line_id_context, cg_key_text(&line->member_id),
                                  line->line_id, &line->line_number, err)
               : number_here(&history->line_ids, line, err);
}

enum cg_status cg_history_number_lines(struct cg_history *history, struct cg_line *lines,
                                       uint32_t count, struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && i < count; i++) {
        status = lines[i].line_id.len > 0 ? number(history, &lines[i], err) : CG_OK;
    }
    return status;
}
