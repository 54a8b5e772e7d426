#include "claimgate/base/problems.h"

#include "claimgate/base/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE_BYTES = 48 }; /* ":line:column" with both at their largest */

void cg_problems_init(struct cg_problems *problems) {
    *problems = (struct cg_problems){0};
}

void cg_problems_fini(struct cg_problems *problems) {
    for (size_t i = 0; i < problems->count; i++) {
        free(problems->list[i].file);
        free(problems->list[i].text);
    }
    free(problems->list);
    cg_problems_init(problems);
}

static bool has_room(struct cg_problems *problems) {
    if (problems->list == NULL) {
        problems->list = calloc(CG_PROBLEMS_KEPT, sizeof *problems->list);
    }
    return problems->list != NULL && problems->count < CG_PROBLEMS_KEPT;
}

void cg_problems_add(struct cg_problems *problems, const char *file, uint64_t line, uint32_t column,
                     const char *format, ...) {
    problems->total++;
    if (!has_room(problems)) {
        return;
    }
    struct cg_problem problem = {.file = strdup(file), .line = line, .column = column};
    va_list args;
    va_start(args, format);
    if (vasprintf(&problem.text, format, args) < 0) {
        problem.text = NULL; /* its content is undefined after a failure */
    }
    va_end(args);
    if (problem.file == NULL || problem.text == NULL) {
        free(problem.file);
        free(problem.text);
        return;
    }
    problems->list[problems->count++] = problem;
}

void cg_problems_add_no_memory(struct cg_problems *problems) {
    problems->total++;
    problems->no_memory = true;
}

static bool stands_before(const struct cg_problem *a, const struct cg_problem *b) {
    return a->line != b->line ? a->line < b->line : a->column < b->column;
}

void cg_problems_sort(struct cg_problems *problems, size_t first) {
    struct cg_problem *list = problems->list;
    for (size_t i = first + 1; i < problems->count; i++) {
        const struct cg_problem problem = list[i];
        size_t at = i;
        for (; at > first && stands_before(&problem, &list[at - 1]); at--) {
            list[at] = list[at - 1];
        }
        list[at] = problem;
    }
}

/* ":line:column" as far as it is known. */
static const char *format_place(const struct cg_problem *problem, char out[PLACE_BYTES]) {
    out[0] = '\0';
    if (problem->line != 0 && problem->column != 0) {
        (void)snprintf(out, PLACE_BYTES, ":%" PRIu64 ":%" PRIu32, problem->line, problem->column);
    } else if (problem->line != 0) {
        (void)snprintf(out, PLACE_BYTES, ":%" PRIu64, problem->line);
    }
    return out;
}

enum cg_status cg_problems_status(const struct cg_problems *problems, struct cg_error *err) {
    if (problems->total == 0) {
        return CG_OK;
    }
    if (problems->no_memory || problems->count == 0) {
        return cg_error_no_memory(err);
    }
    const struct cg_problem *first = &problems->list[0];
    char place[PLACE_BYTES];
    format_place(first, place);
    if (problems->total == 1) {
        return cg_error_set(err, CG_BAD_CONFIG, "%s%s: %s", first->file, place, first->text);
    }
    return cg_error_set(err, CG_BAD_CONFIG, "%s%s: %s (and %zu more)", first->file, place,
                        first->text, problems->total - 1);
}

enum cg_status cg_problems_in_data(const struct cg_problems *problems, struct cg_error *err) {
    if (cg_problems_status(problems, err) == CG_BAD_CONFIG) {
        err->status = CG_BAD_DATA;
    }
    return err->status;
}

void cg_problems_print(const struct cg_problems *problems) {
    for (size_t i = 0; i < problems->count; i++) {
        const struct cg_problem *problem = &problems->list[i];
        char place[PLACE_BYTES];
        cg_log_error("%s%s: %s", problem->file, format_place(problem, place), problem->text);
    }
    if (problems->total > problems->count) {
        cg_log_error("%zu more problems not shown", problems->total - problems->count);
    }
}
