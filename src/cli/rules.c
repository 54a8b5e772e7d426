#include "rules.h"

enum cg_status rules_load(const char *policy_name, const char *roster_dir,
                          struct cg_policy **policy, struct cg_roster **roster,
                          struct cg_error *err) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    enum cg_status status = CG_OK;
    if (roster_dir == NULL) {
        status =
            cg_error_set(err, CG_USAGE, "--roster DIR is missing: the folder with credentials.csv");
    }
    if (status == CG_OK) {
        status = cg_policy_load(policy_name, policy, &problems, err);
    }
    if (status == CG_OK) {
        status = cg_roster_load(roster_dir, *policy, roster, &problems, err);
    }
    if (problems.count > 1) {
        cg_problems_print(&problems);
    }
    cg_problems_fini(&problems);
    return status;
}
