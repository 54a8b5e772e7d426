/*
 * Any bytes as an input that may be X12 837P, through a whole run with its folder: the books
 * balance, and what is accepted is accepted once more.
 *
 * The first byte chooses: bit 0 a lenient envelope, bit 1 dependents joined, bit 2 lines by
 * themselves.
 */
#include "support/memory_file.h"
#include "support/tiny_run.h"

#include "claimgate/base/log.h"
#include "claimgate/report/ack_codes.h"
#include "claimgate/run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct x12_world {
    char dir[64];
    struct cg_policy *policy;
    struct cg_roster *roster;
    struct cg_ack_codes *codes;
};

static struct x12_world *the_world(void) {
    static struct x12_world world;
    return &world;
}

static void clean_up(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %.60s", the_world()->dir);
    if (system(command) != 0) {
        fprintf(stderr, "%s is left\n", the_world()->dir);
    }
}

static void set_up(struct x12_world *world) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    cg_log_init((struct cg_log_options){.quiet = true});
    cg_problems_init(&problems);
    tiny_require(cg_reason_init(&err) == CG_OK &&
                     cg_policy_load("ms", &world->policy, &problems, &err) == CG_OK &&
                     cg_roster_load("fixtures/quickstart/roster", world->policy, &world->roster,
                                    &problems, &err) == CG_OK &&
                     cg_ack_codes_load(NULL, &world->codes, &err) == CG_OK,
                 "%s", err.text);
    cg_problems_fini(&problems);
    snprintf(world->dir, sizeof world->dir, "%s/claimgate-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    tiny_require(mkdtemp(world->dir) != NULL, "no folder");
    atexit(clean_up);
}

/* *is_x12 and *rejected are told where it is CG_OK. */
static enum cg_status decide(const struct x12_world *world, const char *input, const char *out,
                             uint8_t choice, bool *is_x12, uint64_t *rejected) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_run *run = NULL;
    const struct cg_run_plan plan = {
        .inputs = &input,
        .input_count = 1,
        .rules = {.policy = world->policy, .roster = world->roster, .as_of_day = 20500},
        .x12 = {.lenient_envelope = (choice & 1) != 0,
                .joins_dependents = (choice & 2) != 0,
                .decides_lines = (choice & 4) != 0},
        .ack_codes = (choice & 4) != 0 ? NULL : world->codes,
        .output = {.dir = out,
                   .overwrite = true,
                   .without_accepted = (choice & 4) != 0,
                   .group = (gid_t)-1,
                   .level = 1},
        .allow_empty = true, /* where all claims are rejected, the accepted file is */
        .checks.max_reject_rate_milli = -1};
    enum cg_status status = cg_run_new(&plan, &run, &err);
    status = status == CG_OK ? cg_run_execute(run, &err) : status;
    const bool is_refused = status == CG_BAD_DATA || status == CG_USAGE; /* --ack and CSV */
    tiny_require(status == CG_OK || (is_refused && err.text[0] != '\0'), "status %d: %s",
                 (int)status, err.text);
    if (status == CG_OK) {
        *is_x12 = cg_run_facts_of(run)->is_x12;
        *rejected = cg_run_facts_of(run)->tally->rejected;
    }
    cg_run_free(run);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct x12_world *world = the_world();
    struct memory_file file;
    char first[96];
    char second[96];
    char accepted[128];
    uint64_t rejected = 0;
    bool is_x12 = false;
    if (world->policy == NULL) {
        set_up(world);
    }
    if (size < 1) {
        return 0;
    }
    snprintf(first, sizeof first, "%.60s/first", world->dir);
    snprintf(second, sizeof second, "%.60s/second", world->dir);
    snprintf(accepted, sizeof accepted, "%.90s/accepted.x12.gz", first);
    memory_file_make(&file, data + 1, size - 1);
    const enum cg_status status = decide(world, file.path, first, data[0], &is_x12, &rejected);
    if (status == CG_OK && is_x12 && (data[0] & 4) == 0) {
        tiny_require(decide(world, accepted, second, data[0], &is_x12, &rejected) == CG_OK &&
                         rejected == 0,
                     "what was accepted is not accepted again");
    }
    memory_file_close(&file);
    return 0;
}
