/*
 * A night's file comes back as it was written, whole or not at all: of another set, for another
 * number of parts, or without the memory for it, it is refused.
 */
#include "ledger/set.h"
#include "support/shortage.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PARTS = 4, OUTPUTS = 3, RUN_NO = 7 };

static char folder[] = "/tmp/cg-night-XXXXXX";
static struct cg_ledger_set set;
static struct cg_ledger_output outputs[OUTPUTS];
static uint8_t hashes[PARTS][CG_SHA256_BYTES];
static struct cg_night_file night;

static void setup(void) {
    static const char *const files[OUTPUTS] = {"accepted.csv.gz", "rejected.csv.gz", "report.json"};
    cr_assert_not_null(mkdtemp(folder));
    set = (struct cg_ledger_set){.path = folder,
                                 .dir_fd = open(folder, O_RDONLY | O_DIRECTORY),
                                 .lock_fd = -1,
                                 .parts = PARTS,
                                 .id = "0123456789abcdef0123456789abcdef"};
    cr_assert_geq(set.dir_fd, 0);
    for (int i = 0; i < OUTPUTS; i++) {
        outputs[i] = (struct cg_ledger_output){
            .file = files[i], .bytes = 1000 + (uint64_t)i, .records = 10 + (uint64_t)i};
        memset(outputs[i].sha256, 0xa0 + i, sizeof outputs[i].sha256);
        memset(outputs[i].content_xxh128, 0xb0 + i, sizeof outputs[i].content_xxh128);
    }
    for (int i = 0; i < PARTS; i++) {
        memset(hashes[i], 0xc0 + i, sizeof hashes[i]);
    }
    night = (struct cg_night_file){
        .night = {.run_no = RUN_NO, .id = "fedcba9876543210fedcba9876543210"},
        .stage = CG_NIGHT_STAGE_WHOLE,
        .kind = "validate",
        .started_at = "2025-01-06T22:00:00Z",
        .claimgate = "1",
        .host = "host",
        .account = "account",
        .process = 77,
        .by_one_process = true,
        .withdraws = 3,
        .work = "/work",
        .staging = "/staging",
        .folder = "/folder",
        .parent_inode = 12,
        .outputs = outputs,
        .output_count = OUTPUTS,
        .run_hashes = (const uint8_t(*)[CG_SHA256_BYTES])hashes};
}

static void teardown(void) {
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
    cr_assert_eq(close(set.dir_fd), 0);
}

TestSuite(night_file, .init = setup, .fini = teardown);

static void write_night(void) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_night_write(&set, &night, false, &err), CG_OK, "%s", err.text);
}

static bool same_texts(const struct cg_night_file *a, const struct cg_night_file *b) {
    return strcmp(a->night.id, b->night.id) == 0 && strcmp(a->kind, b->kind) == 0 &&
           strcmp(a->started_at, b->started_at) == 0 && strcmp(a->claimgate, b->claimgate) == 0 &&
           strcmp(a->host, b->host) == 0 && strcmp(a->account, b->account) == 0 &&
           strcmp(a->work, b->work) == 0 && strcmp(a->staging, b->staging) == 0 &&
           strcmp(a->folder, b->folder) == 0;
}

static bool same_outputs(const struct cg_night_file *a, const struct cg_night_file *b) {
    bool same = a->output_count == b->output_count;
    for (uint32_t i = 0; same && i < a->output_count; i++) {
        const struct cg_ledger_output *x = &a->outputs[i];
        const struct cg_ledger_output *y = &b->outputs[i];
        same = strcmp(x->file, y->file) == 0 && x->bytes == y->bytes && x->records == y->records &&
               memcmp(x->sha256, y->sha256, sizeof x->sha256) == 0 &&
               memcmp(x->content_xxh128, y->content_xxh128, sizeof x->content_xxh128) == 0;
    }
    return same;
}

static bool same_hashes(const struct cg_night_file *a, const struct cg_night_file *b) {
    return a->run_hashes == NULL || b->run_hashes == NULL
               ? a->run_hashes == b->run_hashes
               : memcmp(a->run_hashes, b->run_hashes, sizeof hashes) == 0;
}

static bool same_night(const struct cg_night_file *a, const struct cg_night_file *b) {
    return a->night.run_no == b->night.run_no && a->stage == b->stage && a->process == b->process &&
           a->by_one_process == b->by_one_process && a->withdraws == b->withdraws &&
           a->parent_inode == b->parent_inode && same_texts(a, b) && same_outputs(a, b) &&
           same_hashes(a, b);
}

static void expect_comes_back(int64_t run_no) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_night_file read;
    bool is_there;
    cr_expect_eq(cg_night_read(&set, run_no, &read, &is_there, &err), CG_OK, "%s", err.text);
    cr_assert(is_there);
    cr_expect(same_night(&read, &night));
    cg_night_fini(&read);
}

Test(night_file, comes_back_as_it_was_written_open_or_closed) {
    struct cg_error err = CG_ERROR_INIT;
    write_night();
    expect_comes_back(0);
    cr_assert_eq(cg_night_close(&set, RUN_NO, &err), CG_OK, "%s", err.text);
    expect_comes_back(RUN_NO);
}

Test(night_file, comes_back_without_what_a_night_need_not_have) {
    static const enum cg_night_stage stages[] = {CG_NIGHT_STAGE_OPEN, CG_NIGHT_STAGE_WHOLE,
                                                 CG_NIGHT_STAGE_UNDONE};
    night.by_one_process = false;
    night.withdraws = night.parent_inode = 0;
    night.work = night.staging = night.folder = "";
    night.outputs = NULL;
    night.output_count = 0;
    night.run_hashes = NULL;
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        night.stage = stages[i];
        write_night();
        expect_comes_back(0);
    }
    char command[128];
    snprintf(command, sizeof command,
             "! grep -qE 'outputs|run_hashes|by_one_process' %s/night.json", folder);
    cr_expect_eq(system(command), 0);
}

Test(night_file, that_cannot_be_read_or_put_in_its_place_is_no_bad_data) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_night_file read;
    bool is_there = true;
    cr_expect_eq(cg_night_close(&set, RUN_NO, &err), CG_CANNOT_CREATE, "%s", err.text);
    cr_expect_not_null(strstr(err.text, "nights/7.json: cannot put"), "%s", err.text);
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(mkdirat(set.dir_fd, "night.json", 0700), 0);
    const enum cg_status status = cg_night_read(&set, 0, &read, &is_there, &err);
    cr_expect(status != CG_OK && status != CG_BAD_DATA, "%d %s", (int)status, err.text);
    cg_night_fini(&read);
    cr_expect_neq(cg_night_remove(&set, &err), CG_OK);
}

Test(night_file, no_file_is_no_night) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_night_file read;
    bool is_there = true;
    cr_expect_eq(cg_night_read(&set, 0, &read, &is_there, &err), CG_OK, "%s", err.text);
    cr_expect(!is_there);
    cg_night_fini(&read);
}

/* The file is read as that of `set`. */
static void expect_refused(const char *words) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_night_file read;
    bool is_there;
    cr_expect_eq(cg_night_read(&set, 0, &read, &is_there, &err), CG_BAD_DATA);
    cr_expect_not_null(strstr(err.text, words), "%s", err.text);
    cg_night_fini(&read);
}

Test(night_file, of_another_set_or_number_of_parts_is_refused) {
    write_night();
    set.parts = PARTS - 1;
    expect_refused("run_hashes has 4 hashes, and the set 3 parts");
    set.id[0] = 'f';
    expect_refused("is of another ledger set");
}

Test(night_file, without_memory_is_refused_or_whole) {
    uint32_t told = 0;
    bool failed = true;
    write_night();
    for (uint32_t at = 0; failed; at++) {
        struct cg_error err = CG_ERROR_INIT;
        struct cg_night_file read;
        bool is_there;
        shortage_begin(at, false);
        const enum cg_status status = cg_night_read(&set, 0, &read, &is_there, &err);
        failed = shortage_end();
        told += status == CG_INTERNAL;
        cr_expect(status == CG_OK ? same_night(&read, &night) : failed && status == CG_INTERNAL,
                  "request %u: %s", at, err.text);
        cg_night_fini(&read);
    }
    cr_assert_gt(told, 5);
}

Test(night_file, is_written_whole_or_not_at_all_without_memory) {
    bool failed = true;
    for (uint32_t at = 0; failed; at++) {
        struct cg_error err = CG_ERROR_INIT;
        shortage_begin(at, false);
        const enum cg_status status = cg_night_write(&set, &night, true, &err);
        failed = shortage_end();
        cr_expect(status == CG_OK || (failed && status == CG_INTERNAL), "request %u: %s", at,
                  err.text);
        if (status == CG_OK) {
            expect_comes_back(0);
            cr_assert_eq(cg_night_remove(&set, &err), CG_OK, "%s", err.text);
        }
    }
}
