#include "load.h"

void cg_load_print_problems(const struct cg_problems *problems, struct cg_error *err) {
    if (problems->count <= 1 || err->status == CG_INTERNAL) {
        return; /* err holds it */
    }
    cg_problems_print(problems);
    const enum cg_status status = err->status;
    *err = (struct cg_error)CG_ERROR_INIT;
    (void)cg_error_set(err, status, "%zu problems to mend", problems->total);
}

enum cg_status cg_load_policy(const char *name, struct cg_policy **policy, struct cg_error *err) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    const enum cg_status status = cg_policy_load(name, policy, &problems, err);
    cg_load_print_problems(&problems, err);
    cg_problems_fini(&problems);
    return status;
}

enum cg_status cg_load_policy_and_roster(const char *policy_name, const char *roster_dir,
                                         struct cg_policy **policy, struct cg_roster **roster,
                                         struct cg_error *err) {
    struct cg_problems problems;
    if (roster_dir == NULL) {
        return cg_error_set(err, CG_USAGE,
                            "--roster DIR is missing: the folder with credentials.csv");
    }
    cg_problems_init(&problems);
    enum cg_status status = cg_policy_load(policy_name, policy, &problems, err);
    if (status == CG_OK) {
        status = cg_roster_load(roster_dir, *policy, roster, &problems, err);
    }
    cg_load_print_problems(&problems, err);
    cg_problems_fini(&problems);
    return status;
}
