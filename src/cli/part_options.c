#include "part_options.h"

#include "load.h"

#include "claimgate/report/ack_codes.h"

#include <sys/stat.h>

enum cg_status cg_part_options_fill(const struct cg_part_arguments *arguments,
                                    struct cg_part_options *out, struct cg_error *err) {
    struct cg_ack_codes *codes = NULL;
    *out = arguments->of_run;
    if (out->roster == NULL) {
        return cg_error_set(err, CG_USAGE,
                            "--roster DIR is missing: the folder with credentials.csv");
    }
    out->as_of_day = out->as_of_day != CG_DAY_NONE ? out->as_of_day : cg_date_today();
    out->ack = arguments->x12.ack;
    out->payer_id = arguments->x12.payer_id;
    out->reasons = arguments->x12.reasons;
    if (cg_x12_options_of(&arguments->x12, &out->x12, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = cg_x12_load_codes(&arguments->x12, &codes, err);
    cg_ack_codes_free(codes);
    return status;
}

enum cg_status cg_part_check_ledgers(const struct cg_invocation *call, const char *ledgers,
                                     struct cg_error *err) {
    struct stat facts;
    const char *variable = cg_invocation_variable(call, "ledgers");
    return ledgers == NULL || stat(ledgers, &facts) != 0 || S_ISDIR(facts.st_mode)
               ? CG_OK
               : cg_error_set(err, CG_USAGE,
                              "%s is one ledger, and a run in parts needs a set: `claimgate ledger "
                              "create DIR --parts P` makes one%s%s",
                              ledgers,
                              variable != NULL ? "; a run without a ledger has to unset " : "",
                              variable != NULL ? variable : "");
}

enum cg_status cg_part_plan_with(const struct cg_part_request *request, struct cg_error *err) {
    struct cg_policy *policy = NULL;
    struct cg_roster *roster = NULL;
    enum cg_status status = cg_load_policy_and_roster(
        request->options.policy, request->options.roster, &policy, &roster, err);
    if (status == CG_OK) {
        cg_limits_set(request->options.limits);
        status = cg_part_plan(request, policy, roster, err);
    }
    cg_roster_free(roster);
    cg_policy_free(policy);
    return status;
}

enum cg_status cg_part_open_with(const char *run_dir, struct cg_log_options log,
                                 struct cg_opened_part *out, struct cg_error *err) {
    *out = (struct cg_opened_part){.part = NULL};
    if (run_dir == NULL) {
        return cg_error_set(err, CG_USAGE, "--run RUN is missing: the folder of the run");
    }
    enum cg_status status = cg_part_open(run_dir, &out->part, err);
    if (status != CG_OK) {
        return status;
    }
    const struct cg_part_options *o = cg_part_options_of(out->part);
    cg_log_init((struct cg_log_options){.quiet = log.quiet, .errors_alone = true});
    status = cg_load_policy_and_roster(o->policy, o->roster, &out->policy, &out->roster, err);
    cg_log_init(log);
    if (status != CG_OK) {
        return status;
    }
    cg_limits_set(o->limits);
    return cg_part_take_rules(out->part, out->policy, out->roster, err);
}

void cg_part_close_with(struct cg_opened_part *opened) {
    cg_part_free(opened->part);
    cg_roster_free(opened->roster);
    cg_policy_free(opened->policy);
}
