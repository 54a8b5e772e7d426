/*
 * Known inputs: which files a ledger has taken in already.
 */
#ifndef CLAIMGATE_RUN_KNOWN_INPUTS_H
#define CLAIMGATE_RUN_KNOWN_INPUTS_H

#include "claimgate/base/error.h"
#include "claimgate/ledger/ledger.h"
#include "claimgate/report/run_facts.h"

#include <stdint.h>

/*
 * Drop from `inputs` every file whose content the ledger, or an earlier file of this run, has
 * already; each is named in a note. Only a file whose first MiB is known is read whole for it.
 * A pipe is left in. *count may become 0. What was dropped is put
 * into `known`, which has room for all, and may be NULL.
 */
struct cg_known_inputs {
    struct cg_known_input *list;
    uint32_t count;
};
cg_must_use enum cg_status cg_known_inputs_drop(struct cg_ledger *ledger, const char **inputs,
                                                uint32_t *count, struct cg_known_inputs *known,
                                                struct cg_error *err);
/* It can be read but once: standard input, or a pipe with a name. */
bool cg_known_inputs_is_pipe(const char *path);
void cg_known_inputs_fini(struct cg_known_inputs *known);

/* Say which run has an input, and that it was therefore "skipped" or "dropped", and keep it. */
void cg_known_inputs_note(const char *input, const char *done, const struct cg_ledger_known *run,
                          struct cg_known_inputs *known);

#endif
