/*
 * Parts of a set: each holds whose and which it is, so that none is taken for another.
 */
#include "set.h"

#include "claimgate/io/files.h"

#include <stdio.h>
#include <string.h>

void cg_set_part_path(const struct cg_ledger_set *set, uint32_t part_no, char out[PATH_MAX]) {
    (void)snprintf(out, PATH_MAX, "%s/part-%03u.ledger", set->path, part_no);
}

static enum cg_status take_mark(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct cg_set_mark *mark = context;
    (void)err;
    *mark = (struct cg_set_mark){.is_part = true,
                                 .part_no = (uint32_t)sqlite3_column_int64(row, 0),
                                 .parts = (uint32_t)sqlite3_column_int64(row, 1)};
    snprintf(mark->set_id, sizeof mark->set_id, "%s", cg_text_at(row, 2));
    return CG_OK;
}

enum cg_status cg_set_read_mark(struct cg_ledger *ledger, struct cg_error *err) {
    static const struct cg_query query = {.sql = "SELECT part_no, parts, set_id FROM set_part"};
    ledger->mark.is_part = false;
    return cg_ledger_each(ledger, &query, take_mark, &ledger->mark, err);
}

enum cg_status cg_set_write_mark(struct cg_ledger *ledger, const struct cg_ledger_set *set,
                                 uint32_t part_no, struct cg_error *err) {
    return cg_ledger_do(ledger,
                        CG_QUERY("INSERT INTO set_part VALUES (?1, ?2, ?3)",
                                 cg_cell_unsigned(part_no), cg_cell_unsigned(set->parts),
                                 cg_cell_string(set->id)),
                        err);
}

static enum cg_status check_mark(const struct cg_ledger_set *set, uint32_t part_no,
                                 const struct cg_ledger *ledger, struct cg_error *err) {
    const struct cg_set_mark *mark = &ledger->mark;
    const char *what = !mark->is_part                       ? "a ledger by itself"
                       : strcmp(mark->set_id, set->id) != 0 ? "a part of another ledger set"
                       : mark->parts != set->parts          ? "of a set of another number of parts"
                       : mark->part_no != part_no           ? "another part of this set"
                                                            : NULL;
    return what == NULL ? CG_OK
                        : cg_error_set(err, CG_BAD_DATA,
                                       "%s: is %s, and part %u of %u belongs there; put that one "
                                       "back, from a snapshot of the whole set",
                                       ledger->path, what, part_no, set->parts);
}

static enum cg_status must_be_there(const char *path, const struct cg_ledger_set *set,
                                    struct cg_error *err) {
    bool is_there = false;
    const enum cg_status status = cg_file_look(path, &is_there, err);
    return status != CG_OK || is_there
               ? status
               : cg_error_set(err, CG_BAD_DATA,
                              "%s: is missing, and the set has %u parts; put it back, from a "
                              "snapshot of the whole set",
                              path, set->parts);
}

enum cg_status cg_set_open_part(const struct cg_ledger_set *set, uint32_t part_no,
                                const struct cg_ledger_plan *plan, struct cg_ledger **out,
                                struct cg_error *err) {
    char path[PATH_MAX];
    *out = NULL;
    cg_set_part_path(set, part_no, path);
    enum cg_status status = must_be_there(path, set, err);
    if (status != CG_OK) {
        return status;
    }
    if (plan != NULL) {
        struct cg_ledger_plan of_part = *plan;
        of_part.path = path;
        status = cg_ledger_open_part(&of_part, out, err);
    } else {
        status = cg_ledger_open_to_read(path, out, err);
    }
    if (status == CG_OK) {
        status = check_mark(set, part_no, *out, err);
    }
    if (status != CG_OK) {
        cg_ledger_close(*out);
        *out = NULL;
    }
    return status;
}

static enum cg_status take_last_run(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct cg_set_last_run *last = context;
    const struct cg_text hash = cg_cell_column(row, 3).bytes;
    (void)err;
    last->run_no = sqlite3_column_int64(row, 0);
    last->withdraws = sqlite3_column_int64(row, 1);
    last->is_published = sqlite3_column_int(row, 2) != 0;
    if (hash.len == sizeof last->hash) {
        memcpy(last->hash, hash.ptr, hash.len);
    }
    return CG_OK;
}

enum cg_status cg_set_last_run(struct cg_ledger *ledger, struct cg_set_last_run *out,
                               struct cg_error *err) {
    static const struct cg_query query = {
        .sql = "SELECT r.run_no, coalesce(r.withdraws, 0), EXISTS (SELECT 1 FROM publication p "
               "WHERE p.run_no = r.run_no), r.hash FROM run r ORDER BY r.run_no DESC LIMIT 1"};
    *out = (struct cg_set_last_run){0};
    return cg_ledger_each(ledger, &query, take_last_run, out, err);
}

enum cg_status cg_set_run_is(struct cg_ledger *ledger, int64_t run_no,
                             const uint8_t hash[CG_SHA256_BYTES], bool *same,
                             struct cg_error *err) {
    int64_t is_there = 0;
    const enum cg_status status =
        cg_ledger_each(ledger,
                       CG_QUERY("SELECT 1 FROM run WHERE run_no = ?1 AND hash = ?2",
                                cg_cell_integer(run_no), cg_cell_hash(hash)),
                       cg_ledger_take_integer, &is_there, err);
    *same = is_there != 0;
    return status;
}

enum cg_status cg_set_night_differs(struct cg_ledger *ledger, int64_t run_no,
                                    const uint8_t night_sha256[CG_SHA256_BYTES], int64_t *differs,
                                    struct cg_error *err) {
    *differs = 0;
    return cg_ledger_each(ledger,
                          CG_QUERY("SELECT night_sha256 IS NOT ?2 FROM publication "
                                   "WHERE run_no = ?1",
                                   cg_cell_integer(run_no), cg_cell_hash(night_sha256)),
                          cg_ledger_take_integer, differs, err);
}

static enum cg_status look_at_part(const struct cg_ledger_set *set, uint32_t part_no,
                                   struct cg_set_last_run *last, struct cg_error *err) {
    struct cg_ledger *part = NULL;
    enum cg_status status = cg_set_open_part(set, part_no, NULL, &part, err);
    if (status == CG_OK) {
        status = cg_set_last_run(part, last, err);
    }
    cg_ledger_close(part);
    return status;
}

/* A part that was put back from an older copy lacks what the others have. */
static enum cg_status refuse_behind(const struct cg_ledger_set *set, uint32_t part_no,
                                    int64_t its_run, int64_t run_no, struct cg_error *err) {
    char path[PATH_MAX];
    cg_set_part_path(set, part_no, path);
    return cg_error_set(err, CG_BAD_DATA,
                        "%s: its last run is %lld, and another part's is %lld; one of them was put "
                        "back from an older copy; put the whole set back from one snapshot",
                        path, (long long)its_run, (long long)run_no);
}

static bool is_hash(const struct cg_night_file *night, uint32_t part_no, const uint8_t *hash) {
    return night->run_hashes == NULL ||
           memcmp(night->run_hashes[part_no], hash, CG_SHA256_BYTES) == 0;
}

/* What nights/N.json says of the runs that the parts have as their last. */
static enum cg_status check_hashes(const struct cg_ledger_set *set,
                                   const struct cg_set_last_run *runs, struct cg_error *err) {
    struct cg_night_file night = {0};
    char path[PATH_MAX];
    bool is_there = false;
    enum cg_status status =
        runs[0].run_no == 0 ? CG_OK : cg_night_read(set, runs[0].run_no, &night, &is_there, err);
    for (uint32_t k = 0; status == CG_OK && is_there && k < set->parts; k++) {
        if (!is_hash(&night, k, runs[k].hash)) {
            cg_set_part_path(set, k, path);
            status = cg_error_set(err, CG_BAD_DATA,
                                  "%s: its run %lld is not the one of that night; put the whole "
                                  "set back from one snapshot",
                                  path, (long long)runs[k].run_no);
        }
    }
    cg_night_fini(&night);
    return status;
}

enum cg_status cg_set_agreed_run(const struct cg_ledger_set *set, int64_t *run_no,
                                 struct cg_error *err) {
    struct cg_set_last_run runs[CG_LEDGER_PARTS_MAX] = {0};
    for (uint32_t k = 0; k < set->parts; k++) {
        if (look_at_part(set, k, &runs[k], err) != CG_OK) {
            return err->status;
        }
        if (runs[k].run_no != runs[0].run_no) {
            const bool is_first = runs[0].run_no < runs[k].run_no;
            return refuse_behind(set, is_first ? 0 : k, runs[is_first ? 0 : k].run_no,
                                 runs[is_first ? k : 0].run_no, err);
        }
    }
    *run_no = runs[0].run_no;
    return check_hashes(set, runs, err);
}

enum cg_status cg_set_refuse_torn(const struct cg_ledger_set *set, struct cg_error *err) {
    struct cg_error open_night = CG_ERROR_INIT;
    int64_t run_no;
    if (cg_set_agreed_run(set, &run_no, err) != CG_BAD_DATA) {
        return err->status;
    }
    *err = (struct cg_error)CG_ERROR_INIT;
    if (cg_night_refuse_open(set, &open_night) == CG_BUSY) {
        return CG_OK;
    }
    /* A night that has ended meanwhile had its run in some of the parts alone. */
    return cg_set_agreed_run(set, &run_no, err);
}

enum cg_status cg_ledger_set_check(const struct cg_ledger_set *set, struct cg_error *err) {
    int64_t run_no;
    const enum cg_status status = cg_night_refuse_open(set, err);
    return status == CG_OK ? cg_set_agreed_run(set, &run_no, err) : status;
}
