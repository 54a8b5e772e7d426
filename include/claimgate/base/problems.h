/*
 * A list of what is wrong with a file that people write: policy, layout, roster.
 *
 * Loaders go on after a problem, so that all of them are shown in one go.
 *
 * Ownership  _fini frees the list. Memory: the first CG_PROBLEMS_KEPT are kept, all counted.
 */
#ifndef CLAIMGATE_BASE_PROBLEMS_H
#define CLAIMGATE_BASE_PROBLEMS_H

#include "claimgate/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CG_PROBLEMS_KEPT = 1000 };

struct cg_problem {
    char *file;
    uint64_t line;   /* from 1; 0: the file as a whole */
    uint32_t column; /* byte column in the line, from 1; 0: the whole line */
    char *text;      /* what is wrong, the value in quotes, and the mend */
};

struct cg_problems {
    struct cg_problem *list;
    size_t count;   /* entries in list */
    size_t total;   /* problems found, kept or not */
    bool no_memory; /* the file may be good: it could not be read to its end */
};

void cg_problems_init(struct cg_problems *problems);
void cg_problems_fini(struct cg_problems *problems);
void cg_problems_add(struct cg_problems *problems, const char *file, uint64_t line, uint32_t column,
                     const char *format, ...) cg_printf_like(5, 6);

/* The file could not be looked at for want of memory, which is no fault of the file. Counts as one
 * problem. */
void cg_problems_add_no_memory(struct cg_problems *problems);

/* Put the problems kept from the one at `first` on, all of one file, in the order of their places.
 * Those of one place stay in the order they were found. */
void cg_problems_sort(struct cg_problems *problems, size_t first);

/* Sets err to the first problem ("file:line:column: text") and how many more there are; returns
 * CG_OK when there is none, CG_INTERNAL where memory was out, else CG_BAD_CONFIG. */
cg_must_use enum cg_status cg_problems_status(const struct cg_problems *problems,
                                              struct cg_error *err);

/* The same, with CG_BAD_DATA for CG_BAD_CONFIG: the file is data, and nothing that people
 * configure.
 */
cg_must_use enum cg_status cg_problems_in_data(const struct cg_problems *problems,
                                               struct cg_error *err);

/* Every problem kept as one "file:line:column: text" on standard error. */
void cg_problems_print(const struct cg_problems *problems);

#endif
