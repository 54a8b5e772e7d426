/*
 * The state of the belt, for who decides with it (history.c) and who asks it afterwards
 * (history_questions.c).
 */
#ifndef CLAIMGATE_GATE_HISTORY_PRIVATE_H
#define CLAIMGATE_GATE_HISTORY_PRIVATE_H

#include "claimgate/gate/history.h"
#include "history_edits.h"
#include "member_table.h"
#include "near_members.h"

#include "claimgate/record/line_ids.h"

struct cg_history {
    struct cg_history_memory memory;
    struct cg_member_table members;
    struct cg_near_members near;
    cg_recall_fn recall;
    void *recall_context;
    bool lines_apart;
    bool keeps_lines;
    cg_alias_fn alias; /* NULL: no aliases are known */
    void *alias_context;
    cg_line_id_fn line_id; /* NULL: line_ids holds the numbers */
    void *line_id_context;
    struct cg_line_ids line_ids;
};

/* line_numbers.c: lines with an id get the number that stands for it. */
cg_must_use enum cg_status cg_history_number_lines(struct cg_history *history,
                                                   struct cg_line *lines, uint32_t count,
                                                   struct cg_error *err);

#endif
