/*
 * A set proved, exported and copied as a whole.
 */
#include "joined.h"

#include "claimgate/record/key.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FAULT_BYTES = 640 };

struct proving {
    struct cg_joined *joined;
    cg_ledger_fault_fn fn;
    void *context;
    uint64_t faults;
    uint32_t part_no;
    bool is_damaged;    /* a part could not be read, which is told once */
    uint64_t strangers; /* members of the part at hand who belong to another */
};

static void tell_fault(void *context, const char *text) {
    struct proving *proving = context;
    char told[FAULT_BYTES];
    snprintf(told, sizeof told, "part %u: %s", proving->part_no, text);
    proving->fn(proving->context, told);
}

static enum cg_status look_at_member(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct proving *proving = context;
    const struct cg_text id = cg_cell_column(row, 0).bytes;
    (void)err;
    proving->strangers += cg_member_part(id, proving->joined->count) != proving->part_no;
    return CG_OK;
}

static enum cg_status prove_part(struct cg_ledger *part, struct proving *proving,
                                 struct cg_error *err) {
    static const struct cg_query members = {.sql = "SELECT member_id FROM member"};
    char text[96];
    uint64_t faults = 0;
    proving->strangers = 0;
    enum cg_status status = cg_ledger_verify(part, tell_fault, proving, &faults, err);
    proving->faults += faults;
    if (status == CG_OK) {
        status = cg_ledger_each(part, &members, look_at_member, proving, err);
    }
    if (status == CG_OK && proving->strangers > 0) {
        snprintf(text, sizeof text, "%" PRIu64 " of its members belong to another part",
                 proving->strangers);
        proving->faults++;
        tell_fault(proving, text);
    }
    return status;
}

static void tell_of_set(struct proving *proving, const char *text) {
    proving->faults++;
    proving->fn(proving->context, text);
}

/* As of one ledger: what cannot be read is a fault. */
static enum cg_status tell_damage(struct proving *proving, enum cg_status status,
                                  struct cg_error *err) {
    if (status != CG_BAD_DATA) {
        return status;
    }
    tell_of_set(proving, err->text);
    *err = (struct cg_error)CG_ERROR_INIT;
    proving->is_damaged = true;
    return CG_OK;
}

static enum cg_status prove_parts(struct proving *proving, struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t k = 0; status == CG_OK && k < proving->joined->count; k++) {
        struct cg_ledger *part;
        proving->part_no = k;
        status = cg_joined_part(proving->joined, k, &part, err);
        status = status == CG_OK ? prove_part(part, proving, err) : status;
        status = tell_damage(proving, status, err);
    }
    return status;
}

/* The runs of all parts against each other, and the night's files. */
struct runs {
    struct proving *proving;
    int64_t last_undone; /* a withdrawal of it has no night of its own */
};

/* A part keeps the hash of the file that lists what was published. */
static enum cg_status prove_file(const struct runs *runs, const struct cg_night_file *file,
                                 struct cg_ledger *part, uint32_t part_no, struct cg_error *err) {
    uint8_t sha256[CG_SHA256_BYTES];
    char text[FAULT_BYTES];
    int64_t differ = 0;
    cg_sha256_of(file->text.data, file->text.len_bytes, sha256);
    const enum cg_status status =
        cg_set_night_differs(part, file->night.run_no, sha256, &differ, err);
    if (status == CG_OK && differ != 0) {
        snprintf(text, sizeof text,
                 "nights/%" PRId64 ".json is not what part %u has seen when it was published",
                 file->night.run_no, part_no);
        tell_of_set(runs->proving, text);
    }
    return status;
}

static enum cg_status prove_hash(const struct runs *runs, const struct cg_night_file *file,
                                 uint32_t part_no, struct cg_error *err) {
    struct cg_ledger *part;
    char text[FAULT_BYTES];
    bool same = false;
    enum cg_status status = cg_joined_part(runs->proving->joined, part_no, &part, err);
    if (status == CG_OK) {
        status = cg_set_run_is(part, file->night.run_no, file->run_hashes[part_no], &same, err);
    }
    if (status == CG_OK && same) {
        return prove_file(runs, file, part, part_no, err);
    }
    if (status == CG_OK) {
        snprintf(text, sizeof text, "part %u: run %" PRId64 " is not the one of that night",
                 part_no, file->night.run_no);
        tell_of_set(runs->proving, text);
    }
    return status;
}

static enum cg_status prove_night(void *context, const struct cg_ledger_run_facts *run,
                                  struct cg_error *err) {
    struct runs *runs = context;
    struct cg_joined *joined = runs->proving->joined;
    char text[FAULT_BYTES];
    struct cg_night_file file;
    bool is_there = false;
    enum cg_status status = cg_night_read(joined->set, run->run_no, &file, &is_there, err);
    if (status == CG_OK && !is_there && run->state != CG_RUN_UNPUBLISHED &&
        (run->withdraws == 0 || run->withdraws != runs->last_undone)) {
        snprintf(text, sizeof text, "nights/%" PRId64 ".json is missing", run->run_no);
        tell_of_set(runs->proving, text);
    }
    if (status == CG_OK && is_there && file.stage == CG_NIGHT_STAGE_UNDONE) {
        runs->last_undone = run->run_no;
    }
    for (uint32_t k = 0; status == CG_OK && file.run_hashes != NULL && k < joined->count; k++) {
        status = prove_hash(runs, &file, k, err);
    }
    cg_night_fini(&file);
    return status;
}

/* While a night is open, its parts need not agree. */
static enum cg_status prove_agreement(struct proving *proving, struct cg_error *err) {
    struct cg_error disagreement = CG_ERROR_INIT;
    struct cg_night_file file;
    bool is_open = false;
    int64_t run_no;
    enum cg_status status = cg_night_read(proving->joined->set, 0, &file, &is_open, err);
    cg_night_fini(&file);
    if (status != CG_OK || is_open) {
        return status;
    }
    status = cg_set_agreed_run(proving->joined->set, &run_no, &disagreement);
    if (status != CG_OK && status != CG_BAD_DATA) {
        return cg_error_set(err, status, "%s", disagreement.text);
    }
    if (status == CG_BAD_DATA) {
        tell_of_set(proving, disagreement.text);
    }
    return CG_OK;
}

enum cg_status cg_joined_verify(struct cg_ledger *ledger, cg_ledger_fault_fn fn, void *context,
                                uint64_t *faults, struct cg_error *err) {
    struct proving proving = {.joined = ledger->joined, .fn = fn, .context = context};
    struct runs runs = {.proving = &proving};
    ledger->joined->must_agree = false; /* that they do not is told as a fault */
    enum cg_status status = prove_parts(&proving, err);
    if (status == CG_OK && !proving.is_damaged) {
        status = tell_damage(&proving, prove_agreement(&proving, err), err);
    }
    if (status == CG_OK && !proving.is_damaged) {
        status =
            tell_damage(&proving, cg_joined_visit_runs(ledger, 0, prove_night, &runs, err), err);
    }
    *faults = proving.faults;
    return status;
}

static enum cg_status copy_file(const struct cg_ledger_set *from, const struct cg_ledger_set *to,
                                const char *name, struct cg_error *err) {
    struct cg_buffer text;
    bool is_there = false;
    cg_buffer_init(&text, CG_SET_FILE_BYTES);
    enum cg_status status = cg_set_read(from, name, &text, &is_there, err);
    if (status == CG_OK && is_there) {
        status = cg_set_write(to, name, &text, true, err);
    }
    cg_buffer_fini(&text);
    return status;
}

static enum cg_status copy_part(struct cg_ledger *part, void *to, struct cg_error *err) {
    char path[PATH_MAX];
    const struct cg_ledger_copy copy = {.path = path, .group = (gid_t)-1};
    cg_set_part_path(to, part->mark.part_no, path);
    return cg_ledger_snapshot(part, &copy, err);
}

/* Whatever happened to the set meanwhile, the copy is one of a moment when all parts agreed. */
static enum cg_status check_copy(const struct cg_ledger_set *to, int64_t run_no,
                                 struct cg_error *err) {
    struct cg_error why = CG_ERROR_INIT;
    int64_t copied = 0;
    const enum cg_status status = cg_set_agreed_run(to, &copied, &why);
    if (status == CG_OK && copied == run_no) {
        return CG_OK;
    }
    return status == CG_OK || status == CG_BAD_DATA
               ? cg_error_set(err, CG_BUSY,
                              "a night was taken in while the ledger set was copied; copy it again")
               : cg_error_set(err, status, "%s", why.text);
}

/* A cg_set_fill_fn. */
static enum cg_status fill_copy(void *context, struct cg_ledger_set *to, struct cg_error *err) {
    struct cg_ledger *ledger = context;
    const struct cg_ledger_set *from = ledger->joined->set;
    char name[CG_SET_NAME_BYTES];
    int64_t run_no = 0;
    enum cg_status status = cg_night_refuse_open(from, err);
    if (status == CG_OK) {
        status = cg_set_agreed_run(from, &run_no, err);
    }
    for (int64_t night = 1; status == CG_OK && night <= run_no; night++) {
        snprintf(name, sizeof name, "nights/%" PRId64 ".json", night);
        status = copy_file(from, to, name, err);
    }
    if (status == CG_OK) {
        status = copy_file(from, to, "set.json", err);
    }
    if (status == CG_OK) {
        status = cg_joined_each(ledger, copy_part, to, err);
    }
    return status == CG_OK ? check_copy(to, run_no, err) : status;
}

enum cg_status cg_joined_snapshot(struct cg_ledger *ledger, const char *path,
                                  struct cg_error *err) {
    return cg_set_make(path, *ledger->joined->set, fill_copy, ledger, err);
}
