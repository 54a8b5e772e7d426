#include "claimgate/run/persons.h"

#include "claimgate/base/array.h"
#include "claimgate/ledger/ledger_query.h"

enum { ROWS_MAX = 1 << 28 };

struct comparing {
    struct cg_ledger *ledger;
    struct cg_roster_membership row;
    bool is_held; /* under the id of the row */
    int64_t first_run;
    struct cg_array lines; /* of uint64_t: the rows that are told of */
};

static enum cg_status take_line(void *context, const struct cg_ledger_decision *line,
                                struct cg_error *err) {
    struct comparing *c = context;
    (void)err;
    if (line->start_day < c->row.first_day || line->start_day > c->row.last_day) {
        return CG_OK;
    }
    c->is_held = true;
    if (c->first_run == 0 || line->run_no < c->first_run) {
        c->first_run = line->run_no;
    }
    return CG_OK;
}

static enum cg_status compare_row(struct comparing *c, struct cg_error *err) {
    bool is_known = false;
    c->is_held = false;
    if (cg_text_equal(c->row.member_id, c->row.person)) {
        return CG_OK;
    }
    if (cg_ledger_knows_member(c->ledger, c->row.member_id, &is_known, err) != CG_OK || !is_known ||
        cg_ledger_visit_standing(c->ledger, c->row.member_id, NULL, take_line, c, err) != CG_OK ||
        !c->is_held) {
        return err->status;
    }
    uint64_t *line = cg_array_add(&c->lines);
    if (line == NULL) {
        return cg_error_no_memory(err);
    }
    *line = c->row.line;
    return CG_OK;
}

static int by_line(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

enum cg_status cg_persons_compare(struct cg_ledger *ledger, const struct cg_roster *roster,
                                  struct cg_notice *notice, int64_t *first_run,
                                  struct cg_error *err) {
    struct comparing c = {.ledger = ledger};
    enum cg_status status = CG_OK;
    cg_array_init(&c.lines, sizeof(uint64_t), ROWS_MAX);
    for (uint32_t i = 0; status == CG_OK && cg_roster_membership(roster, i, &c.row); i++) {
        status = compare_row(&c, err);
    }
    cg_array_sort(&c.lines, by_line);
    for (uint32_t i = 0; i < c.lines.count; i++) {
        cg_notice_add(notice, cg_roster_members_file(roster),
                      *(const uint64_t *)cg_array_at(&c.lines, i));
    }
    cg_array_fini(&c.lines);
    *first_run = c.first_run;
    return status;
}
