/*
 * A folder in which outputs are to appear, for the tests of staging, and one run through it.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_STAGING_FOLDER_H
#define CLAIMGATE_TESTS_SUPPORT_STAGING_FOLDER_H

#include "claimgate/io/staging.h"

#include <stdbool.h>

extern const char *const staging_file_names[];
extern char staging_folder[64];
extern char staging_target[128];
void staging_setup(void);
void staging_remove_tree(const char *pattern);
void staging_teardown(void);
const char *staging_in_folder(const char *name);
void staging_write_file(const char *path, const char *text);
bool staging_holds(const char *path, const char *text);
int staging_entries(const char *path);
struct cg_staging_plan staging_plan_for(const char *path, bool overwrite);
struct cg_staging *staging_open_ok(const char *path, bool overwrite);
void staging_assert_refused(const char *path, bool overwrite, enum cg_status status,
                            const char *word);
enum cg_status staging_fill(struct cg_staging *staging, const char *text, struct cg_error *err);

/* One run from start to end, as the program does it. */
enum cg_status staging_run(const char *path, bool overwrite, const char *text,
                           struct cg_error *err);
void staging_run_ok(const char *path, bool overwrite, const char *text);

#endif
