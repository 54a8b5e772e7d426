#include "past.h"

#include <stdlib.h>

enum { LOOKED_UP_MAX = 64, LINKS_MAX = 1 << 30 };

/* Members are numbered from 1, but a damaged ledger may have any number. */
static const int64_t member_no_max = INT64_MAX / CG_PAST_PARTS - 1;

static enum cg_status no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while reading a member from the ledger");
}

enum cg_status cg_past_damaged(const struct cg_ledger *ledger, struct cg_error *err) {
    return cg_error_set(err, CG_BAD_DATA,
                        "%s: what it keeps of a member is damaged; `claimgate ledger verify` says "
                        "where",
                        ledger->path);
}

static enum cg_status add_withdrawn(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct cg_past *past = context;
    int64_t *run_no = cg_array_add(&past->withdrawn);
    if (run_no == NULL) {
        return no_memory(err);
    }
    *run_no = sqlite3_column_int64(row, 0);
    return CG_OK;
}

static enum cg_status read_withdrawn(struct cg_past *past, struct cg_error *err) {
    return cg_ledger_each(past->ledger,
                          CG_QUERY("SELECT withdraws FROM run WHERE withdraws IS NOT NULL AND "
                                   "run_no < ?1 ORDER BY withdraws",
                                   cg_cell_integer(past->before_run)),
                          add_withdrawn, past, err);
}

enum cg_status cg_past_open(struct cg_past *past, struct cg_ledger *ledger, int64_t before_run,
                            struct cg_error *err) {
    *past =
        (struct cg_past){.ledger = ledger, .before_run = before_run == 0 ? INT64_MAX : before_run};
    cg_array_init(&past->links, sizeof(struct cg_past_link), LINKS_MAX);
    cg_array_init(&past->runs, sizeof(struct cg_past_run), LINKS_MAX);
    cg_array_init(&past->withdrawn, sizeof(int64_t), LINKS_MAX);
    cg_buffer_init(&past->bytes, UINT32_MAX);
    enum cg_status status = before_run == INT64_MAX ? CG_OK : read_withdrawn(past, err);
    if (status != CG_OK) {
        return status;
    }
    if (cg_ledger_prepare(ledger, "SELECT up_to_run, packed FROM past WHERE past_no = ?1",
                          &past->parts, err) != CG_OK) {
        return err->status;
    }
    /* In two steps, so that it is numbers that are sorted, and not blocks. */
    return cg_ledger_prepare(
        ledger,
        "SELECT run_no, packed FROM recent WHERE recent_no IN (SELECT recent_no FROM recent "
        "INDEXED BY recent_member WHERE last_member >= ?1 AND first_member <= ?2) "
        "ORDER BY recent_no DESC",
        &past->blocks, err);
}

static void unload(struct cg_past *past) {
    free(past->heads);
    past->heads = NULL;
    past->links.count = 0;
    past->runs.count = 0;
    past->last = 0;
    cg_buffer_clear(&past->bytes);
}

void cg_past_close(struct cg_past *past) {
    if (past->ledger == NULL) {
        return;
    }
    unload(past);
    (void)sqlite3_finalize(past->parts);
    (void)sqlite3_finalize(past->blocks);
    cg_array_fini(&past->links);
    cg_array_fini(&past->runs);
    cg_buffer_fini(&past->bytes);
    cg_array_fini(&past->withdrawn);
    *past = (struct cg_past){0};
}

static int compare_runs(const void *a, const void *b) {
    const int64_t one = *(const int64_t *)a;
    const int64_t other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

static bool counts(const struct cg_past *past, int64_t run_no) {
    return run_no < past->before_run &&
           (past->withdrawn.count == 0 ||
            bsearch(&run_no, past->withdrawn.items, past->withdrawn.count, sizeof run_no,
                    compare_runs) == NULL);
}

/* A block's groups to the members that they are of. Blocks come from the newest on, and hold one
 * group of a member, so that each is put before the member's others. */
static enum cg_status link_groups(struct cg_past *past, struct cg_text groups, uint32_t base,
                                  struct cg_error *err) {
    const char *start = groups.ptr;
    uint32_t offset = base;
    int64_t member_no;
    struct cg_text entries;
    bool broken;
    while (cg_next_group(&groups, &member_no, &entries, &broken)) {
        if (member_no >= past->first && member_no <= past->last) {
            struct cg_past_link *link = cg_array_add(&past->links);
            if (link == NULL) {
                return no_memory(err);
            }
            uint32_t *head = &past->heads[member_no - past->first];
            *link = (struct cg_past_link){.offset = offset, .next = *head};
            *head = past->links.count;
        }
        offset = base + (uint32_t)(groups.ptr - start);
    }
    return broken ? cg_past_damaged(past->ledger, err) : CG_OK;
}

static uint32_t run_at(const struct cg_past *past, uint32_t offset) {
    const struct cg_past_run *runs = past->runs.items;
    uint32_t low = 0;
    uint32_t high = past->runs.count;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        *(runs[middle].offset <= offset ? &low : &high) = middle;
    }
    return runs[low].run_no;
}

bool cg_past_recent(const struct cg_past *past, int64_t member_no, uint32_t *at, int64_t *run_no,
                    struct cg_text *entries) {
    const struct cg_past_link *links = past->links.items;
    const uint32_t place = *at == 0 ? past->heads[member_no - past->first] : links[*at - 1].next;
    if (place == 0) {
        return false;
    }
    const uint32_t offset = links[place - 1].offset;
    struct cg_text group = {past->bytes.data + offset, (uint32_t)(past->bytes.len_bytes - offset)};
    bool broken;
    *at = place;
    *run_no = run_at(past, offset);
    return cg_next_group(&group, &(int64_t){0}, entries, &broken);
}

/* A run's blocks come one after another. */
static bool note_run(struct cg_past *past, uint32_t offset, int64_t run_no) {
    const uint32_t known = past->runs.count;
    if (known > 0 &&
        ((struct cg_past_run *)cg_array_at(&past->runs, known - 1))->run_no == run_no) {
        return true;
    }
    struct cg_past_run *run = cg_array_add(&past->runs);
    if (run != NULL) {
        *run = (struct cg_past_run){.offset = offset, .run_no = (uint32_t)run_no};
    }
    return run != NULL;
}

static enum cg_status load_block(struct cg_past *past, struct cg_error *err) {
    const int64_t run_no = sqlite3_column_int64(past->blocks, 0);
    const struct cg_cell packed = cg_cell_column(past->blocks, 1);
    const uint32_t base = (uint32_t)past->bytes.len_bytes;
    if (!counts(past, run_no)) {
        return CG_OK;
    }
    if (!note_run(past, base, run_no) ||
        !cg_buffer_append(&past->bytes, packed.bytes.ptr, packed.bytes.len)) {
        return no_memory(err);
    }
    const struct cg_text groups = {past->bytes.data + base, packed.bytes.len};
    return link_groups(past, groups, base, err);
}

enum cg_status cg_past_load(struct cg_past *past, int64_t first, int64_t last,
                            struct cg_error *err) {
    unload(past);
    past->first = first;
    past->last = last;
    const size_t places = (size_t)(last - first) + 1;
    past->heads = calloc(places, sizeof past->heads[0]);
    if (past->heads == NULL) {
        return no_memory(err);
    }
    bool row = true;
    enum cg_status status = CG_OK;
    (void)sqlite3_bind_int64(past->blocks, 1, first);
    (void)sqlite3_bind_int64(past->blocks, 2, last);
    while (status == CG_OK && row) {
        status = cg_ledger_step(past->ledger, past->blocks, &row, err);
        if (status == CG_OK && row) {
            status = load_block(past, err);
        }
    }
    (void)sqlite3_reset(past->blocks);
    return status;
}

/* A part of `past`, without the runs that do not count. */
static enum cg_status take_part(const struct cg_past *past, struct cg_text part,
                                struct cg_buffer *out, struct cg_error *err) {
    int64_t run_no;
    struct cg_text entries;
    bool broken;
    if (past->before_run == INT64_MAX && past->withdrawn.count == 0) {
        return cg_buffer_append(out, part.ptr, part.len) ? CG_OK : no_memory(err);
    }
    while (cg_next_group(&part, &run_no, &entries, &broken)) {
        if (counts(past, run_no) && !cg_put_group(out, run_no, entries)) {
            return no_memory(err);
        }
    }
    return broken ? cg_past_damaged(past->ledger, err) : CG_OK;
}

/* The parts of a member; one that is not full is the last. */
static enum cg_status gather_parts(struct cg_past *past, int64_t member_no, struct cg_buffer *out,
                                   int64_t *up_to_run, struct cg_error *err) {
    const int64_t end = (member_no + 1) * CG_PAST_PARTS;
    bool more = true;
    enum cg_status status = CG_OK;
    for (int64_t past_no = member_no * CG_PAST_PARTS; status == CG_OK && more && past_no < end;
         past_no++) {
        (void)sqlite3_bind_int64(past->parts, 1, past_no);
        status = cg_ledger_step(past->ledger, past->parts, &more, err);
        if (status == CG_OK && more) {
            const struct cg_text packed = cg_cell_column(past->parts, 1).bytes;
            *up_to_run = sqlite3_column_int64(past->parts, 0);
            more = packed.len >= CG_PAST_PART_BYTES;
            status = take_part(past, packed, out, err);
            (void)sqlite3_reset(past->parts);
        }
    }
    return status;
}

/* Whose stretch in memory the member is in; NULL: none. */
static const struct cg_past *holder_of(const struct cg_past *past, int64_t member_no) {
    const struct cg_past *holder = past;
    for (uint32_t i = 0; member_no < holder->first || member_no > holder->last; i++) {
        if (i == past->lender_count) {
            return NULL;
        }
        holder = &past->lenders[i];
    }
    return holder;
}

static enum cg_status gather_links(const struct cg_past *past, int64_t member_no,
                                   struct cg_buffer *out, int64_t up_to_run, struct cg_error *err) {
    struct cg_text entries;
    int64_t run_no;
    past = holder_of(past, member_no);
    for (uint32_t at = 0; cg_past_recent(past, member_no, &at, &run_no, &entries);) {
        if (run_no > up_to_run && !cg_put_group(out, run_no, entries)) {
            return no_memory(err);
        }
    }
    return CG_OK;
}

enum cg_status cg_past_last_member(struct cg_ledger *ledger, int64_t *out, struct cg_error *err) {
    return cg_ledger_ask(ledger, "SELECT max(member_no) FROM member", 0, 0, out, err);
}

enum cg_status cg_past_stretch(struct cg_ledger *ledger, int64_t *members, struct cg_error *err) {
    int64_t last;
    if (cg_past_last_member(ledger, &last, err) != CG_OK) {
        return err->status;
    }
    *members = last + 1;
    return cg_ledger_ask(ledger, "SELECT ?1 / (sum(length(packed)) / 8388608 + 1) + 1 FROM recent",
                         last, last + 1, members, err);
}

/* The stretch that a member is in: itself, while few are asked of, then all, or those who follow.
 */
static enum cg_status reach(struct cg_past *past, int64_t member_no, struct cg_error *err) {
    int64_t last = member_no;
    int64_t members = 0;
    if (holder_of(past, member_no) != NULL) {
        return CG_OK;
    }
    if (past->one_by_one || past->asked++ < LOOKED_UP_MAX) {
        return cg_past_load(past, member_no, member_no, err);
    }
    const enum cg_status status = past->members_rise
                                      ? cg_past_stretch(past->ledger, &members, err)
                                      : cg_past_last_member(past->ledger, &last, err);
    if (status != CG_OK) {
        return status;
    }
    return past->members_rise ? cg_past_load(past, member_no, member_no + members - 1, err)
                              : cg_past_load(past, 1, last > member_no ? last : member_no, err);
}

enum cg_status cg_past_gather(struct cg_past *past, int64_t member_no, struct cg_buffer *out,
                              int64_t *up_to_run, struct cg_error *err) {
    *up_to_run = 0;
    cg_buffer_clear(out);
    if (member_no < 1 || member_no > member_no_max) {
        return cg_past_damaged(past->ledger, err);
    }
    enum cg_status status = reach(past, member_no, err);
    if (status == CG_OK) {
        status = gather_parts(past, member_no, out, up_to_run, err);
    }
    return status != CG_OK ? status : gather_links(past, member_no, out, *up_to_run, err);
}
