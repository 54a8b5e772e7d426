/*
 * A sort that needs files fails whole at each place where memory or a file is asked for, and says
 * so.
 */
#define POINTS_DEPTH 8

#include "claimgate/io/sorter.h"
#include "support/outage.h"
#include "support/shortage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Several stretches, each longer than is read at once. */
enum { MEMORY_BYTES = 1 << 20, RECORDS = 60000 };

static enum cg_status take_in(struct cg_sorter *sorter, struct cg_error *err) {
    for (uint32_t i = 0; i < RECORDS; i++) {
        char key[32];
        const int len = snprintf(key, sizeof key, "CLAIM-%010u", i * 2654435761U % RECORDS);
        const struct cg_text payload = {(const char *)&i, sizeof i};
        if (cg_sorter_add(sorter, (struct cg_text){key, (uint32_t)len}, payload, err) != CG_OK) {
            return err->status;
        }
    }
    return cg_sorter_finish(sorter, err);
}

static enum cg_status hand_out(struct cg_sorter *sorter, struct cg_error *err) {
    struct cg_text key;
    struct cg_text payload;
    bool more = true;
    uint32_t count = 0;
    while (more) {
        if (cg_sorter_next(sorter, &key, &payload, &more, err) != CG_OK) {
            return err->status;
        }
        count += more;
    }
    cr_expect_eq(count, RECORDS);
    return CG_OK;
}

static enum cg_status sort(struct cg_error *err) {
    struct cg_sorter *sorter = cg_sorter_new("/tmp", MEMORY_BYTES);
    if (sorter == NULL) {
        return cg_error_no_memory(err);
    }
    const enum cg_status status = take_in(sorter, err);
    if (status == CG_OK) {
        (void)hand_out(sorter, err);
    }
    cg_sorter_free(sorter);
    return err->status;
}

/* Where a file is only looked at, or its content was handed out already. */
static bool may_go_on(void) {
    return outage_call != NULL &&
           (strcmp(outage_call, "fstat") == 0 || strcmp(outage_call, "close") == 0);
}

static void fail_each(const char *told) {
    struct cg_error err = CG_ERROR_INIT;
    points_list();
    cr_assert_eq(sort(&err), CG_OK, "%s", err.text);
    (void)points_end();
    cr_assert_gt(points.new_count, 3);
    for (uint32_t i = 0; i < points.new_count; i++) {
        err = (struct cg_error)CG_ERROR_INIT;
        points_fail_at(points.new_points[i], false);
        const enum cg_status status = sort(&err);
        cr_assert(points_end());
        cr_expect(status == CG_OK ? may_go_on() : strstr(err.text, told) != NULL,
                  "point %u: %d: %s", points.new_points[i], (int)status, err.text);
    }
}

Test(sorter_failures, of_memory_are_told, .timeout = 120) {
    outage_is_over = true;
    shortage_also = points_meet;
    fail_each("memory");
}

Test(sorter_failures, of_a_file_are_told, .timeout = 120) {
    fail_each(strerror(EIO));
}
