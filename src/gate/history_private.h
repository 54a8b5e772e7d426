/*
 * The state of the belt, for who decides with it (history.c) and who asks it afterwards
 * (history_questions.c).
 */
#ifndef CLAIMGATE_GATE_HISTORY_PRIVATE_H
#define CLAIMGATE_GATE_HISTORY_PRIVATE_H

#include "claimgate/gate/history.h"
#include "history_edits.h"
#include "member_table.h"

struct cg_history {
    struct cg_history_memory memory;
    struct cg_member_table members;
    cg_recall_fn recall;
    void *recall_context;
    bool lines_apart;
    bool keeps_lines;
    cg_alias_fn alias; /* NULL: no aliases are known */
    void *alias_context;
};

#endif
