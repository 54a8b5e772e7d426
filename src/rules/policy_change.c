#include "claimgate/rules/policy_change.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool same_cap(const struct cg_cap *a, const struct cg_cap *b) {
    return a->limit_units == b->limit_units && a->period == b->period && a->months == b->months &&
           a->year_start_month == b->year_start_month && a->year_start_day == b->year_start_day &&
           a->counts_all == b->counts_all;
}

static void append(char *out, size_t out_bytes, const char *format, ...) cg_printf_like(3, 4);
static void append(char *out, size_t out_bytes, const char *format, ...) {
    const size_t used = strlen(out);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(out + used, out_bytes - used, format, args);
    va_end(args);
}

void cg_policy_changed_caps(const struct cg_policy *now, const struct cg_policy *before, char *out,
                            size_t out_bytes) {
    out[0] = '\0';
    const struct cg_policy_version *a = cg_policy_version(now, cg_policy_version_count(now) - 1);
    const struct cg_policy_version *b =
        cg_policy_version(before, cg_policy_version_count(before) - 1);
    const char *comma = "";
    for (uint32_t i = 0; i < a->cap_count; i++) {
        const struct cg_cap *cap = &a->caps[i];
        const struct cg_cap *old = cg_policy_cap(b, cap->id);
        if (old == NULL) {
            append(out, out_bytes, "%s%s %u (new)", comma, cap->id, cap->limit_units);
        } else if (!same_cap(cap, old)) {
            append(out, out_bytes, "%s%s %u (was %u)", comma, cap->id, cap->limit_units,
                   old->limit_units);
        } else {
            continue;
        }
        comma = ", ";
    }
    for (uint32_t i = 0; i < b->cap_count; i++) {
        if (cg_policy_cap(a, b->caps[i].id) == NULL) {
            append(out, out_bytes, "%s%s (gone)", comma, b->caps[i].id);
            comma = ", ";
        }
    }
}
