/*
 * X12 from the command line, for tests: one folder, one roster, one text.
 */
#ifndef CLAIMGATE_TESTS_X12_WORLD_H
#define CLAIMGATE_TESTS_X12_WORLD_H

#include "support/scene.h"
#include "support/x12_text.h"

#define X12_ROSTER                                                                                 \
    "npi,credential_type,status,effective_date,end_date\n"                                         \
    "1000000004,CPSSP-MH,current,2020-01-01,\n"

struct x12_world {
    struct scene scene;
    const char *roster;
    struct cg_buffer text; /* what the test puts together */
};

void x12_world_make(struct x12_world *world);
void x12_world_end(struct x12_world *world);

/* The text as a file of the folder; its path. */
const char *x12_world_put(struct x12_world *world, const char *name);

/* `validate` on up to three inputs or options; the run's streams are the caller's to free. */
#define X12_MORE(...) ((const char *const[3]){__VA_ARGS__})
void x12_world_validate(const struct x12_world *world, const char *out, const char *const more[3],
                        struct run *run);

/* The same into a folder of its own, whose path it returns; it must succeed, */
const char *x12_world_decide(struct x12_world *world, const char *const more[3]);
/* or end with this code and tell this. */
void x12_world_expect_refused(struct x12_world *world, const char *const more[3], int exit_code,
                              const char *told);

/* What an output holds, unpacked. */
void x12_world_expect_content(const char *out, const char *name, const char *bytes, size_t len);
void x12_world_expect_in(const char *out, const char *name, const char *wanted);

#endif
