/*
 * A page on standard output, printed whole or, after a failure, not at all.
 */
#ifndef CLAIMGATE_CLI_PRINTED_PAGE_H
#define CLAIMGATE_CLI_PRINTED_PAGE_H

#include "claimgate/base/error.h"
#include "claimgate/report/ledger_pages.h"
#include "claimgate/report/page.h"

#include <stdbool.h>
#include <stdio.h>

/* Closes the page, prints it when `status`, that of what was written into it, is CG_OK, and frees
 * it. Returns the status, or CG_INTERNAL when memory was out. */
cg_must_use enum cg_status cg_page_print(struct cg_page *page, enum cg_status status,
                                         struct cg_error *err);
cg_must_use enum cg_status cg_page_print_to(FILE *to, struct cg_page *page, enum cg_status status,
                                            struct cg_error *err);

/* A page about the ledger at `path`. */
cg_must_use enum cg_status cg_ledger_page_print(const char *path, bool json, cg_ledger_page_fn fn,
                                                struct cg_ledger_question *question,
                                                struct cg_error *err);

#endif
