#include "decision.h"

#include "claimgate/record/verdict.h"
#include "claimgate/report/period.h"
#include "claimgate/rules/reason.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool uses_colour(void) {
    const char *no_color = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
}

const char *cg_style_good(void) {
    return uses_colour() ? "\033[32m" : "";
}

const char *cg_style_bad(void) {
    return uses_colour() ? "\033[31m" : "";
}

const char *cg_style_end(void) {
    return uses_colour() ? "\033[0m" : "";
}

const char *cg_plural(uint64_t count, const char *one, const char *many) {
    return count == 1 ? one : many;
}

const char *cg_decision_word(const struct cg_ledger_decision *decision) {
    return decision->decision == CG_REJECTED  ? "rejected"
           : decision->decision == CG_CUTBACK ? "cut back"
           : decision->imported               ? "accepted untested (imported)"
                                              : "accepted";
}

static const struct cg_policy_version *version_of(const struct cg_ledger_decision *decision,
                                                  const struct cg_policy *policy) {
    return policy == NULL || decision->start_day == CG_DAY_NONE
               ? NULL
               : cg_policy_in_force(policy, decision->start_day);
}

static const struct cg_cap *cap_named(const struct cg_policy_version *version,
                                      struct cg_text reason) {
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        if (cg_text_equal(reason, cg_text_of(version->caps[i].reason))) {
            return &version->caps[i];
        }
    }
    return NULL;
}

const struct cg_cap *cg_decision_cap(const struct cg_ledger_decision *decision,
                                     const struct cg_policy *policy) {
    return cap_named(version_of(decision, policy), cg_text_of(decision->reasons));
}

struct reason_view {
    char name[CG_VERDICT_REASON_BYTES];
    const char *text;
    const char *group_code;
    const char *carc;
    const char *rarc;
};

/* The next of the reasons joined by ';' in *rest; false at the end. */
static bool next_reason(const char **rest, const struct cg_policy_version *version,
                        struct reason_view *out) {
    if (**rest == '\0') {
        return false;
    }
    const struct cg_text name = {*rest, (uint32_t)strcspn(*rest, ";")};
    snprintf(out->name, sizeof out->name, "%.*s", (int)name.len, name.ptr);
    const struct cg_cap *cap = cap_named(version, name);
    const struct cg_reason_info *info = cap != NULL ? cg_reason_info(CG_REASON_CAP) : NULL;
    for (int i = 0; info == NULL && i < CG_REASON_COUNT; i++) {
        const struct cg_reason_info *one = cg_reason_info((enum cg_reason)i);
        info = strcmp(one->name, out->name) == 0 ? one : NULL;
    }
    out->text = info == NULL ? "" : info->text;
    out->group_code = info == NULL ? "" : info->group_code;
    out->carc = cap != NULL ? cap->carc : info == NULL ? "" : info->carc;
    out->rarc = cap != NULL ? cap->rarc : info == NULL ? "" : info->rarc;
    *rest += name.len + (name.ptr[name.len] == ';' ? 1 : 0);
    return true;
}

/* Dates: one, or both of a span. */
static const char *dates_text(const struct cg_ledger_decision *decision, char out[32]) {
    char start[CG_DATE_TEXT_BYTES];
    char end[CG_DATE_TEXT_BYTES];
    cg_date_format(decision->start_day, start);
    cg_date_format(decision->end_day, end);
    snprintf(out, 32, "%s%s%s", start, decision->end_day != decision->start_day ? " to " : "",
             decision->end_day != decision->start_day ? end : "");
    return out;
}

static void print_reasons(const struct cg_ledger_decision *decision,
                          const struct cg_policy_version *version) {
    const char *rest = decision->reasons;
    struct reason_view reason;
    while (next_reason(&rest, version, &reason)) {
        printf("  reason      %s (%s %s%s%s)\n", reason.name, reason.group_code, reason.carc,
               reason.rarc[0] == '\0' ? "" : " ", reason.rarc);
        printf("              %s\n", reason.text);
    }
}

static void print_caps(const struct cg_ledger_decision *decision,
                       const struct cg_policy_version *version) {
    char period[CG_PERIOD_TEXT_BYTES];
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        const struct cg_cap *cap = &version->caps[i];
        if (decision->cap_used[i] != UINT32_MAX) {
            printf("  %-12s%" PRIu32 " of %" PRIu32
                   " units used before, in the\n              %s\n",
                   cap->id, decision->cap_used[i], cap->limit_units,
                   cg_period_text(cap, decision->start_day, period));
        }
    }
    if (decision->exempt) {
        printf("  exempt      the caps neither tested nor counted this line\n");
    }
}

static void print_afterwards(const struct cg_ledger_decision *decision) {
    if (decision->taken_back) {
        printf("  taken back  by %s%s in run %" PRId64 "\n",
               decision->taken_back_by[0] == '\0' ? "a release" : "claim ", decision->taken_back_by,
               decision->taken_back_run);
    }
    if (decision->run_state == CG_RUN_WITHDRAWN) {
        printf("  withdrawn   its whole run was taken back\n");
    } else if (decision->run_state == CG_RUN_UNPUBLISHED) {
        printf("  unpublished its run was cut off; the next run or `ledger recover` ends it\n");
    }
}

void cg_decision_print(const struct cg_ledger_decision *decision, const struct cg_policy *policy) {
    const struct cg_policy_version *version = version_of(decision, policy);
    char dates[32];
    printf("Run %" PRId64 " of %.10s: %s%s%s\n", decision->run_no, decision->started_at,
           decision->decision == CG_REJECTED ? cg_style_bad() : cg_style_good(),
           cg_decision_word(decision), cg_style_end());
    printf("  from        %s, line %" PRId64 "\n", decision->source_file, decision->source_line);
    if (decision->line_number != CG_LINE_NUMBER_NONE) {
        printf("  claim line  %u\n", (unsigned)decision->line_number);
    }
    printf("  service     %s%s%s on %s, ", decision->procedure,
           decision->modifiers[0] == '\0' ? "" : " ", decision->modifiers,
           dates_text(decision, dates));
    if (decision->units == 0) {
        printf("units not valid\n");
    } else {
        printf("%u %s", (unsigned)decision->units, cg_plural(decision->units, "unit", "units"));
        printf(decision->decision == CG_CUTBACK ? ", %u of them accepted\n" : "\n",
               (unsigned)decision->accepted_units);
    }
    if (decision->rendering_npi != 0) {
        printf("  rendered by %" PRIu64 "\n", decision->rendering_npi);
    }
    if (decision->frequency == CG_VOID || decision->frequency == CG_REPLACEMENT) {
        printf("  %-12s%s\n", decision->frequency == CG_VOID ? "voids" : "replaces",
               decision->original_claim_id);
    }
    print_reasons(decision, version);
    print_caps(decision, version);
    print_afterwards(decision);
}

void cg_decision_print_short(const struct cg_ledger_decision *decision) {
    char dates[32];
    printf("    %-24s %4u %-6s %s  claim %s", dates_text(decision, dates),
           (unsigned)decision->accepted_units, cg_plural(decision->accepted_units, "unit", "units"),
           decision->procedure, decision->claim_id);
    if (decision->line_number != CG_LINE_NUMBER_NONE) {
        printf(" line %u", (unsigned)decision->line_number);
    }
    printf("\n");
}

static void put_date(struct cg_json_writer *writer, const char *key, int32_t day_no) {
    char text[CG_DATE_TEXT_BYTES];
    if (day_no == CG_DAY_NONE) {
        cg_json_put_null(writer, key);
    } else {
        cg_json_put_string(writer, key, cg_date_format(day_no, text));
    }
}

static void put_number(struct cg_json_writer *writer, const char *key, uint64_t value,
                       uint64_t none) {
    if (value == none) {
        cg_json_put_null(writer, key);
    } else {
        cg_json_put_integer(writer, key, (int64_t)value);
    }
}

static void put_npi(struct cg_json_writer *writer, const char *key, uint64_t npi) {
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, npi);
    if (npi == 0) {
        cg_json_put_null(writer, key);
    } else {
        cg_json_put_string(writer, key, text);
    }
}

static void put_reasons(struct cg_json_writer *writer, const struct cg_ledger_decision *decision,
                        const struct cg_policy_version *version) {
    const char *rest = decision->reasons;
    struct reason_view reason;
    cg_json_open_array(writer, "reasons");
    while (next_reason(&rest, version, &reason)) {
        cg_json_open_object(writer, NULL);
        cg_json_put_string(writer, "reason", reason.name);
        cg_json_put_string(writer, "text", reason.text);
        cg_json_put_string(writer, "group_code", reason.group_code);
        cg_json_put_string(writer, "carc", reason.carc);
        cg_json_put_string(writer, "rarc", reason.rarc);
        cg_json_close_object(writer);
    }
    cg_json_close_array(writer);
}

static void put_caps(struct cg_json_writer *writer, const struct cg_ledger_decision *decision,
                     const struct cg_policy_version *version) {
    int32_t first;
    int32_t last;
    cg_json_open_array(writer, "caps");
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        if (decision->cap_used[i] == UINT32_MAX) {
            continue;
        }
        cg_cap_period(&version->caps[i], decision->start_day, &first, &last);
        cg_json_open_object(writer, NULL);
        cg_json_put_string(writer, "cap", version->caps[i].id);
        put_date(writer, "from", first);
        put_date(writer, "to", last);
        cg_json_put_integer(writer, "limit", version->caps[i].limit_units);
        cg_json_put_integer(writer, "used_before", decision->cap_used[i]);
        cg_json_close_object(writer);
    }
    cg_json_close_array(writer);
}

void cg_decision_put(struct cg_json_writer *writer, const struct cg_ledger_decision *decision,
                     const struct cg_policy *policy) {
    const struct cg_policy_version *version = version_of(decision, policy);
    cg_json_put_integer(writer, "run", decision->run_no);
    cg_json_put_string(writer, "run_started_at", decision->started_at);
    cg_json_put_string(writer, "source_file", decision->source_file);
    cg_json_put_integer(writer, "source_line", decision->source_line);
    cg_json_put_string(writer, "member_id", decision->member_id);
    cg_json_put_string(writer, "claim_id", decision->claim_id);
    put_number(writer, "claim_line_number", decision->line_number, CG_LINE_NUMBER_NONE);
    put_number(writer, "claim_frequency_code", decision->frequency, 0);
    cg_json_put_string(writer, "original_claim_id", decision->original_claim_id);
    put_date(writer, "start_date", decision->start_day);
    put_date(writer, "end_date", decision->end_day);
    cg_json_put_string(writer, "hcpcs_code", decision->procedure);
    cg_json_put_string(writer, "modifiers", decision->modifiers);
    put_npi(writer, "rendering_npi", decision->rendering_npi);
    put_npi(writer, "billing_npi", decision->billing_npi);
    put_number(writer, "units", decision->units, 0);
    cg_json_put_integer(writer, "accepted_units", decision->accepted_units);
    cg_json_put_string(writer, "decision", cg_decision_word(decision));
    cg_json_put_boolean(writer, "exempt", decision->exempt);
    put_reasons(writer, decision, version);
    put_caps(writer, decision, version);
    put_number(writer, "units_used", decision->units_used, UINT32_MAX);
    put_number(writer, "units_available",
               decision->units_used == UINT32_MAX ? UINT32_MAX : decision->units_available,
               UINT32_MAX);
    cg_json_put_boolean(writer, "taken_back", decision->taken_back);
    if (decision->taken_back) {
        cg_json_put_string(writer, "taken_back_by",
                           decision->taken_back_by[0] == '\0' ? "release"
                                                              : decision->taken_back_by);
        cg_json_put_integer(writer, "taken_back_in_run", decision->taken_back_run);
    }
    cg_json_put_boolean(writer, "withdrawn", decision->run_state == CG_RUN_WITHDRAWN);
    cg_json_put_boolean(writer, "published", decision->run_state == CG_RUN_STANDS);
}
