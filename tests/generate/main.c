#include "claimgate/base/date.h"
#include "claimgate/base/log.h"
#include "claimgate/io/deflate.h"
#include "cli/program.h"
#include "feed.h"
#include "generate.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct options {
    const char *out;
    const char *start_month;
    const char *layout;
    const char *program;
    struct cg_text_list errors_by_kind;
    int64_t lines;
    int64_t seed;
    int64_t members;
    int64_t providers;
    int64_t months;
    int64_t files;
    int64_t level;
    int64_t out_of_scope;
    int64_t errors;
    int64_t voids;
    int64_t replacements;
    int64_t authorized;
    int64_t quoted;
    int64_t dependents;
    bool plain;
    bool history;
    bool quiet;
};

/* About five claims for a member and month, and twenty members to a provider. */
enum { CLAIMS_A_MONTH = 5, MEMBERS_TO_A_PROVIDER = 20, PROVIDERS_LEAST = 10 };

static const char X12[] = "x12-837p";
enum { SHARE_NOT_GIVEN = -1, CSV_TAKE_BACKS = 300, X12_TAKE_BACKS = 1000 };

static const struct options defaults = {
    .start_month = "2023-07",
    .layout = "compact",
    .program = "ms",
    .lines = 100000,
    .seed = 1,
    .months = 12,
    .files = 1,
    .level = CG_LEVEL_DEFAULT,
    .errors = 200,
    .voids = SHARE_NOT_GIVEN,
    .replacements = SHARE_NOT_GIVEN,
    .authorized = 500,
};

static const struct cg_option option_table[] = {
    CG_TAKES_OUT_DIR(out),
    CG_TAKES_INTEGER("lines", "N", lines, 1, INT64_C(999999999), "service lines (100000)"),
    CG_TAKES_INTEGER("seed", "S", seed, 0, INT64_MAX, "another seed, other files (1)"),
    CG_TAKES_TEXT("start-month", "YYYY-MM", start_month, "first month (2023-07)"),
    CG_TAKES_INTEGER("months", "N", months, 1, CG_POPULATION_MONTHS_MAX,
                     "months in which claims arrive (12)"),
    CG_TAKES_INTEGER("members", "N", members, 1, CG_POPULATION_MEMBERS_MAX,
                     "members (five claims a month each)"),
    CG_TAKES_INTEGER("providers", "N", providers, 1, CG_POPULATION_PROVIDERS_MAX,
                     "providers in order (members / 20)"),
    CG_TAKES_TEXT("policy-shape", "ID", program, "roster good for ms, ms-full, la or mi (ms)"),
    CG_TAKES_PATH("layout", "NAME", layout,
                  "compact, tuva, taf-ot, taf-ot-programs, cclf5, rif-carrier, rif-outpatient, "
                  "synthea, state-extract; with -feed behind as its source sends it: rows that are "
                  "no services, its own way to void and replace; x12-837p"),
    CG_TAKES_PERCENT("dependents", "PCT", dependents,
                     "x12-837p: members who are no subscribers (0)"),
    CG_TAKES_FLAG("history", history,
                  "also the same services in the default layout, of x12-837p also a row a claim"),
    CG_TAKES_INTEGER("files", "K", files, 1, CG_GENERATE_FILES_MAX,
                     "claim files, one after another (1)"),
    CG_TAKES_PERCENT("out-of-scope", "PCT", out_of_scope, "lines of other services (0)"),
    CG_TAKES_PERCENT("errors", "PCT", errors, "share of each kind of error (0.2)"),
    CG_TAKES_LIST("error", "NAME=PCT", errors_by_kind, "share of one kind of error"),
    CG_TAKES_PERCENT("voids", "PCT", voids, "lines that void a claim (0.3; x12-837p: 1)"),
    CG_TAKES_PERCENT("replacements", "PCT", replacements,
                     "lines that replace one (0.3; x12-837p: 1)"),
    CG_TAKES_PERCENT("authorized", "PCT", authorized,
                     "lines of children, with authorization (0.5)"),
    CG_TAKES_PERCENT("quoted", "PCT", quoted, "lines with a quoted field (0)"),
    CG_TAKES_FLAG("plain", plain, "CSV, not gzip"),
    CG_TAKES_LEVEL(level),
    CG_TAKES_FLAG("quiet", quiet, "no summary"),
    CG_TAKES_NO_MORE,
};

static bool is_x12(const struct options *o) {
    return strcmp(o->layout, X12) == 0;
}

static enum cg_status set_anomalies(const struct options *o, struct cg_anomaly_shares *shares,
                                    struct cg_error *err) {
    *shares = (struct cg_anomaly_shares){{0}};
    cg_anomaly_set_mistakes(shares, o->errors);
    const int64_t usual = is_x12(o) ? X12_TAKE_BACKS : CSV_TAKE_BACKS;
    cg_anomaly_set(shares, CG_ANOMALY_VOID, o->voids == SHARE_NOT_GIVEN ? usual : o->voids);
    cg_anomaly_set(shares, CG_ANOMALY_REPLACEMENT,
                   o->replacements == SHARE_NOT_GIVEN ? usual : o->replacements);
    cg_anomaly_set(shares, CG_ANOMALY_AUTHORIZED, o->authorized);
    cg_anomaly_set(shares, CG_ANOMALY_QUOTED, o->quoted);
    for (size_t i = 0; i < o->errors_by_kind.count; i++) {
        if (cg_anomaly_parse(shares, o->errors_by_kind.items[i], err) != CG_OK) {
            return err->status;
        }
    }
    return cg_anomaly_check(shares, err);
}

static void drop_untellable(struct cg_generate_plan *plan) {
    static const enum cg_anomaly TAKING[] = {CG_ANOMALY_VOID, CG_ANOMALY_REPLACEMENT};
    for (size_t i = 0; i < sizeof TAKING / sizeof TAKING[0]; i++) {
        if (!cg_feed_tells(plan->columns, TAKING[i])) {
            cg_anomaly_set(&plan->source.anomalies, TAKING[i], 0);
        }
    }
}

static enum cg_status set_days(const struct options *o, struct cg_population_plan *population,
                               struct cg_error *err) {
    char text[CG_DATE_TEXT_BYTES];
    int written = snprintf(text, sizeof text, "%s-01", o->start_month);
    population->first_day = CG_DAY_NONE;
    if (written == CG_DATE_TEXT_BYTES - 1) {
        population->first_day = cg_date_parse(text, (size_t)written, CG_DATE_ISO);
    }
    if (population->first_day == CG_DAY_NONE ||
        cg_date_to_civil(population->first_day).year < 2000 ||
        cg_date_to_civil(population->first_day).year > 2190) {
        return cg_error_set(err, CG_USAGE,
                            "--start-month %s: write a month as YYYY-MM, "
                            "from 2000-01 to 2190-12",
                            o->start_month);
    }
    population->last_day = cg_date_add_months(population->first_day, (int)o->months) - 1;
    return CG_OK;
}

static void set_people(const struct options *o, struct cg_population_plan *population) {
    int64_t members = o->members > 0 ? o->members : o->lines / (CLAIMS_A_MONTH * o->months);
    int64_t providers = o->providers > 0 ? o->providers : members / MEMBERS_TO_A_PROVIDER;
    members = members < 1 ? 1 : members;
    providers = o->providers == 0 && providers < PROVIDERS_LEAST ? PROVIDERS_LEAST : providers;
    population->members =
        (uint32_t)(members < CG_POPULATION_MEMBERS_MAX ? members : CG_POPULATION_MEMBERS_MAX);
    population->providers =
        (uint32_t)(providers < CG_POPULATION_PROVIDERS_MAX ? providers
                                                           : CG_POPULATION_PROVIDERS_MAX);
}

struct shapes {
    struct cg_columns *claims;
    struct cg_columns *history;
    struct cg_columns *claim_rows;
};

static enum cg_status fill_plan(const struct options *o, const struct shapes *shapes,
                                struct cg_generate_plan *plan, struct cg_error *err) {
    *plan = (struct cg_generate_plan){
        .out = o->out,
        .plain = o->plain,
        .level = (int)o->level,
        .files = (uint32_t)o->files,
        .columns = shapes->claims,
        .history = shapes->history,
        .claim_rows = shapes->claim_rows,
        .is_x12 = is_x12(o),
        .is_tidy = o->errors == 0,
        .dependents = (uint32_t)o->dependents,
        .population = {.seed = (uint64_t)o->seed, .program = cg_program_find(o->program)},
        .source = {.lines = (uint64_t)o->lines,
                   .out_of_scope = o->out_of_scope,
                   .has_long_claims = is_x12(o)},
    };
    if (plan->population.program == NULL) {
        return cg_error_set(err, CG_USAGE, "--policy-shape %s: choose ms, ms-full, la or mi",
                            o->program);
    }
    if (set_days(o, &plan->population, err) != CG_OK ||
        set_anomalies(o, &plan->source.anomalies, err) != CG_OK) {
        return err->status;
    }
    set_people(o, &plan->population);
    drop_untellable(plan);
    return CG_OK;
}

static enum cg_status generate(const struct options *o, const struct shapes *shapes,
                               struct cg_error *err) {
    struct cg_generate_plan plan;
    struct cg_generate_facts facts;
    if (fill_plan(o, shapes, &plan, err) != CG_OK || cg_generate_run(&plan, &facts, err) != CG_OK) {
        return err->status;
    }
    if (!o->quiet) {
        printf("%s: %" PRIu64 " lines of %" PRIu32 " members, %" PRIu32 " providers\n"
               "  claims: %" PRIu64 " bytes, %" PRIu64 " on disk; roster: roster/\n",
               o->out, plan.source.lines, plan.population.members, facts.providers,
               facts.text_bytes, facts.file_bytes);
    }
    return CG_OK;
}

static enum cg_status load_shapes(const struct options *o, struct shapes *shapes,
                                  struct cg_error *err) {
    if (cg_columns_load(is_x12(o) ? "compact" : o->layout, &shapes->claims, err) != CG_OK) {
        return err->status;
    }
    if (!o->history) {
        return CG_OK;
    }
    if (cg_columns_load("compact", &shapes->history, err) != CG_OK) {
        return err->status;
    }
    cg_columns_say_no_more_than(shapes->history, shapes->claims);
    return is_x12(o) ? cg_columns_load("claim-rows", &shapes->claim_rows, err) : CG_OK;
}

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct shapes shapes = {NULL, NULL, NULL};
    if (o->out == NULL) {
        return cg_error_set(err, CG_USAGE, "--out DIR is missing: the folder to make");
    }
    enum cg_status status = load_shapes(o, &shapes, err);
    if (status == CG_OK) {
        status = generate(o, &shapes, err);
    }
    cg_columns_free(shapes.claim_rows);
    cg_columns_free(shapes.history);
    cg_columns_free(shapes.claims);
    return status;
}

static const struct cg_command command = {
    .name = "generate",
    .stands_alone = true,
    .arguments = "--out DIR [--lines N] [--seed S]",
    .summary = "synthetic claims and a roster, for tests and demos",
    .detail =
        "Makes DIR/claims.csv.gz (claims-01.csv.gz and so on with --files; x12-837p: "
        "claims.837.gz)\n"
        "and DIR/roster with all six files, with --history DIR/history.csv.gz too. The same "
        "options\n"
        "give the same content everywhere. With --errors 0 every line is in order, but some go\n"
        "over a cap. --error takes the name of a reason\n"
        "(duplicate_line=0.5) or one of too_few_fields, too_many_fields, nul_byte,\n"
        "broken_quoting, unclosed_quote, over_long_record, over_daily_cap, over_yearly_cap; it\n"
        "may be given up to 16 times.",
    .options = {option_table, &defaults, sizeof defaults},
    .run = run,
};

int main(int argc, char **argv) {
    struct cg_error err = CG_ERROR_INIT;
    int exit_code = 0;
    enum cg_status status = cg_program_start(&err);
    if (status == CG_OK) {
        status = cg_program_run(&command, argc - 1, argv + 1, &exit_code, &err);
    }
    return cg_program_end(status, exit_code, &err);
}
